/// Is something said again and again? Looks for runs of one character, for words beside themselves, and for stretches of words that came before.
struct Variety {
    /// Words of a stretch; characters of a writing without spaces count as half a word.
    private static let stretch = 4
    private static let unspacedStretch = 8

    /// 0...1 of any text.
    static func value(_ text: ReadText) -> Double {
        let words = text.scan.words
        var fault = max(characterRuns(text.scan), text.isCode ? 0 : tripledLetters(text.scan))
        guard words.count > 1 else { return 1 - fault }
        fault = max(fault, copies(words))
        fault = max(fault, neighbours(words))
        let unspaced = words.reduce(0) { $0 + ($1.script.isUnspaced ? 1 : 0) }
        let length = unspaced * 2 > words.count ? unspacedStretch : stretch
        if words.count > length { fault = max(fault, repeated(words, length, isCode: text.isCode)) }
        fault = max(fault, fewWords(text))
        return 1 - fault
    }

    /// A letter five times in a row, or a short group of letters over and over.
    private static func characterRuns(_ scan: TextScan) -> Double {
        var run = 0
        for word in scan.words where word.end - word.start >= 5 && !word.isNumber {
            let bytes = scan.bytes[word.start..<word.end]
            for period in 1...4 where bytes.count >= max(5, period * 3) {
                var same = 0
                var longest = 0
                for index in bytes.indices.dropFirst(period) {
                    same = bytes[index] == bytes[index - period] ? same + 1 : 0
                    longest = max(longest, same)
                }
                if longest + period >= max(5, period * 3) {
                    run += longest + period
                    break
                }
            }
        }
        let share = Double(run) / Double(max(12, scan.bytes.count))
        return run == 0 ? 0 : max(markRuns(scan), min(0.95, 0.25 + 3 * share))
    }

    /// Words with a letter three times in a row. There are a few ("www", "III"), but no text has many.
    private static func tripledLetters(_ scan: TextScan) -> Double {
        var tripled = 0
        scan.bytes.withUnsafeBufferPointer { bytes in
            for word in scan.words where word.end - word.start >= 3 && !word.isNumber && !word.script.isUnspaced {
                var run = 1
                for index in (word.start + 1)..<word.end {
                    run = bytes[index] == bytes[index - 1] ? run + 1 : 1
                    if run == 3 {
                        tripled += 1
                        break
                    }
                }
            }
        }
        guard tripled >= 2 else { return 0 }
        return 0.9 * Completeness.rise(Double(tripled) / Double(scan.words.count), from: 0.03, to: 0.25)
    }

    /// Whether the whole text is one stretch, said several times.
    private static func copies(_ words: [ScannedWord]) -> Double {
        for length in 1...(words.count / 2) where words.count % length == 0 {
            guard (length..<words.count).allSatisfy({ words[$0].hash == words[$0 - length].hash }) else { continue }
            // "Bora Bora" is a name.
            return words.count == 2 ? 0.3 : words.count / length > 2 ? 0.95 : 0.85
        }
        return 0
    }

    /// Long rows of one mark are lines of a drawing or a table; only many of them count.
    private static func markRuns(_ scan: TextScan) -> Double { Double(scan.symbolCount) > 0.7 * Double(scan.visibleCount) ? 0.5 : 0 }

    /// Words that repeat the word before, or the second before.
    private static func neighbours(_ words: [ScannedWord]) -> Double {
        var once = 0
        var twice = 0
        for index in words.indices.dropFirst()
        where !words[index].script.isUnspaced && !(words[index].isNumber && words[index].gap == .mark) {
            if words[index].hash == words[index - 1].hash, words[index].gap < .line {
                once += 1
            } else if index >= 3, words[index].hash == words[index - 2].hash, words[index - 1].hash == words[index - 3].hash {
                twice += 1
            }
        }
        let count = Double(words.count)
        // "had had" happens, and "row, row, row your boat"; more does not.
        let beside = max(0, Double(once) - 1.5)
        return min(0.95, Completeness.rise((beside + Double(twice)) / count, from: 0.015, to: 0.2))
    }

    /// The share of stretches that stood in the text before.
    private static func repeated(_ words: [ScannedWord], _ length: Int, isCode: Bool) -> Double {
        var seen = HashSet(capacity: words.count)
        var again = 0
        var run = 0
        var longest = 0
        for start in 0...(words.count - length) {
            var hash = TextHash.seed
            for index in start..<(start + length) { hash = TextHash.combine(hash, words[index].hash) }
            if seen.insert(hash) {
                run = 0
            } else {
                again += 1
                run += 1
                longest = max(longest, run)
            }
        }
        let all = Double(words.count - length + 1)
        let share = Double(again) / all
        // Long copies are sentences said twice; short ones are turns of phrase, names and the lines of a list.
        let copied = Completeness.rise(Double(longest + length), from: Double(length) * 1.5, to: Double(length) * 3)
        let tolerance = isCode ? 0.3 : 0.06
        return min(0.97, Completeness.rise(share, from: tolerance, to: tolerance + 0.35) * (0.4 + 0.6 * copied))
    }

    /// A long text of few different words.
    private static func fewWords(_ text: ReadText) -> Double {
        guard text.scan.words.count >= 30, !text.isCode, text.scan.digitCount * 2 < text.scan.letterCount else { return 0 }
        var seen = HashSet(capacity: 120)
        let words = text.scan.words.prefix(120)
        let different = words.reduce(0) { $0 + (seen.insert($1.hash) ? 1 : 0) }
        return 0.8 * Completeness.rise(-Double(different) / Double(words.count), from: -0.3, to: -0.12)
    }
}

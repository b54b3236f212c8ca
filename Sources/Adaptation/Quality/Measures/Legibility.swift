/// Is it language at all? Three ways: are the words known (function words, and words of other rows), do letters follow each other as they do in
/// European languages, and is the order of the words possible.
struct Legibility {
    private let vocabulary: TableVocabulary
    private let letters: LetterPairs
    /// For each script how likely a word is that no other row has.
    private let newShares: [Double]
    private let order: WordOrder

    init(vocabulary: TableVocabulary, letters: LetterPairs, pairs: CountSketch) {
        self.vocabulary = vocabulary
        self.letters = letters
        newShares = Script.allCases.map { min(0.9, vocabulary.newShare($0)) }
        order = WordOrder(pairs: pairs)
    }

    /// Letters and digits together in a word of so many characters are a digest or a key.
    private static let longMixed = 20
    /// The characters of SHA-512 in hexadecimal.
    private static let longestDigest = 128

    /// 0...1 of a text that says something.
    func value(_ text: ReadText) -> Double {
        var fault = 0.0
        fault = max(words(text), text.isCode ? 0 : characters(text))
        return 1 - min(0.97, max(fault, order.fault(text)))
    }

    private func words(_ text: ReadText) -> Double {
        let scan = text.scan
        var count = 0.0
        var unknown = 0.0
        var cost = 0.0
        var costed = 0.0
        var isOnlyNames = true
        var expected = 0.0
        scan.bytes.withUnsafeBufferPointer { bytes in
            for index in scan.words.indices {
                let word = scan.words[index]
                guard word.scalars >= 3, !word.isNumber, !word.script.isUnspaced else { continue }
                count += 1
                if text.entries[index] == nil {
                    if vocabulary.rows(word.stem) <= 1 { unknown += 1 }
                    expected += newShares[Int(word.script.rawValue)]
                }
                guard word.script == .latin, let nats = LetterModel.cost(UnsafeBufferPointer(rebasing: bytes[word.start..<word.end])) else {
                    continue
                }
                // Names and abbreviations are spelt as they please.
                if !word.isCapitalised { isOnlyNames = false }
                let weight = (word.isCapitalised ? 0.5 : 1) * Double(min(word.scalars, 12))
                cost += nats * weight
                costed += weight
            }
        }
        guard count > 0 else { return unspaced(text) }
        let share = unknown / count
        // How strange the letters are. Running text has 2.5 nats, and 2.75 in one text of twenty; shuffled letters have 3.2, random ones 4. The
        // fewer letters there are, the further a sensible word may be off.
        // Names in code are made of pieces of words.
        let low = (text.isCode ? 3.1 : 2.75) + 1.6 / max(4, costed).squareRoot()
        var strange = costed > 0 ? Completeness.rise(cost / costed, from: low, to: low + 0.3) : 0
        if isOnlyNames { strange *= 0.4 }
        if let excess = letters.excess(text) { strange = Completeness.rise(excess, from: 0.3, to: 1) }
        let excess = Completeness.rise(share - expected / count, from: 0.12, to: 0.45) * min(1, unknown / 2)
        let shown = 0.3 + 0.7 * Completeness.rise(share, from: 0.15, to: 0.6)
        // In a table that knows its words, a text of other words is suspicious without strange letters.
        let foreign = count >= 4 && !text.isCode ? 0.5 * Completeness.rise(share - expected / count, from: 0.35, to: 0.7) : 0
        return max(strange * shown * (0.8 + 0.2 * excess), foreign, excess * (0.5 + 0.5 * strange) * min(1, 2 * strange))
    }

    /// Neighbouring characters that no other row has, in writings without spaces.
    private func unspaced(_ text: ReadText) -> Double {
        var count = 0.0
        var unknown = 0.0
        var expected = 0.0
        text.forEachKey { key, script in
            count += 1
            expected += newShares[Int(script.rawValue)]
            if vocabulary.rows(key) <= 1 { unknown += 1 }
        }
        guard count >= 8 else { return 0 }
        return 0.9 * Completeness.rise((unknown - expected) / count, from: 0.35, to: 0.6)
    }

    /// Marks and digits strewn between the letters.
    private func characters(_ text: ReadText) -> Double {
        let scan = text.scan
        guard scan.visibleCount >= 8 else { return 0 }
        let mixed = Double(scan.words.reduce(0) { $0 + ($1.isMixed ? 1 : 0) }) / Double(max(1, scan.words.count))
        let inner = scan.words.dropFirst().reduce(0) { $0 + ($1.gap == .mark && !$1.isNumber ? 1 : 0) }
        let strewn = Double(inner) / Double(max(4, scan.words.count))
        let marks = Double(scan.symbolCount + scan.punctuationCount) / Double(scan.visibleCount)
        let noise = Completeness.rise(marks, from: 0.28, to: 0.5) * Completeness.rise(strewn, from: 0.4, to: 0.8)
        // Digests and keys are no words, but an answer may well be one of them: only what is longer than any is noise.
        let inLongMixed = scan.words.reduce(0) { $0 + ($1.isMixed && $1.scalars >= Self.longMixed ? $1.scalars : 0) }
        let keys =
            scan.visibleCount > Self.longestDigest
            ? Completeness.rise(Double(inLongMixed) / Double(scan.visibleCount), from: 0.75, to: 0.95) : 0
        let onlyMarks = scan.letterCount == 0 && scan.digitCount == 0 ? 0.5 : 0
        return max(
            0.9 * keys, 0.8 * noise, 0.8 * Completeness.rise(mixed, from: 0.3, to: 0.7) * min(1, Double(scan.words.count) / 3), onlyMarks)
    }
}

/// Do words stand in an order that the language allows? Learned from the table: short words and neighbouring characters stand mostly one way
/// round ("of the", not "the of"). What no table is needed for: an article is followed by a noun, and a sentence begins with a capital letter.
struct WordOrder {
    private let pairs: CountSketch

    init(pairs: CountSketch) { self.pairs = pairs }

    /// Words up to this length are common enough for their pairs to be known.
    private static let shortWord = 4

    /// Calls `body` with the key of each pair of neighbours that is counted.
    static func forEachPair(_ text: ReadText, _ body: (UInt64) -> Void) {
        let words = text.scan.words
        for index in words.indices.dropFirst() where isPair(words[index - 1], words[index]) {
            body(TextHash.combine(words[index - 1].hash, words[index].hash))
        }
    }

    private static func isPair(_ first: ScannedWord, _ second: ScannedWord) -> Bool {
        guard second.gap <= .space, first.hash != second.hash else { return false }
        if first.script.isUnspaced { return second.script.isUnspaced && first.script != .thai && second.script != .thai }
        return first.scalars <= shortWord && second.scalars <= shortWord && !first.isNumber && !second.isNumber && !second.script.isUnspaced
    }

    /// 0...1, the fault of a text's order.
    func fault(_ text: ReadText) -> Double {
        guard text.scan.words.count >= 5, !text.isCode else { return 0 }
        return max(direction(text), articles(text), sentences(text))
    }

    /// Whether pairs stand the way round that they mostly have in the table.
    private func direction(_ text: ReadText) -> Double {
        let words = text.scan.words
        var right = 0.0
        var known = 0.0
        for index in words.indices.dropFirst() where Self.isPair(words[index - 1], words[index]) {
            // The row itself was counted once.
            let forwards = Double(pairs[TextHash.combine(words[index - 1].hash, words[index].hash)] - 1)
            let backwards = Double(pairs[TextHash.combine(words[index].hash, words[index - 1].hash)])
            guard forwards + backwards >= 4 else { continue }
            known += 1
            right += (forwards - backwards) / (forwards + backwards)
        }
        guard known >= 3 else { return 0 }
        // Text in order has about 0.8, shuffled text 0; few pairs prove little.
        let mean = (right + 0.8) / (known + 1)
        return 0.9 * Completeness.rise(-mean, from: -0.45, to: 0) * min(1, known / 5)
    }

    private func articles(_ text: ReadText) -> Double {
        guard let language = text.language.language else { return 0 }
        let words = text.scan.words
        var count = 0
        var wrong = 0
        func isArticle(_ entry: FunctionWords.Entry?) -> Bool { (entry?.articleLanguages ?? 0) >> language.rawValue & 1 == 1 }
        for index in words.indices where isArticle(text.entries[index]) && !(words[index].scalars == 1 && words[index].isCapitalised) {
            count += 1
            guard index + 1 < words.count else { continue }
            let next = words[index + 1]
            if next.gap >= .mark || (text.entries[index + 1].map { isArticle($0) || $0.isOpenEnd } ?? false) { wrong += 1 }
        }
        guard count >= 2, wrong >= 2 else { return 0 }
        return 0.9 * Completeness.rise((Double(wrong) - 0.4) / Double(count), from: 0.15, to: 0.45)
    }

    /// A full stop before a small letter, or capital letters in the middle where the text does not begin with one.
    private func sentences(_ text: ReadText) -> Double {
        let words = text.scan.words
        guard let script = text.scan.mainScript, script.hasCapitals, words.count >= 8 else { return 0 }
        var starts = 0
        var small = 0
        var capitals = 0
        for index in words.indices.dropFirst() {
            if words[index].gap == .sentence, words[index].start > words[index - 1].end + 1,
                words[index - 1].scalars > 1 || words[index - 1].isNumber
            {
                if words[index].isNumber { continue }
                starts += 1
                if !words[index].isCapitalised { small += 1 }
            }
            if words[index].isCapitalised { capitals += 1 }
        }
        // Who writes no capitals at all writes them neither after a full stop.
        guard capitals > 0, starts > 0 else { return 0 }
        let wrong = Double(small) / (Double(starts) + 0.5)
        return 0.75 * Completeness.rise(wrong, from: 0.3, to: 0.66)
    }
}

/// Is it language at all? Three ways: are the words known (function words, and words of other rows), do letters follow each other as they do in
/// European languages, and is the order of the words possible.
struct Legibility {
    private let documents: CountSketch
    private let newShare: Double
    private let order: WordOrder

    init(documents: CountSketch, pairs: CountSketch, newShare: Double) {
        self.documents = documents
        self.newShare = newShare
        order = WordOrder(pairs: pairs)
    }

    /// 0...1 of a text that says something.
    func value(_ text: ReadText) -> Double {
        var fault = 0.0
        if !text.isCode { fault = max(words(text), characters(text)) }
        return 1 - min(0.97, max(fault, order.fault(text)))
    }

    private func words(_ text: ReadText) -> Double {
        let scan = text.scan
        var count = 0.0
        var unknown = 0.0
        var cost = 0.0
        var costed = 0.0
        scan.bytes.withUnsafeBufferPointer { bytes in
            for index in scan.words.indices {
                let word = scan.words[index]
                guard word.scalars >= 3, !word.isNumber, !word.script.isUnspaced else { continue }
                count += 1
                if text.entries[index] != nil || documents[TextHash.combine(word.hash, 7)] > 1 { continue }
                unknown += 1
                // Names are spelt as they please.
                guard word.script == .latin, let nats = LetterModel.cost(UnsafeBufferPointer(rebasing: bytes[word.start..<word.end])) else {
                    continue
                }
                let weight = word.isCapitalised ? 0.5 : 1
                cost += nats * weight * Double(min(word.scalars, 12))
                costed += weight * Double(min(word.scalars, 12))
            }
        }
        guard count > 0 else { return unspaced(text) }
        let share = unknown / count
        let expected = min(0.9, newShare)
        // How strange the letters of unknown words are: words of any European language have 2.3 to 2.7 nats, shuffled letters 3.2, random ones 4.
        let letters = costed > 0 ? Completeness.rise(cost / costed, from: 2.75, to: 3.35) * min(1, costed / 5) : 0
        let excess = Completeness.rise(share - expected, from: 0.15, to: 0.5) * min(1, unknown / 2)
        let strange = letters * (0.35 + 0.65 * Completeness.rise(share, from: 0.15, to: 0.6))
        // In a table that knows its words, a text of other words in the table's script is suspicious without strange letters.
        let foreign = newShare < 0.2 && count >= 5 ? 0.45 * Completeness.rise(share - expected, from: 0.45, to: 0.75) : 0
        return max(strange * (0.5 + 0.5 * excess), foreign, max(0, excess - 0.1) * (0.5 + 0.5 * letters) * letters)
    }

    /// Neighbouring characters that no other row has, in writings without spaces.
    private func unspaced(_ text: ReadText) -> Double {
        var count = 0.0
        var unknown = 0.0
        text.forEachKey {
            count += 1
            if documents[$0] <= 1 { unknown += 1 }
        }
        guard count >= 6, newShare < 0.5 else { return 0 }
        return 0.9 * Completeness.rise(unknown / count - newShare, from: 0.35, to: 0.6)
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
        let onlyMarks = scan.letterCount == 0 && scan.digitCount == 0 ? 0.5 : 0
        return max(0.8 * noise, 0.8 * Completeness.rise(mixed, from: 0.3, to: 0.7) * min(1, Double(scan.words.count) / 3), onlyMarks)
    }
}

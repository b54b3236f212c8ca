/// Was the text cut off? Looks at how it ends, what was left open in it, and how other texts of the table end.
struct Completeness {
    private let endings: EndingCounts
    private let vocabulary: TableVocabulary

    init(endings: EndingCounts, vocabulary: TableVocabulary) {
        self.endings = endings
        self.vocabulary = vocabulary
    }

    /// 0...1 of a text that says something.
    func value(_ text: ReadText) -> Double {
        let ending = TextEnding(text)
        var faults = 0.0
        if ending.hasEmptyItem { faults = max(faults, 0.85) }
        if ending.unclosed > 0 { faults = max(faults, ending.isClosed && !text.isCode ? 0.3 : 0.85) }
        if text.isCode, text.endsInCode {
            // Statements end with almost anything; only what cannot end one counts.
            let isCut = ending.isOpen && ![0x3A, 0x2D].contains(text.scan.lastScalar)
            return 1 - max(faults, isCut ? 0.7 : 0)
        }
        if ending.isOpen { faults = max(faults, ending.form == .label ? 0.3 : 0.9) }
        if !ending.isClosed, text.scan.lastKind != .control, text.scan.words.last?.script != .thai {
            let usual = endings.closedShare(ending.form)
            var missing = Self.rise(usual, from: 0.3, to: 0.92) * 0.8
            if ending.form == .lines { missing = min(missing, 0.4) }
            // A number is as good an end as a mark for a short text.
            if text.scan.lastKind == .digit, ending.form != .prose, ending.form != .lines { missing *= 0.4 }
            // A short last line, such as the result below a calculation or a name below a letter, and lines that end like others.
            missing *= 1 - ending.lineShare
            // After whole sentences a last one without its mark is conspicuous whatever the table does.
            if ending.form == .prose || ending.form == .sentence, text.scan.sentenceEnds > 1, ending.lineShare < 0.3 {
                missing = max(missing, 0.55)
            }
            if isWordCut(text) { missing = max(missing + 0.12, ending.form == .lines ? 0.35 : 0.2) }
            faults = max(faults, min(missing, 0.95))
        }
        return 1 - faults
    }

    /// Whether the last word is one that no other row has, in a table that knows most words.
    private func isWordCut(_ text: ReadText) -> Bool {
        guard let last = text.scan.words.last, vocabulary.newShare(last.script) < 0.25, !last.script.isUnspaced, !last.isNumber,
            !last.isCapitalised
        else { return false }
        guard text.scan.words.count > 3, text.entries.last.flatMap({ $0 }) == nil else { return false }
        if last.scalars < 3 { return true }
        return vocabulary.rows(last.stem) <= 1
    }

    /// 0 below `low`, 1 above `high`, a straight line between.
    static func rise(_ value: Double, from low: Double, to high: Double) -> Double { min(1, max(0, (value - low) / (high - low))) }
}

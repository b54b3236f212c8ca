import Foundation

/// Does a text say anything? Takes away courtesies, looks for refusals and placeholders, and knows the answers that a table gives to everything.
struct Substance {
    private let answers: FrequentAnswers
    private let rowCount: Int
    /// Words from the start of a text among which phrases are looked for.
    private static let mostWords = 300

    init(answers: FrequentAnswers, rowCount: Int) {
        self.answers = answers
        self.rowCount = rowCount
    }

    /// 0...1 of an answer.
    func value(of completion: ReadText) -> Double {
        // A prompt may well consist of such words.
        let own = min(value(completion), HollowWords.areAll(of: completion) ? 0.25 : 1)
        return min(own, 1 - boilerplate(completion))
    }

    /// 0...1 of a prompt.
    func value(ofPrompt prompt: ReadText) -> Double { value(prompt) }

    private func value(_ text: ReadText) -> Double {
        let words = text.scan.words
        if text.scan.visibleCount == 0 { return 0 }
        if words.isEmpty {
            // "✓" and "😀" may be answers; dots and dashes are not.
            return text.scan.symbolCount > 0 ? 0.8 : 0.05
        }
        if words.count <= 5, let match = EmptyPhrases.placeholders.matches(in: words, most: 1).first, match.range.lowerBound == 0,
            match.range == words.indices || match.range.count > 1
        {
            return 0.05
        }
        if Self.isBracketed(text.scan) { return 0.15 }
        var fault = 0.0
        let fillers = EmptyPhrases.fillers.matches(in: words, most: Self.mostWords)
        if !fillers.isEmpty { fault = 0.55 + 0.4 * (1 - Completeness.rise(Double(words.count), from: 10, to: 120)) }
        let refusals = EmptyPhrases.refusals.matches(in: words, most: Self.mostWords)
        if let first = refusals.first {
            // What else the text says makes up for a phrase at its start; further in, it belongs to the text.
            let early = first.range.lowerBound <= 6
            let rest = Double(words.count - refusals.reduce(0) { $0 + $1.range.count })
            let long = Completeness.rise(rest, from: 8, to: 90)
            fault = max(fault, early ? 0.92 - 0.67 * long : 0.35 - 0.3 * long)
        }
        let courtesies = EmptyPhrases.courtesies.matches(in: words, most: Self.mostWords)
        if !courtesies.isEmpty, words.count < 60 {
            let covered = courtesies.reduce(0) { $0 + $1.range.count }
            var content = 0
            var inside = IndexSet()
            for match in courtesies { inside.insert(integersIn: match.range) }
            for index in words.indices where !inside.contains(index) && text.entries[index] == nil { content += 1 }
            let share = Double(covered) / Double(words.count)
            if covered > 1 || words.count == 1 && courtesies.first?.number ?? 99 < 2 {
                fault = max(
                    fault, 0.9 * Completeness.rise(share, from: 0.25, to: 0.75) * (1 - Completeness.rise(Double(content), from: 1, to: 8)))
            }
            // An announcement with nothing behind it.
            if text.scan.lastScalar == 0x3A || text.scan.lastScalar == 0xFF1A, content <= 6 { fault = max(fault, 0.85) }
        }
        return 1 - min(0.97, fault)
    }

    /// `[answer]`, `<your answer>`, `{{output}}`: brackets around everything, without data in them.
    private static func isBracketed(_ scan: TextScan) -> Bool {
        guard scan.words.count <= 6, scan.visibleCount > 2, let first = scan.bytes.first(where: { $0 > 32 }) else { return false }
        let pairs: [UInt8: UInt32] = [UInt8(ascii: "["): 0x5D, UInt8(ascii: "<"): 0x3E]
        let isDouble = scan.bytes.starts(with: "{{".utf8)
        guard pairs[first] == scan.lastScalar || isDouble && scan.lastScalar == 0x7D else { return false }
        // A list such as [1, 2] or ["a"] is data.
        return !scan.bytes.contains {
            $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "'") || $0 == UInt8(ascii: "/")
        }
            && scan.digitCount == 0
    }

    /// Whether the table gives this answer to many prompts. Labels are meant to come often; sentences are not.
    private func boilerplate(_ text: ReadText) -> Double {
        let words = text.scan.words
        let length = words.reduce(0.0) { $0 + ($1.script.isUnspaced ? 0.5 : 1) }
        guard length >= 3 else { return 0 }
        let rows = answers.rows(answer: text.wordsHash)
        let many = max(3, 0.002 * Double(rowCount))
        return 0.9 * Completeness.rise(Double(rows), from: 1, to: many) * Completeness.rise(length, from: 2, to: 5)
    }
}

import Adaptation
import Foundation
import Providers

/// What the generator is asked for a row. The words are settled here and nowhere else; the tests hold what they must not lose.
struct GenerationPrompts: Sendable {
    let plan: RunPlan

    /// Tokens of an answer at most, by length: about four times what the guidance asks for, so that nothing is cut.
    private static let mostTokens: [RunPlan.Length: Int] = [.minimal: 512, .concise: 1024, .detailed: 4096, .extensive: 8192]
    private static let defaultTokens = 4096

    var maxTokens: Int { plan.controls.length.flatMap { Self.mostTokens[$0] } ?? Self.defaultTokens }

    /// A prompt for a completion that has none.
    func inventPrompt(_ row: RowText) -> [GenerationRequest.Message] {
        [
            .init(
                role: .system,
                content: """
                    You write the question or instruction to which a given text is the answer. It is self-contained, in the language of the \
                    text, and gives nothing of the answer away. Answer with the question or instruction alone.
                    """),
            .init(role: .user, content: Self.sections(row, with: [("TEXT", row.completion)])),
        ]
    }

    /// The same prompt, said more clearly.
    func rephrase(_ row: RowText) -> [GenerationRequest.Message] {
        [
            .init(
                role: .system,
                content: """
                    You rewrite instructions so that they are clear, complete and natural. The meaning, the language, and every name, number, \
                    unit, quotation and piece of code stay exactly as they are. You never answer the instruction.\(lengthOfAnswer) \
                    Answer with the rewritten instruction alone.
                    """),
            .init(role: .user, content: Self.sections(row, with: [("INSTRUCTION", row.prompt)])),
        ]
    }

    /// An answer to the row's prompt.
    ///
    /// - Parameter draft: what the table holds as an answer, to be improved; nil when it holds none.
    func complete(_ row: RowText, draft: String?) -> [GenerationRequest.Message] {
        var system = plan.controls.blueprint.map { $0 + "\n\n" } ?? ""
        system += "You write the answer to an instruction: correct, complete, in the language of the instruction."
        if draft != nil {
            system +=
                " A draft is given: keep its facts, names, numbers and code exactly, mend what is wrong or unclear, and reply with the whole improved answer."
        }
        if let length = plan.controls.length { system += " \(Self.guidance[length] ?? "")" }
        system +=
            plan.recipes.reasoningTraces
            ? " Think first: write your reasoning between <reasoning> and </reasoning>, then the answer alone."
            : " Answer with the answer alone."
        return [
            .init(role: .system, content: system),
            .init(role: .user, content: Self.sections(row, with: [("INSTRUCTION", row.prompt), ("DRAFT", draft)])),
        ]
    }

    /// An answer that is plausible and worse than the row's: the rejected one of a pair.
    func reject(_ row: RowText) -> [GenerationRequest.Message] {
        [
            .init(
                role: .system,
                content: """
                    You make training pairs. Given an instruction and a good answer, write another answer that a careless writer could have \
                    given: plausible, in the same language and of similar length, but clearly worse, by being vague, incomplete or slightly \
                    wrong. Answer with that answer alone.
                    """),
            .init(role: .user, content: Self.sections(row, with: [("INSTRUCTION", row.prompt), ("GOOD ANSWER", row.completion)])),
        ]
    }

    /// Takes the reasoning out of an answer that carries it between marks.
    static func separate(_ answer: String) -> (reasoning: String?, text: String) {
        guard let start = answer.range(of: "<reasoning>") else { return (nil, answer.trimmingCharacters(in: .whitespacesAndNewlines)) }
        // Without its end, everything after the mark is reasoning: it must not pass for the answer.
        let end = answer.range(of: "</reasoning>", range: start.upperBound..<answer.endIndex) ?? answer.endIndex..<answer.endIndex
        let reasoning = answer[start.upperBound..<end.lowerBound].trimmingCharacters(in: .whitespacesAndNewlines)
        let text = (answer[..<start.lowerBound] + answer[end.upperBound...]).trimmingCharacters(in: .whitespacesAndNewlines)
        return (reasoning, text)
    }

    private var lengthOfAnswer: String {
        plan.controls.length.map { " Let it say how long the answer shall be: \(Self.guidance[$0] ?? "")" } ?? ""
    }

    private static let guidance: [RunPlan.Length: String] = [
        .minimal: "Answer in one or two sentences.",
        .concise: "Answer in one short paragraph.",
        .detailed: "Answer in several paragraphs, with the reasons.",
        .extensive: "Answer at length and in depth, with examples and structure.",
    ]

    private static func sections(_ row: RowText, with parts: [(String, String?)]) -> String {
        let context = row.context.filter { !$0.isEmpty }.map { ("CONTEXT", Optional($0)) }
        return (context + parts).compactMap { name, text in text.map { "\(name):\n\($0)" } }.joined(separator: "\n\n")
    }
}

import Adaptation
import Foundation
import Ingestion

/// Finds the texts of a row by the plan's column mapping.
struct RowMapping: Sendable {
    private let prompt: Int?
    private let completion: Int?
    private let chat: Int?
    private let context: [Int]
    private let universalPrompt: String?

    /// - Parameter columns: the table's, which hold every column that the mapping names.
    init(_ mapping: RunPlan.Mapping, columns: [String]) {
        let place = { (name: String?) in name.flatMap { columns.firstIndex(of: $0) } }
        prompt = place(mapping.prompt)
        completion = place(mapping.completion)
        chat = place(mapping.chat)
        context = mapping.context.compactMap(place)
        universalPrompt = mapping.universalPrompt
    }

    /// The row's texts as they stand in the table.
    func text(of cells: [Cell]) -> RowText {
        if let chat {
            let conversation = Conversation(cells[chat])
            return RowText(prompt: conversation.prompt, completion: conversation.completion)
        }
        return RowText(
            prompt: prompt.map { cells[$0].text ?? "" } ?? universalPrompt, completion: completion.map { cells[$0].text ?? "" },
            context: context.map { cells[$0].text ?? "" })
    }
}

/// A chat cell, seen as what is asked and what is answered: the last turn of the assistant, and everything before it.
struct Conversation: Sendable, Hashable {
    let prompt: String
    let completion: String

    private struct Utterance: Decodable {
        let role: String
        let content: String

        private enum Keys: String, CodingKey { case role, from, content, value, text, calls = "tool_calls" }
        private struct Part: Decodable { let text: String? }

        /// The names that are met: `{role, content}`, and ShareGPT's `{from, value}`; a content may consist of parts.
        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Keys.self)
            role = try container.decodeIfPresent(String.self, forKey: .role) ?? container.decode(String.self, forKey: .from)
            if let parts = try? container.decode([Part].self, forKey: .content) {
                content = parts.compactMap(\.text).joined(separator: "\n")
            } else {
                let text =
                    try container.decodeIfPresent(String.self, forKey: .content)
                    ?? container.decodeIfPresent(String.self, forKey: .value) ?? container.decodeIfPresent(String.self, forKey: .text) ?? ""
                // A call of a tool is what was said: two calls that differ are two answers.
                let calls = try container.decodeIfPresent(JSONValue.self, forKey: .calls).flatMap { $0 == .null ? nil : $0 }
                content = try ([text].filter { !$0.isEmpty } + [calls].compactMap { $0 }.map(JSONText.encode)).joined(separator: "\n")
            }
        }

        var isAnswer: Bool { ["assistant", "gpt", "model", "bot"].contains(role.lowercased()) }
        var isQuestion: Bool { ["user", "human"].contains(role.lowercased()) }
    }

    private struct Wrapper: Decodable { let messages: [Utterance] }

    /// A cell that holds no conversation gives two empty texts.
    init(_ cell: Cell) {
        let data = Data((cell.text ?? "").utf8)
        let turns =
            (try? JSONDecoder().decode([Utterance].self, from: data)) ?? (try? JSONDecoder().decode(Wrapper.self, from: data))?.messages
            ?? []
        let last = turns.lastIndex(where: \.isAnswer)
        let before = last.map { turns[..<$0] } ?? turns[...]
        completion = last.map { turns[$0].content } ?? ""
        // One question is itself; a longer exchange says who spoke.
        if before.count == 1, let only = before.first, only.isQuestion {
            prompt = only.content
        } else {
            prompt = before.map { "\($0.role.capitalized): \($0.content)" }.joined(separator: "\n\n")
        }
    }
}

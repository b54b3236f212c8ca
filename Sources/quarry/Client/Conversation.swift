import Foundation
import Platform

/// Asks one question and prints the answer while it streams, then what it cites.
struct Conversation {
    let client: APIClient
    let model: String

    /// What an answer was, for those who want to go on with it.
    struct Answer {
        var chat: String?
        var text = ""
        var sources: [JSONValue] = []
    }

    func ask(_ question: String, chat: String? = nil) async throws -> Answer {
        var body: [String: JSONValue] = [
            "modelId": .string(model), "stream": .bool(true),
            "messages": .array([.object(["role": .string("user"), "content": .string(question)])]),
        ]
        if let chat { body["chatId"] = .string(chat) }
        var answer = Answer()
        try await client.stream("/v1/chats", .object(body)) { chunk in
            answer.chat = chunk["id"]?.text
            if let delta = chunk["delta"]?.text, !delta.isEmpty {
                answer.text += delta
                Terminal.write(delta)
            }
            if let sources = chunk["sources"]?.elements, !sources.isEmpty { answer.sources = sources }
            if let problem = chunk["error"], let detail = problem["detail"]?.text {
                throw APIFailure(status: problem["status"]?.number ?? 0, description: detail)
            }
        }
        Terminal.say("")
        for (index, source) in answer.sources.enumerated() { Terminal.say("    [\(index + 1)] \(Self.citation(source))") }
        return answer
    }

    private static func citation(_ source: JSONValue) -> String {
        var parts = [source["filename"]?.text ?? "unknown"]
        if let row = source["row"]?.number { parts.append("row \(row)") }
        if let page = source["page"]?.number { parts.append("page \(page)") }
        let headings = (source["headings"]?.elements ?? []).compactMap(\.text)
        if let last = headings.last { parts.append("“\(last)”") }
        if let start = source["start"]?.number, let end = source["end"]?.number { parts.append("characters \(start)–\(end)") }
        return parts.joined(separator: ", ")
    }
}

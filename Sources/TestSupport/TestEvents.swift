import Foundation
package import Platform

/// One server-sent event of an answer.
package struct TestEvent: Sendable {
    package let id: String?
    package let data: String

    /// The data's JSON; null for `[DONE]`.
    package var json: JSONValue { (try? JSONValue.parse(Data(data.utf8))) ?? .null }

    /// The turn that the id names.
    package var turn: String { id?.split(separator: ".").first.map(String.init) ?? "" }
    /// The place in the turn's log that the id names.
    package var place: Int? { id?.split(separator: ".").last.flatMap { Int($0) } }

    /// Every event of a complete body; comments are left out.
    package static func read(_ text: String) -> [TestEvent] {
        text.components(separatedBy: "\n\n").compactMap { block in
            let lines = block.split(separator: "\n").map { $0.trimmingCharacters(in: CharacterSet(charactersIn: "\r")) }
            let value = { (field: String) in lines.first { $0.hasPrefix(field) }.map { String($0.dropFirst(field.count)) } }
            return value("data: ").map { TestEvent(id: value("id: "), data: $0) }
        }
    }
}

extension [TestEvent] {
    /// What the events' pieces of text add up to.
    package var answer: String { map { $0.json["delta"].text }.joined() }
}

import Platform
import Providers
import Synchronization
import TestSupport
import Testing

/// Upstreams that do what a test of turns needs.
enum Upstream {
    /// Refuses before the first byte.
    static func refusing(_ kind: ProviderFault.Kind) -> ScriptedProvider {
        ScriptedProvider(accept: { _ in throw ProviderFault(kind, "The upstream said no.", retryAfterSeconds: 7) }, script: { _, _ in })
    }

    /// Says the pieces, one after the other; tells after `pause` of them that it is there, and goes on when it is told to.
    static func pausing(_ pieces: [String], after pause: Int, reached: Door, goOn: Door) -> ScriptedProvider {
        ScriptedProvider { _, continuation in
            for (index, piece) in pieces.enumerated() {
                if index == pause {
                    reached.open()
                    await goOn.wait()
                    try Task.checkCancellation()
                }
                continuation.yield(.text(piece))
            }
            continuation.yield(.finish)
        }
    }
}

/// How often something happened.
final class Count: Sendable {
    private let number = Mutex(0)
    var value: Int { number.withLock { $0 } }

    @discardableResult
    func raise() -> Int {
        number.withLock { number in
            number += 1
            return number
        }
    }
}

extension ServedPlatform {
    /// The body of a turn with one question.
    static func turn(_ model: String = "scripted", _ more: [String: JSONValue] = [:]) -> JSONValue {
        JSONValue.object([
            "modelId": .string(TestPlatform.systemModel(model).id.text),
            "messages": [["role": "user", "content": "How long do refunds take?"]],
        ]).with(more)
    }

    /// The events of a streamed turn, without the closing `[DONE]`, which must be there.
    func stream(_ body: JSONValue, headers: [String: String] = [:]) async throws -> [TestEvent] {
        let answer = try await api.post("/v1/chats", body.with(["stream": true]), headers: headers)
        #expect(answer.status == 200, "\(answer.text)")
        return try Self.events(answer)
    }

    static func events(_ answer: TestAnswer) throws -> [TestEvent] {
        let events = TestEvent.read(answer.text)
        let last = try #require(events.last)
        #expect(last.data == "[DONE]" && last.id == nil)
        return events.dropLast()
    }
}

import Foundation
import Providers
import TestSupport
import Testing

private typealias Frame = ScriptedUpstream.Frame

/// What a good upstream, and a sloppy one, answers.
@Suite(.timeLimit(.minutes(5))) struct OpenAIAnswerTests {
    @Test func textReasoningAndUsageArrive() async throws {
        try await OpenAIFixture.run { _ in
            .text("Bees fly far.", reasoning: "Hm.", usage: (20, 9))
        } _: { fixture in
            let heard = try await fixture.ask()
            #expect(heard == Heard(text: "Bees fly far.", reasoning: "Hm.", usage: TokenUsage(input: 20, output: 9), end: .stop))
        }
    }

    @Test func theUpstreamIsAskedInItsProtocol() async throws {
        try await OpenAIFixture.run { _ in
            .text("Yes.")
        } _: { fixture in
            let request = GenerationRequest(
                upstream: "gpt-x", system: "Be kind.",
                messages: [
                    .init(role: .system, content: "Be short."), .init(role: .user, content: "One?"), .init(role: .assistant, content: ""),
                    .init(role: .user, content: "Two?"), .init(role: .assistant, content: "2"), .init(role: .user, content: ""),
                ], passages: [], maxTokens: 50, temperature: 0.5)
            _ = try await fixture.ask(request)
            let asked = try #require(fixture.upstream.requests.first)
            #expect(asked.method == "POST" && asked.path == "/v1/chat/completions")
            #expect(asked.headers["authorization"] == "Bearer \(OpenAIFixture.key)" && asked.headers["content-type"] == "application/json")
            let wanted = """
                {"max_tokens":50,"messages":[{"content":"Be kind.\\n\\nBe short.","role":"system"},{"content":"One?\\n\\nTwo?","role":"user"},\
                {"content":"2","role":"assistant"},{"content":"","role":"user"}],"model":"gpt-x","stream":true,\
                "stream_options":{"include_usage":true},"temperature":0.5}
                """
            #expect(String(decoding: asked.body, as: UTF8.self) == wanted)
        }
    }

    @Test func theFieldOfTheMostTokensIsConfigurableAndNoKeyIsNeeded() async throws {
        let script: @Sendable (ScriptedUpstream.Request) -> ScriptedUpstream.Answer = { _ in .text("Yes.") }
        try await OpenAIFixture.run(script, configure: { $0.maxTokensField = .maxCompletionTokens }) { fixture in
            _ = try await fixture.ask()
            let fields = try #require(fixture.upstream.requests.first?.fields)
            #expect(fields["max_completion_tokens"] as? Int == 50 && fields["max_tokens"] == nil && fields["temperature"] == nil)
        }
        let upstream = try ScriptedUpstream(script)
        let url = try #require(URL(string: upstream.baseURL + "/"))
        let keyless = OpenAIProvider(OpenAIConfiguration(name: "local", baseURL: url, apiKey: nil))
        for try await _ in try await keyless.stream(OpenAIFixture.request()) {}
        #expect(upstream.requests.first?.headers["authorization"] == nil)
        #expect(upstream.requests.first?.path == "/v1/chat/completions")
        try await keyless.shutdown()
    }

    @Test(arguments: [1, 2, 3, 7, 64]) func theAnswerIsTheSameHoweverTheBytesAreCut(_ size: Int) async throws {
        let frames = [": hello\n\n", Frame.reasoning("Hm. "), Frame.text("Grüße 🐝 "), Frame.text("Ende"), Frame.finish("stop"), Frame.done]
        try await OpenAIFixture.run { _ in
            .stream(frames.map { $0.replacing("\n", with: "\r\n") }, inPiecesOf: size)
        } _: { fixture in
            let heard = try await fixture.ask()
            #expect(heard == Heard(text: "Grüße 🐝 Ende", reasoning: "Hm. ", end: .stop))
        }
    }

    @Test(
        arguments: [("stop", .stop), ("length", .length), ("content_filter", .contentFilter), ("eos", .other)] as [(String, FinishReason)])
    func theReasonOfTheEndIsKept(_ reason: String, _ expected: FinishReason) async throws {
        try await OpenAIFixture.run { _ in
            .text("Yes.", finish: reason)
        } _: { fixture in

            let heard = try await fixture.ask()
            #expect(heard.end == expected)
        }
    }

    @Test func reasoningIsReadUnderBothNamesAndCountedApart() async throws {
        let frames = [
            Frame.delta(["role": "assistant", "content": "", "tool_calls": [], "new_field": ["a": 1]]), Frame.delta(["reasoning": "One. "]),
            Frame.delta(["reasoning_content": "Two.", "reasoning": "Two."]), Frame.delta(["content": [["type": "text", "text": "Done."]]]),
            Frame.finish("stop"),
            Frame.chunk([
                "choices": [],
                "usage": ["prompt_tokens": 5, "completion_tokens": 9, "completion_tokens_details": ["reasoning_tokens": 6]],
            ]), Frame.done,
        ]
        try await OpenAIFixture.run { _ in
            .stream(frames)
        } _: { fixture in
            let heard = try await fixture.ask()
            #expect(heard.reasoning == "One. Two." && heard.text == "Done.")
            #expect(heard.usage == TokenUsage(input: 5, output: 3, reasoning: 6))
        }
    }

    @Test func sloppyEndsOfCompleteAnswersAreAccepted() async throws {
        let text = Frame.text("Yes.")
        let endings: [[String]] = [
            [text, Frame.done], [text, Frame.finish("stop")], [text, "data: [DONE]"], [text, Frame.finish("stop"), Frame.usage(1, 2)],
        ]
        for frames in endings {
            try await OpenAIFixture.run { _ in
                .stream(frames)
            } _: { fixture in
                let heard = try await fixture.ask()
                #expect(heard.text == "Yes." && heard.end == .stop && heard.fault == nil, "\(frames)")
            }
        }
        try await OpenAIFixture.run { _ in
            .stream([text, Frame.finish("stop")], then: [.cut])
        } _: { fixture in

            let heard = try await fixture.ask()
            #expect(heard.end == .stop, "the answer was whole before the connection broke")
        }
    }

    @Test func aServerThatDoesNotStreamIsUnderstood() async throws {
        let passage = GenerationRequest.Passage(text: "Bees fly.", matchedShare: 1)
        try await OpenAIFixture.run { _ in
            .whole("They fly [1].", reasoning: "Hm.", finish: "length")
        } _: { fixture in
            let heard = try await fixture.ask(OpenAIFixture.request(passages: [passage]))
            #expect(heard.text == "They fly [1]." && heard.reasoning == "Hm." && heard.end == .length)
            #expect(heard.usage == TokenUsage(input: 11, output: 7) && heard.citations == [[], [0]])
        }
    }

    @Test func citedPassagesAreToldBeforeTheTextThatCitesThem() async throws {
        let passages = ["a", "b", "c"].map { GenerationRequest.Passage(text: $0, matchedShare: 1) }
        try await OpenAIFixture.run { _ in
            .text("Third [3], unknown [8], first [1, 3].")
        } _: { fixture in
            var events: [GenerationEvent] = []
            for try await event in try await fixture.provider.stream(OpenAIFixture.request(passages: passages)) { events.append(event) }
            #expect(events.first == .citations([]))
            let second = try #require(events.firstIndex(of: .citations([2, 0])))
            #expect(events.dropFirst(second + 1).contains { if case .text(let text) = $0 { text.contains("[2]") } else { false } })
            #expect(events.prefix(second).allSatisfy { if case .text(let text) = $0 { !text.contains("[2]") } else { true } })
            let asked = try #require(fixture.upstream.requests.first)
            #expect(asked.question.contains("[2]\n> b\n") && asked.question.hasSuffix("\nWhy?") && asked.system.contains("[2][3]"))
        }
    }

    @Test func aNullCharacterIsReplaced() async throws {
        try await OpenAIFixture.run { _ in
            .stream([Frame.reasoning("x\0"), Frame.text("a\0b"), Frame.finish("stop"), Frame.done])
        } _: {
            let heard = try await $0.ask()
            #expect(heard.text == "a\u{FFFD}b" && heard.reasoning == "x\u{FFFD}")
        }
    }

    @Test func theConnectionIsUsedAgain() async throws {
        try await OpenAIFixture.run { _ in
            .text("Yes.")
        } _: { fixture in
            for _ in 0..<5 {

                let heard = try await fixture.ask()
                #expect(heard.end == .stop)
                try await until("the answer has been read to its end") { fixture.upstream.running == 0 }
            }
            #expect(fixture.upstream.hangUps == 0)
            #expect(fixture.upstream.connections < 5)
        }
    }
}

import Foundation
import Providers
import TestSupport
import Testing

private typealias Frame = ScriptedUpstream.Frame

/// What goes wrong, before the answer and in the middle of it.
@Suite(.timeLimit(.minutes(5))) struct OpenAIFaultTests {
    @Test(
        arguments: [
            (400, .rejected, true), (401, .misconfigured, false), (402, .misconfigured, false), (403, .misconfigured, false),
            (404, .misconfigured, false), (405, .misconfigured, false), (408, .timedOut, false), (409, .overloaded, false),
            (413, .rejected, true), (422, .rejected, true), (429, .rateLimited, false), (302, .misconfigured, false), (500, .broken, false),
            (502, .broken, false), (503, .overloaded, false), (504, .timedOut, false), (529, .overloaded, false),
        ] as [(Int, ProviderFault.Kind, Bool)])
    func aRefusalKeepsItsMeaning(_ status: Int, _ kind: ProviderFault.Kind, _ quotesTheUpstream: Bool) async throws {
        let said = "Said the upstream of \(OpenAIFixture.key)."
        try await OpenAIFixture.run { _ in
            .refusal(status, said)
        } _: { fixture in
            let fault = try await fixture.refusal()
            #expect(fault.kind == kind)
            #expect(fault.detail.contains("acme"))
            #expect(fault.detail.contains("Said the upstream of •••.") == quotesTheUpstream)
            #expect(fault.cause?.contains("Said the upstream of •••.") == true || quotesTheUpstream, "the log has the upstream's words")
            #expect(!"\(fault)".contains(OpenAIFixture.key))
            let isTriedAgain = [408, 409, 429].contains(status) || status >= 500
            #expect(fixture.upstream.requests.count == (isTriedAgain ? 3 : 1))
        }
    }

    @Test func aRetryThatSucceedsIsNotNoticed() async throws {
        try await OpenAIFixture.run {
            $0.number < 2 ? .refusal($0.number == 0 ? 500 : 429) : .text("Yes.")
        } _: { fixture in
            let heard = try await fixture.ask()
            #expect(heard.text == "Yes." && heard.fault == nil)
            #expect(fixture.waits.elements == [.milliseconds(500), .seconds(1)])
            #expect(Set(fixture.upstream.requests.map(\.body)).count == 1)
        }
    }

    @Test func theUpstreamSaysWhenToComeBack() async throws {
        try await OpenAIFixture.run {
            $0.number < 1 ? .refusal(429, headers: [("Retry-After", "3")]) : .text("Yes.")
        } _: { fixture in

            let heard = try await fixture.ask()
            #expect(heard.text == "Yes.")
            #expect(fixture.waits.elements == [.seconds(3)])
        }
        try await OpenAIFixture.run { _ in
            .refusal(503, headers: [("Retry-After", "60")])
        } _: { fixture in
            let fault = try await fixture.refusal()
            #expect(fault.retryAfterSeconds == 60)
            #expect(fixture.waits.elements == [] && fixture.upstream.requests.count == 1, "a wait that is too long is the caller's")
        }
        for (status, should, count) in [(500, "false", 1), (400, "true", 3)] {
            try await OpenAIFixture.run { _ in
                .refusal(status, headers: [("x-should-retry", should)])
            } _: { fixture in
                _ = try await fixture.refusal()
                #expect(fixture.upstream.requests.count == count)
            }
        }
    }

    @Test func anAccountWithoutQuotaIsTheOperatorsMatter() async throws {
        let body = #"{"error":{"message":"You exceeded your current quota.","type":"insufficient_quota","code":"insufficient_quota"}}"#
        try await OpenAIFixture.run { _ in
            .json(429, body)
        } _: { fixture in

            let fault = try await fixture.refusal()
            #expect(fault.kind == .misconfigured)
            #expect(fixture.upstream.requests.count == 1)
        }
    }

    @Test(
        arguments: [
            (Frame.error("Slow down.", code: 429), .rateLimited, 3), (Frame.error("Too long.", code: "400"), .rejected, 1),
            (Frame.error("Boom."), .broken, 3), ("event: error\ndata: no JSON\n\n", .broken, 3),
            (#"data: {"error":"model is overloaded"}"# + "\n\n", .broken, 3),
            (#"data: {"object":"error","message":"Prompt too long.","type":"BadRequestError","code":400}"# + "\n\n", .rejected, 1),
            (#"data: {"error":{"message":"No.","type":"rate_limit_error","code":null}}"# + "\n\n", .rateLimited, 3),
            ("data: {nonsense\n\n", .broken, 3), (Frame.done, .broken, 3), ("", .broken, 3),
        ] as [(String, ProviderFault.Kind, Int)])
    func aFirstEventThatIsAnErrorIsARefusal(_ frame: String, _ kind: ProviderFault.Kind, _ count: Int) async throws {
        try await OpenAIFixture.run { _ in
            .stream([frame])
        } _: { fixture in

            let fault = try await fixture.refusal()
            #expect(fault.kind == kind)
            #expect(fixture.upstream.requests.count == count)
        }
    }

    @Test func whatIsNoStreamIsRefused() async throws {
        try await OpenAIFixture.run { _ in
            .steps([.head(200, [("Content-Type", "text/html")]), .bytes(Data("<html>".utf8))])
        } _: {
            let fault = try await $0.refusal()
            #expect(
                fault.kind == .broken && fault.cause == "text/html: <html>" && !fault.detail.contains("html")
                    && $0.upstream.requests.count == 1)
        }
    }

    @Test func nobodyListening() async throws {
        let gone = try ScriptedUpstream { _ in .text("Yes.") }
        let url = try #require(URL(string: gone.baseURL))
        gone.stop()
        let waits = Tally<Duration>()
        let provider = OpenAIProvider(OpenAIConfiguration(name: "acme", baseURL: url, apiKey: nil), sleep: { waits.add($0) })
        let fault = await #expect(throws: ProviderFault.self) { _ = try await provider.stream(OpenAIFixture.request()) }
        #expect(fault?.kind == .unreachable && waits.elements.count == 2)
        try await provider.shutdown()
    }

    @Test func aConnectionThatBreaksBeforeTheAnswerIsTriedAgain() async throws {
        try await OpenAIFixture.run {
            $0.number == 0 ? .steps([.cut]) : .text("Yes.")
        } _: { fixture in

            let heard = try await fixture.ask()
            #expect(heard.text == "Yes.")
            #expect(fixture.upstream.requests.count == 2)
        }
    }

    @Test(
        arguments: [
            ([], [.cut]), ([], []), (["data: {nonsense\n\n"], []), ([Frame.error("Boom.", code: 500)], []),
            ([Frame.text("more"), "data: {\"choices\": 7}\n\n"], []),
        ] as [([String], [ScriptedUpstream.Answer.Step])])
    func anAnswerThatBreaksInTheMiddleIsAFaultAndNotTriedAgain(
        _ frames: [String], _ last: [ScriptedUpstream.Answer.Step]
    ) async throws {
        let passages = [GenerationRequest.Passage(text: "p", matchedShare: 1)]
        try await OpenAIFixture.run { _ in
            .stream([Frame.text("Half [1] an [")] + frames, then: last)
        } _: { fixture in
            let heard = try await fixture.ask(OpenAIFixture.request(passages: passages))
            #expect(heard.text.hasPrefix("Half [1] an [") && heard.end == nil && heard.citations.last == [0])
            #expect(heard.fault?.kind == .broken)
            #expect(fixture.upstream.requests.count == 1)
        }
    }

    @Test func aLateErrorKeepsItsMeaning() async throws {
        try await OpenAIFixture.run { _ in
            .stream([Frame.text("Half"), Frame.error("Slow down.", code: 429)])
        } _: { fixture in
            let heard = try await fixture.ask()
            #expect(heard.fault?.kind == .rateLimited && heard.fault?.cause?.contains("Slow down.") == true)
            #expect(heard.fault?.detail == "The provider acme limits how often it is asked.")
        }
    }

    @Test func silenceIsATimeout() async throws {
        try await OpenAIFixture.run({ _ in .steps([.stall]) }, configure: { $0.firstEventTimeout = .milliseconds(300) }) { fixture in
            let fault = try await fixture.refusal()
            #expect(fault.kind == .timedOut)
            try await until("the upstream is hung up on") { fixture.upstream.hangUps == 1 }
            #expect(fixture.upstream.requests.count == 1)
        }
        let script: @Sendable (ScriptedUpstream.Request) -> ScriptedUpstream.Answer = { _ in
            .stream([": hello\n\n", Frame.text("Half")], then: [.stall])
        }
        try await OpenAIFixture.run(script, configure: { $0.idleTimeout = .milliseconds(300) }) { fixture in
            let heard = try await fixture.ask()
            #expect(heard.text == "Half" && heard.fault?.kind == .timedOut)
            try await until("the upstream is hung up on") { fixture.upstream.hangUps == 1 }
        }
    }

    /// The first event comes at once, the last one long after the time that the first was given.
    @Test func anAnswerAsAWholeMayTakeLongerThanItsFirstEvent() async throws {
        let script: @Sendable (ScriptedUpstream.Request) -> ScriptedUpstream.Answer = { _ in
            .stream([Frame.text("Yes.")], then: [.pause(.seconds(46)), .bytes(Data(Frame.done.utf8))])
        }
        try await OpenAIFixture.run(script, configure: { $0.firstEventTimeout = .seconds(45) }) { fixture in
            let heard = try await fixture.ask()
            #expect(heard == Heard(text: "Yes.", end: .stop))
        }
    }

    @Test func whatIsTooLargeIsNotTaken() async throws {
        let piece = String(repeating: "x", count: 1_000_000)
        try await OpenAIFixture.run { _ in
            .stream(Array(repeating: Frame.text(piece), count: 10))
        } _: { fixture in
            let heard = try await fixture.ask()
            #expect(heard.fault?.kind == .broken && heard.text.count == 8_000_000)
        }
        try await OpenAIFixture.run { _ in
            .stream([Frame.text(piece + piece)])
        } _: { fixture in

            let fault = try await fixture.refusal()
            #expect(fault.kind == .broken)
        }
    }

    @Test func whatItCannotDoIsRefusedBeforeTheUpstreamIsAsked() async throws {
        try await OpenAIFixture.run { _ in
            .text("Yes.")
        } _: { fixture in
            let request = GenerationRequest(
                upstream: "m", system: nil, messages: [.init(role: .tool, content: "7")], passages: [], maxTokens: 1, temperature: nil)

            let fault = try await fixture.refusal(request)
            #expect(fault.kind == .rejected)
            #expect(fixture.upstream.requests.isEmpty)
        }
    }
}

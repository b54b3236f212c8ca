import Foundation
import Providers
import TestSupport
import Testing

private typealias Frame = ScriptedUpstream.Frame

@Suite(.timeLimit(.minutes(5))) struct OpenAIConcurrencyTests {
    @Test func noMoreRequestsThanConfiguredRunAtOnce() async throws {
        let door = Door()
        try await OpenAIFixture.run({ _ in .stream([Frame.text("Yes."), Frame.done]) }, configure: { $0.concurrency = 3 }) {
            fixture in
            try await withThrowingTaskGroup(of: Heard.self) { group in
                for _ in 0..<20 { group.addTask { [fixture] in try await fixture.ask() } }
                for try await heard in group { #expect(heard.text == "Yes.") }
            }
            #expect(fixture.upstream.requests.count == 20)
            #expect(fixture.upstream.mostAtOnce <= 3)
        }
        try await OpenAIFixture.run(
            { _ in .stream([Frame.text("Yes.")], then: [.wait(door), .bytes(Data(Frame.done.utf8))]) }, configure: { $0.concurrency = 3 }
        ) { fixture in
            try await withThrowingTaskGroup(of: Heard.self) { group in
                for _ in 0..<6 { group.addTask { [fixture] in try await fixture.ask() } }
                try await until("three run") { fixture.upstream.running == 3 }
                door.open()
                for try await heard in group { #expect(heard.text == "Yes.") }
            }
            #expect(fixture.upstream.mostAtOnce == 3)
        }
    }

    @Test func aRefusedRequestGivesItsSlotBack() async throws {
        try await OpenAIFixture.run({ $0.number < 3 ? .refusal(400) : .text("Yes.") }, configure: { $0.concurrency = 1 }) { fixture in
            for _ in 0..<3 { _ = try await fixture.refusal() }

            let heard = try await fixture.ask()
            #expect(heard.text == "Yes.")
        }
    }

    @Test func whoLeavesInTheMiddleHangsUpAndGivesTheSlotBack() async throws {
        try await OpenAIFixture.run(
            { $0.number == 0 ? .stream([Frame.text("Half")], then: [.stall]) : .text("Yes.") }, configure: { $0.concurrency = 1 }
        ) { fixture in
            let reading = Task { [fixture] in try await fixture.ask() }
            try await until("the answer has begun") { fixture.upstream.running == 1 }
            reading.cancel()
            _ = await reading.result
            try await until("the upstream is hung up on") { fixture.upstream.hangUps == 1 }

            let heard = try await fixture.ask()
            #expect(heard.text == "Yes.")
        }
    }

    @Test func whoLeavesBeforeTheAnswerHangsUpToo() async throws {
        try await OpenAIFixture.run(
            { $0.number == 0 ? .steps([.stall]) : .text("Yes.") }, configure: { $0.concurrency = 1 }
        ) { fixture in
            let asking = Task { [fixture] in try await fixture.ask() }
            try await until("the upstream is asked") { fixture.upstream.running == 1 }
            asking.cancel()
            await #expect(throws: CancellationError.self) { try await asking.value }
            try await until("the upstream is hung up on") { fixture.upstream.hangUps == 1 }

            let heard = try await fixture.ask()
            #expect(heard.text == "Yes.")
        }
    }

    @Test func aStreamThatNobodyReadsIsGivenUp() async throws {
        try await OpenAIFixture.run { _ in
            .stream([Frame.text("Half")], then: [.stall])
        } _: { fixture in
            _ = try await fixture.provider.stream(OpenAIFixture.request())
            try await until("the upstream is hung up on") { fixture.upstream.hangUps == 1 }
        }
    }
}

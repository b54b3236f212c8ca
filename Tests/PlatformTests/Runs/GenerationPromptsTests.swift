import Adaptation
import Providers
import Testing

@testable import Platform

@Suite struct GenerationPromptsTests {
    private let row = RowText(prompt: "Why do bees dance?", completion: "To tell the way.", context: ["A hive.", ""])

    private func prompts(_ change: (inout RunRequest) -> Void = { _ in }) throws -> GenerationPrompts {
        GenerationPrompts(plan: try RunFixture.plan(generator: "m", change))
    }

    private func texts(_ messages: [GenerationRequest.Message]) throws -> (system: String, user: String) {
        try #require(messages.map(\.role) == [.system, .user])
        return (messages[0].content, messages[1].content)
    }

    @Test func eachRequestHoldsWhatItIsAbout() throws {
        let prompts = try prompts()
        let invented = try texts(prompts.inventPrompt(row)).user
        #expect(invented.contains("To tell the way.") && !invented.contains("Why do bees dance?") && invented.contains("A hive."))
        #expect(try texts(prompts.rephrase(row)).user.contains("Why do bees dance?"))
        let drafted = try texts(prompts.complete(row, draft: "To tell the way.")).user
        #expect(drafted.contains("Why do bees dance?") && drafted.contains("To tell the way.") && drafted.contains("A hive."))
        #expect(try !texts(prompts.complete(row, draft: nil)).user.contains("To tell the way."))
        let rejected = try texts(prompts.reject(row)).user
        #expect(rejected.contains("Why do bees dance?") && rejected.contains("To tell the way."))
        #expect(!drafted.contains("CONTEXT:\n\n"), "an empty context is left out")
    }

    @Test func theBlueprintStandsBeforeEverythingElse() throws {
        let prompts = try prompts { $0.controls.blueprint = "You are a beekeeper." }
        #expect(try texts(prompts.complete(row, draft: nil)).system.hasPrefix("You are a beekeeper.\n\n"))
        #expect(try !texts(prompts.rephrase(row)).system.contains("beekeeper"), "it is for completions")
    }

    @Test(arguments: RunPlan.Length.allCases) func theLengthIsAskedForAndHasRoom(_ length: RunPlan.Length) throws {
        let (plain, asked) = (try prompts(), try prompts { $0.controls.length = length })
        #expect(try texts(asked.complete(row, draft: nil)).system.count > texts(plain.complete(row, draft: nil)).system.count)
        #expect(try texts(asked.rephrase(row)).system.count > texts(plain.rephrase(row)).system.count)
        #expect(asked.maxTokens >= 512)
    }

    @Test func longerAnswersHaveMoreRoom() throws {
        let room = try RunPlan.Length.allCases.map { length in try prompts { $0.controls.length = length }.maxTokens }
        #expect(room == room.sorted() && Set(room).count == room.count)
    }

    @Test func reasoningIsAskedForAndTakenOut() throws {
        let asked = try texts(prompts { $0.recipes.reasoningTraces = true }.complete(row, draft: nil)).system
        #expect(asked.contains("<reasoning>"))
        #expect(try !texts(prompts().complete(row, draft: nil)).system.contains("<reasoning>"))
        let cases: [(String, String?, String)] = [
            ("<reasoning> Because. </reasoning>\n\nYes.", "Because.", "Yes."), (" Yes. ", nil, "Yes."),
            ("Before <reasoning>x</reasoning> after", "x", "Before  after"), ("</reasoning> Yes.", nil, "</reasoning> Yes."),
            // Cut off: what was thought must not pass for the answer.
            ("<reasoning>Let me think", "Let me think", ""),
        ]
        for (answer, reasoning, text) in cases {
            let separated = GenerationPrompts.separate(answer)
            #expect((separated.reasoning, separated.text) == (reasoning, text), "\(answer)")
        }
    }
}

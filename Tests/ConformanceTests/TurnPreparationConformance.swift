import Foundation
import Providers
import Storage
import TestSupport
import Testing

@testable import Platform

/// What a turn brings to its model: which passages in which order, how much of the conversation, and what is refused by name.
@Suite(.timeLimit(.minutes(5))) struct TurnPreparationConformance {
    /// A provider that keeps what it was asked.
    private func listening(_ requests: Tally<GenerationRequest>) -> ScriptedProvider {
        ScriptedProvider { request, continuation in
            requests.add(request)
            continuation.yield(.text("Noted."))
            continuation.yield(.finish)
        }
    }

    private func ask(
        _ platform: Platform, _ text: String, model: ModelID? = nil, chat: ChatID? = nil, _ principal: Principal
    ) async throws -> TurnOutcome {
        try await TurnSupport.outcome(
            platform.turns.start(TurnSupport.request(text, model: model, chat: chat), for: principal, receipt: nil))
    }

    @Test(arguments: Backend.all) func datasetsOfHigherPriorityComeFirst(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let requests = Tally<GenerationRequest>()
        let platform = try installation.process(providers: ["listening": listening(requests)])
        let ada = try await installation.caller()
        let (low, high, unused) = (
            try await platform.dataset(for: ada), try await platform.dataset(for: ada), try await platform.dataset(for: ada)
        )
        try await installation.working(platform) {
            // The better match is in the dataset of lower priority.
            let files = [
                try await platform.upload("Honey bees swarm in May.", named: "low.txt", into: low, for: ada),
                try await platform.upload(
                    "A long report on wasps, ants, hornets and also on one swarm of bees.", named: "high.txt", into: high, for: ada),
                try await platform.upload("Honey bees swarm in June.", named: "unused.txt", into: unused, for: ada),
            ]
            for file in files { _ = try await platform.settled(file.id, for: ada) }
        }
        let model = try await platform.model(from: "listening", reading: [(low, 10), (high, 90)], for: ada)
        let outcome = try await ask(platform, "When do honey bees swarm?", model: model, ada)
        #expect(outcome.message.sources?.map(\.filename) == ["high.txt", "low.txt"])
        #expect(requests.elements.first?.passages.count == 2)

        _ = try await platform.associations.update(
            model, low, AssociationChanges(usageType: .absent, snapshotID: .absent, priority: .value(95)), for: ada, receipt: nil)
        let second = try await ask(platform, "When do honey bees swarm?", model: model, ada)
        #expect(second.message.sources?.map(\.filename) == ["low.txt", "high.txt"])
    }

    @Test(arguments: Backend.all) func passagesAndHistoryAreCutToTheContextWindow(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let requests = Tally<GenerationRequest>()
        let platform = try installation.process(providers: ["listening": listening(requests)])
        let ada = try await installation.caller()
        let dataset = try await platform.dataset(for: ada)
        try await installation.working(platform) {
            let paragraphs = (0..<8).map {
                "Paragraph \($0) on bees: " + String(repeating: "they fly and they work and they rest. ", count: 20)
            }
            let file = try await platform.upload(paragraphs.joined(separator: "\n\n"), into: dataset, for: ada)
            _ = try await platform.settled(file.id, for: ada)
        }
        let wide = try await platform.model(from: "listening", reading: [(dataset, 1)], for: ada)
        let narrow = try await platform.model(from: "listening", contextWindow: 1_000, maxTokens: 100, reading: [(dataset, 1)], for: ada)
        let first = try await ask(platform, "What do bees do?", model: wide, ada)
        let second = try await ask(platform, "What do bees do?", model: narrow, chat: first.message.chat, ada)
        let (many, few) = (first.message.sources?.count ?? 0, second.message.sources?.count ?? 0)
        #expect(many > few && few > 0, "\(many) and \(few) passages")
        #expect(requests.elements.last?.passages.count == few, "cited is what was sent")
        #expect(requests.elements.last?.maxTokens == 100)

        // Nothing fits beside the answer that is reserved: the question itself is never cut.
        let tiny = try await platform.model(from: "listening", contextWindow: 100, maxTokens: 100, reading: [(dataset, 1)], for: ada)
        let third = try await ask(platform, "What do bees do?", model: tiny, chat: first.message.chat, ada)
        #expect(third.message.sources?.isEmpty == true)
        #expect(requests.elements.last?.messages.map(\.content) == ["What do bees do?"])
    }

    @Test(arguments: Backend.all) func anotherModelMayGoOnWithTheChat(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let requests = Tally<GenerationRequest>()
        let platform = try installation.process(providers: [
            "listening": listening(requests), "first": ScriptedProvider(saying: ["I am the first."]),
        ])
        let ada = try await installation.caller()
        let first = try await platform.model(from: "first", for: ada)
        let second = try await platform.model(from: "listening", for: ada)
        let chat = try await ask(platform, "Who?", model: first, ada).message.chat
        _ = try await ask(platform, "And you?", model: second, chat: chat, ada)
        #expect(requests.elements.first?.messages.map(\.content) == ["Who?", "I am the first.", "And you?"])
        #expect(try await platform.chats.get(chat, for: ada).chat.model == second)
        _ = try await ask(platform, "Still you?", chat: chat, ada)
        #expect(requests.elements.count == 2, "the chat stays with the model last used")
    }

    @Test(arguments: Backend.all) func aModelThatCannotBeUsedIsRefusedBeforeAnythingIsWritten(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let platform = try installation.process(providers: ["listening": listening(Tally())])
        let ada = try await installation.caller()
        let eve = try await installation.caller(organization: "two")
        let theirs = try await platform.model(from: "listening", for: eve)
        let disabled = try await platform.model(from: "listening", for: ada)
        var changes = ModelChanges()
        changes.enabled = .value(false)
        _ = try await platform.models.update(disabled, changes, for: ada, receipt: nil)
        for model in [theirs, disabled, ModelID("unknown")] {
            await #expect(throws: PlatformError.self) { try await ask(platform, "Why?", model: model, ada) }
        }
        await #expect(throws: PlatformError.self, "neither model nor chat") { try await ask(platform, "Why?", ada) }
        var tools = TurnSupport.request("Why?", model: try await platform.model(from: "listening", for: ada))
        tools.asksForTools = true
        let request = tools
        await #expect(throws: PlatformError.self) { try await platform.turns.start(request, for: ada, receipt: nil) }
        #expect(try await installation.query("SELECT id FROM chat").isEmpty)
        #expect(try await installation.query("SELECT id FROM turn").isEmpty)
    }

    @Test(arguments: Backend.all) func theQuotingModelCitesWhatItQuotesAndSaysWhenItCannot(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let platform = try installation.process()
        let ada = try await installation.caller()
        let dataset = try await platform.dataset(for: ada)
        try await installation.working(platform) {
            let file = try await platform.upload("Bees swarm in May.\n\nWasps sting often.", into: dataset, for: ada)
            _ = try await platform.settled(file.id, for: ada)
        }
        let model = try await platform.model(reading: [(dataset, 1)], for: ada)
        let found = try await ask(platform, "When do bees swarm?", model: model, ada)
        #expect(found.message.content?.contains("Bees swarm in May.") == true)
        #expect(found.message.sources?.isEmpty == false)
        #expect(found.message.metadata == .object(["finishReason": .string("stop"), "grounded": .bool(true)]))
        #expect(found.usage.credits == 0)
        let none = try await ask(platform, "How tall is the tower of Pisa?", model: model, ada)
        #expect(none.message.content == QuotingProvider.noAnswer)
        #expect(none.message.sources == [])
        #expect(none.message.metadata == .object(["finishReason": .string("stop"), "grounded": .bool(false)]))
    }
}

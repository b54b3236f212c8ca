import Testing

@testable import Providers

@Suite struct QuotingProviderTests {
    private func text(_ events: [GenerationEvent]) -> String {
        events.reduce(into: "") { text, event in
            if case .text(let piece) = event { text += piece }
        }
    }

    @Test func everySentenceCarriesTheMarkerOfItsPassage() {
        let events = QuotingProvider.events([
            .init(passage: 4, text: "Bees dance."), .init(passage: 1, text: "Wax melts at 62 °C."),
            .init(passage: 4, text: "Drones do not."),
        ])
        #expect(events.first == .citations([4, 1]))
        #expect(text(events) == "Bees dance. [1] Wax melts at 62 °C. [2] Drones do not. [1]")
        #expect(events.last == .finish)
    }

    @Test func nothingToQuoteIsSaidPlainlyAndCitesNothing() {
        let events = QuotingProvider.events([])
        #expect(events.first == .citations([]))
        #expect(text(events) == QuotingProvider.noAnswer)
        #expect(events.last == .finish)
    }

    @Test func longAnswersStreamInPiecesThatAddUp() {
        let sentence = (1...40).map { "word\($0)" }.joined(separator: " ")
        let events = QuotingProvider.events([.init(passage: 0, text: sentence)])
        #expect(events.count > 8)
        #expect(text(events) == sentence + " [1]")
    }

    @Test func theNewestUserMessageIsTheQuestion() async throws {
        let provider = QuotingProvider { question, _ in [.init(passage: 0, text: question)] }
        let request = GenerationRequest(
            upstream: "quoting", system: nil,
            messages: [.init(role: .user, content: "old"), .init(role: .assistant, content: "said"), .init(role: .user, content: "new")],
            passages: [.init(text: "p", matchedShare: 1)], maxTokens: 10, temperature: nil)
        var events: [GenerationEvent] = []
        for try await event in try await provider.stream(request) { events.append(event) }
        #expect(text(events) == "new [1]")
    }
}

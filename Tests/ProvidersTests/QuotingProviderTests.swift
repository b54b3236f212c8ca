import Testing

@testable import Providers

@Suite struct QuotingProviderTests {
    private func text(_ events: [GenerationEvent]) -> String {
        events.reduce(into: "") { text, event in
            if case .text(let piece) = event { text += piece }
        }
    }

    /// Counts words, so that the tests can count too.
    private let provider = QuotingProvider(select: { _, _ in [] }, countTokens: { $0.split(separator: " ").count })

    @Test func everySentenceCarriesTheMarkerOfItsPassage() {
        let events = provider.events(
            [
                .init(passage: 4, text: "Bees dance."), .init(passage: 1, text: "Wax melts at 62 °C."),
                .init(passage: 4, text: "Drones do not."),
            ], maxTokens: 100)
        #expect(events.first == .citations([4, 1]))
        #expect(text(events) == "Bees dance. [1] Wax melts at 62 °C. [2] Drones do not. [1]")
        #expect(events.last == .finish)
    }

    @Test func nothingToQuoteIsSaidPlainlyAndCitesNothing() {
        let events = provider.events([], maxTokens: 100)
        #expect(events.first == .citations([]))
        #expect(text(events) == QuotingProvider.noAnswer)
        #expect(events.last == .finish)
    }

    @Test func longAnswersStreamInPiecesThatAddUp() {
        let sentence = (1...40).map { "word\($0)" }.joined(separator: " ")
        let events = provider.events([.init(passage: 0, text: sentence)], maxTokens: 100)
        #expect(events.count > 8)
        #expect(text(events) == sentence + " [1]")
    }

    @Test func theNewestUserMessageIsTheQuestion() async throws {
        let provider = QuotingProvider(select: { question, _ in [.init(passage: 0, text: question)] }, countTokens: { _ in 1 })
        let request = GenerationRequest(
            upstream: "quoting", system: nil,
            messages: [.init(role: .user, content: "old"), .init(role: .assistant, content: "said"), .init(role: .user, content: "new")],
            passages: [.init(text: "p", matchedShare: 1)], maxTokens: 10, temperature: nil)
        var events: [GenerationEvent] = []
        for try await event in try await provider.stream(request) { events.append(event) }
        #expect(text(events) == "new [1]")
    }

    @Test func whatDoesNotFitIsNotSaidAndNotCited() {
        let quotes: [QuotingProvider.Quote] = [.init(passage: 3, text: "One two three."), .init(passage: 5, text: "Four five six.")]
        #expect(text(provider.events(quotes, maxTokens: 8)) == "One two three. [1] Four five six. [2]")
        let shorter = provider.events(quotes, maxTokens: 7)
        #expect(text(shorter) == "One two three. [1]")
        #expect(shorter.first == .citations([3]))
        #expect(text(provider.events(quotes, maxTokens: 2)) == "One two")
        #expect(text(provider.events(quotes, maxTokens: 1)) == "One")
        #expect(text(provider.events([], maxTokens: 2)) == "The connected")
    }
}

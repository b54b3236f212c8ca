/// The built-in quoting model: its answer consists only of sentences of the passages, each cited. It needs no key and no network.
package struct QuotingProvider: ModelProvider {
    /// A sentence chosen for the answer.
    package struct Quote: Sendable, Hashable {
        /// Index into the request's passages.
        package let passage: Int
        package let text: String

        package init(passage: Int, text: String) {
            self.passage = passage
            self.text = text
        }
    }

    /// What it says when nothing can be quoted.
    package static let noAnswer = "The connected datasets hold no answer to this question."

    /// Words sent in one piece, so that a long answer streams.
    static let wordsInPiece = 4

    private let select: @Sendable (String, [GenerationRequest.Passage]) async throws -> [Quote]

    /// - Parameter select: chooses the sentences that answer a question, in the order in which they are to be said; none to decline.
    package init(select: @escaping @Sendable (String, [GenerationRequest.Passage]) async throws -> [Quote]) {
        self.select = select
    }

    /// Chooses the sentences, then gives the answer out piece by piece.
    package func stream(_ request: GenerationRequest) async throws -> AsyncThrowingStream<GenerationEvent, any Error> {
        let quotes = try await select(request.question, request.passages)
        return AsyncThrowingStream { continuation in
            for event in Self.events(quotes) { continuation.yield(event) }
            continuation.finish()
        }
    }

    /// The whole answer. Markers count the cited passages from 1, in the order in which they are first used.
    static func events(_ quotes: [Quote]) -> [GenerationEvent] {
        if quotes.isEmpty { return [.citations([])] + pieces(noAnswer) + [.finish] }
        var cited: [Int] = []
        var sentences: [String] = []
        for quote in quotes {
            if !cited.contains(quote.passage) { cited.append(quote.passage) }
            let marker = (cited.firstIndex(of: quote.passage) ?? 0) + 1
            sentences.append("\(quote.text) [\(marker)]")
        }
        return [.citations(cited)] + pieces(sentences.joined(separator: " ")) + [.finish]
    }

    /// The text in pieces of a few words; together they are the text exactly.
    private static func pieces(_ text: String) -> [GenerationEvent] {
        var pieces: [GenerationEvent] = []
        var piece = ""
        var words = 0
        for character in text {
            piece.append(character)
            guard character == " " else { continue }
            words += 1
            if words == wordsInPiece {
                pieces.append(.text(piece))
                (piece, words) = ("", 0)
            }
        }
        return piece.isEmpty ? pieces : pieces + [.text(piece)]
    }
}

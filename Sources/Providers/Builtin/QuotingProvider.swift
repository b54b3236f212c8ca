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
    private let countTokens: @Sendable (String) -> Int

    /// - Parameters:
    ///   - select: chooses the sentences that answer a question, in the order in which they are to be said; none to decline.
    ///   - countTokens: how many tokens a text has, for `GenerationRequest.maxTokens`.
    package init(
        select: @escaping @Sendable (String, [GenerationRequest.Passage]) async throws -> [Quote],
        countTokens: @escaping @Sendable (String) -> Int
    ) {
        self.select = select
        self.countTokens = countTokens
    }

    /// Chooses the sentences, then gives the answer out piece by piece.
    package func stream(_ request: GenerationRequest) async throws -> AsyncThrowingStream<GenerationEvent, any Error> {
        let events = events(try await select(request.question, request.passages), maxTokens: request.maxTokens)
        return AsyncThrowingStream { continuation in
            for event in events { continuation.yield(event) }
            continuation.finish()
        }
    }

    /// The whole answer. Markers count the cited passages from 1, in the order in which they are first used. What does not fit is not
    /// said: later sentences first, and of a single one its last words.
    func events(_ quotes: [Quote], maxTokens: Int) -> [GenerationEvent] {
        if quotes.isEmpty { return [.citations([])] + Self.pieces(cut(Self.noAnswer, to: maxTokens)) + [.finish] }
        var cited: [Int] = []
        var answer = ""
        for quote in quotes {
            let marker = (cited.firstIndex(of: quote.passage) ?? cited.count) + 1
            let longer = (answer.isEmpty ? "" : answer + " ") + "\(quote.text) [\(marker)]"
            if countTokens(longer) > maxTokens {
                if answer.isEmpty { (answer, cited) = (cut(quote.text, to: maxTokens), [quote.passage]) }
                break
            }
            if marker > cited.count { cited.append(quote.passage) }
            answer = longer
        }
        return [.citations(cited)] + Self.pieces(answer) + [.finish]
    }

    /// As many of the text's first words as fit, and at least one.
    private func cut(_ text: String, to maxTokens: Int) -> String {
        if countTokens(text) <= maxTokens { return text }
        let words = text.split(separator: " ")
        let fitting = words.indices.dropFirst().last { countTokens(words[..<$0].joined(separator: " ")) <= maxTokens }
        return words[..<(fitting ?? 1)].joined(separator: " ")
    }

    /// The text in pieces of a few words; together they are the text exactly.
    static func pieces(_ text: String) -> [GenerationEvent] {
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

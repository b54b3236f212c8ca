package import Providers

/// One request and the answer that it produces.
package struct Turn: Sendable, Hashable {
    /// Where a turn stands; every state but `generating` is final.
    package enum State: String, Sendable { case generating, complete, interrupted, cancelled, failed }

    package let id: TurnID
    package let chat: ChatID
    package let model: ModelID
    /// The answer's id, known before the answer is.
    package let message: MessageID
    package let state: State
    package let isStreamed: Bool
    /// The process that generates it.
    package let owner: String?
    package let usage: TurnUsage?
    package let createdAt: Timestamp
}

/// What is asked of a turn. Ranges are checked at the door; what depends on the chat and the model, by `TurnService`.
package struct TurnRequest: Sendable {
    package var messages: [IncomingMessage]
    package var chat: ChatID?
    package var model: ModelID?
    package var systemPrompt: String?
    package var isEphemeral = false
    package var isStreamed = false
    package var maxTokens: Int?
    package var temperature: Double?
    package var asksForTools = false
    package var asksForReasoning = false
    package var asksForStructure = false

    package init(messages: [IncomingMessage]) { self.messages = messages }
}

/// One entry of a turn's log.
package enum TurnEvent: Sendable, Hashable, Codable {
    case sources([Source])
    case reasoning(String)
    case text(String)
}

/// Tokens and cost of a turn.
package struct TurnUsage: Sendable, Hashable, Codable {
    package let tokens: TokenUsage
    package let credits: Int

    package var input: Int { tokens.input }
    package var output: Int { tokens.output }
    package var reasoning: Int { tokens.reasoning }
    package var total: Int { input + output + reasoning }
    /// Decimal text, in credits.
    package var cost: String { String(credits) }
}

/// How a turn ended: known once its last write committed.
package struct TurnOutcome: Sendable {
    package let turn: TurnID
    package let message: Message
    package let usage: TurnUsage
    /// Why it failed, if it did.
    package let error: PlatformError?
}

/// What a turn's events add up to.
struct Transcript: Sendable {
    private(set) var text = ""
    private(set) var reasoning = ""
    private(set) var sources: [Source] = []

    init(_ events: some Sequence<TurnEvent> = []) {
        for event in events { append(event) }
    }

    mutating func append(_ event: TurnEvent) {
        switch event {
        case .sources(let found): sources = found
        case .reasoning(let piece): reasoning += piece
        case .text(let piece): text += piece
        }
    }
}

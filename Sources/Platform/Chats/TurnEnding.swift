import Providers
import Storage

/// How a turn ended, ready to be written.
struct TurnEnd: Sendable {
    /// The events that were not flushed while the answer was generated.
    struct Tail: Sendable {
        let from: Int
        let events: [TurnEvent]
    }

    let state: Turn.State
    let transcript: Transcript
    let usage: TurnUsage
    let error: PlatformError?
    /// Nil when no event was flushed: then the message says it all, and followers elsewhere read that.
    let unflushed: Tail?
    let endedAt: Timestamp
    /// Whether keywords alone could find some passages; unknown, and taken for false, of a turn whose process died.
    var vectorsPending = false
    /// Why a complete answer ended; nil for one that was not completed.
    var finishReason: FinishReason?

    private var metadata: [String: JSONValue] {
        var metadata = ["grounded": JSONValue.bool(!transcript.sources.isEmpty)]
        if vectorsPending { metadata["vectorsPending"] = .bool(true) }
        if let finishReason { metadata["finishReason"] = .string(finishReason.rawValue) }
        return metadata
    }

    /// The answer as it will be listed.
    func message(of turn: Turn) -> Message {
        let status: Message.Status
        switch state {
        case .complete: status = .complete
        case .cancelled: status = .cancelled
        case .failed: status = .failed
        case .interrupted, .generating: status = .interrupted
        }
        return Message(
            id: turn.message, chat: turn.chat, turn: turn.id, role: .assistant, status: status, content: transcript.text,
            reasoning: transcript.reasoning.isEmpty ? nil : transcript.reasoning, toolCallID: nil, toolCalls: nil,
            sources: transcript.sources,
            metadata: .object(metadata), tokenCount: usage.tokens.output, cost: usage.cost,
            responseTimeMilliseconds: Int(endedAt.milliseconds - turn.createdAt.milliseconds), createdAt: endedAt)
    }
}

/// The last write of a turn: the answer, its sources, the usage and the end of the lease, together.
struct TurnEnding: Sendable {
    private let turns = TurnRepository()
    private let messages = MessageRepository()
    private let chats = ChatRepository()
    private let usage = UsageRepository()

    /// Writes the end, if the turn is still its owner's; else returns the answer that somebody else closed it with.
    func write(
        _ connection: any Connection, _ turn: Turn, _ end: TurnEnd, _ organization: OrganizationID, _ member: MemberID
    ) throws -> Message {
        let reason = end.error.map { "\($0)" }
        let message = end.message(of: turn)
        guard try turns.end(connection, organization, turn, as: end.state, usage: end.usage, error: reason, at: end.endedAt) else {
            return try messages.find(connection, organization, turn.message) ?? message
        }
        if let tail = end.unflushed { try turns.appendEvents(connection, organization, turn.id, from: tail.from, tail.events) }
        try messages.append(connection, organization, message)
        try chats.touch(connection, organization, turn.chat, model: turn.model, at: end.endedAt)
        let event = UsageEvent(
            member: member, kind: .turn, subject: turn.id.text, model: turn.model.text, inputTokens: end.usage.tokens.input,
            outputTokens: end.usage.tokens.output, reasoningTokens: end.usage.tokens.reasoning, credits: end.usage.credits)
        try usage.record(connection, organization, event, at: end.endedAt)
        // What failed, or died with its process, was never answered: the same key may ask again (design §9 remembers no 5xx).
        if end.state == .failed || end.state == .interrupted {
            try connection.execute(
                "DELETE FROM idempotency_claim WHERE organization_id = \(organization) AND reply_turn = \(turn.id)")
        }
        return message
    }
}

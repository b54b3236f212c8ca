import HTTPTypes
import Hummingbird
import Logging
import Platform

/// `POST /v1/chats` and what belongs to a running turn: following it again, and ending it.
struct TurnRoutes: Sendable {
    let turns: TurnService
    let chats: ChatService
    let metrics: RequestMetrics

    var routes: [Route] {
        [
            .post("/v1/chats", .scope(.chatInvoke), create),
            .get("/v1/chats/{chat_id}/stream", .scope(.chatRead), stream),
            .post("/v1/chats/{chat_id}/cancel", .scope(.chatInvoke), cancel),
        ]
    }

    @Sendable private func create(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        let start = ContinuousClock.now
        try Self.checkFormat(request)
        let turn = try TurnRequest(reading: Fields(body: call.body.json()))
        let follower = try await turns.start(turn, for: context.caller(), receipt: call.receipt)
        return try await answer(follower, requestID: context.requestID, logger: context.logger) {
            metrics.recordFirstEvent(after: ContinuousClock.now - start)
        }
    }

    /// A repeated request gets the turn that its first sending began, in the form in which it was asked for then.
    @Sendable func replay(_ turn: TurnID, _ context: QuarryRequestContext) async throws -> Reply {
        try await answer(turns.replay(turn, for: context.caller()), requestID: context.requestID, logger: context.logger) {}
    }

    @Sendable private func stream(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        try Self.checkFormat(request)
        let last = try request.headers[.lastEventID].map(Self.place)
        guard var follower = try await turns.resume(ChatRoutes.id(context), after: last, for: context.caller()),
            let first = try await follower.next(patience: EventStream.heartbeat)
        else { return .noContent }
        return EventStream(chat: follower.turn.chat, requestID: context.requestID, logger: context.logger).reply(first, follower)
    }

    @Sendable private func cancel(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        let id = try ChatRoutes.id(context)
        try await turns.cancel(id, for: context.caller())
        let (chat, messages) = try await chats.get(id, for: context.caller())
        return try .json(.ok, ChatBody(chat, messages, model: nil))
    }

    /// The head waits for the log's first entry, so that an early refusal keeps its true status (design §6).
    private func answer(
        _ follower: TurnFollower, requestID: String, logger: Logger, firstEvent: () -> Void
    ) async throws -> Reply {
        var follower = follower
        guard follower.turn.isStreamed else {
            let outcome = try await follower.outcome()
            firstEvent()
            if let error = outcome.error { throw error }
            return try .json(.ok, TurnBody(outcome))
        }
        guard let first = try await follower.next(patience: EventStream.heartbeat) else {
            throw PlatformError.internal("a new turn has no first event")
        }
        firstEvent()
        if case .ended(_, let outcome) = first, let error = outcome.error { throw error }
        return EventStream(chat: follower.turn.chat, requestID: requestID, logger: logger).reply(first, follower)
    }

    /// A format that is not built must not be answered in another one in silence.
    private static func checkFormat(_ request: Request) throws {
        guard let format = request.headers[.streamFormat] else { return }
        throw PlatformError.invalid(
            ["header", "X-Stream-Format"], "X-Stream-Format \(format) is not supported yet: leave it out for the default format.",
            kind: .unsupported)
    }

    /// More events than any turn's log can have.
    private static let longestLog = 1_000_000_000

    /// `<turn>.<sequence>`, as the stream's event ids are written.
    private static func place(_ text: String) throws -> (turn: TurnID, sequence: Int) {
        let parts = text.split(separator: ".", maxSplits: 1)
        guard parts.count == 2, let sequence = Int(parts[1]), (0...longestLog).contains(sequence) else {
            throw PlatformError.malformed("Last-Event-ID is not one that this stream sent: leave it out to begin at the start.")
        }
        return (TurnID(String(parts[0])), sequence)
    }
}

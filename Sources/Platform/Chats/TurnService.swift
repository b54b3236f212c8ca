package import Logging
package import Providers
package import Storage

/// Begins turns, lets callers follow them, and ends them.
package struct TurnService: Sendable {
    /// Characters of a title made from the first question.
    static let titleLength = 80

    private let database: any Database
    private let clock: any Clock
    private let preparation: TurnPreparation
    private let runner: TurnRunner
    private let live = LiveTurns()
    private let owner: String
    private let chats = ChatRepository()
    private let messages = MessageRepository()
    private let turns = TurnRepository()
    private let recovery: TurnRecovery

    /// - Parameters:
    ///   - providers: by the name that system models use.
    ///   - owner: names this process in the leases of its turns.
    package init(
        database: any Database, clock: any Clock, models: ModelService, search: PassageSearch, providers: [String: any ModelProvider],
        faults: Faults, owner: String, logger: Logger
    ) {
        self.database = database
        self.clock = clock
        self.owner = owner
        preparation = TurnPreparation(database: database, models: models, search: search)
        runner = TurnRunner(database: database, clock: clock, live: live, providers: providers, faults: faults, logger: logger)
        recovery = TurnRecovery(database: database, clock: clock)
    }

    /// Begins a turn: checks, retrieves, writes the question and the `generating` turn, and starts the task that answers.
    ///
    /// - Throws: `PlatformError.notFound` for chat or model, `conflict` while the chat has a turn, `invalid`, `forbidden`.
    package func start(_ request: TurnRequest, for principal: Principal, receipt: Receipt?) async throws -> TurnFollower {
        guard await live.enter() else { throw PlatformError.unavailable("The server is stopping.", retryAfterSeconds: 5) }
        do {
            let follower = try await begin(request, for: principal, receipt: receipt)
            await live.leave()
            return follower
        } catch {
            await live.leave()
            throw error
        }
    }

    private func begin(_ request: TurnRequest, for principal: Principal, receipt: Receipt?) async throws -> TurnFollower {
        let chat = try await self.chat(request.chat, principal)
        let prepared = try await preparation.prepare(request, continuing: chat, for: principal)
        let now = clock.now
        let turn = Turn(
            id: .make(at: now), chat: chat?.id ?? .make(at: now), model: prepared.model.id, message: .make(at: now), state: .generating,
            isStreamed: request.isStreamed, owner: owner, usage: nil, createdAt: now)
        try await store(turn, request, isNew: chat == nil, principal, receipt)
        let log = TurnLog()
        let runner = runner
        await live.start(turn.id, log: log) { await runner.run(turn, prepared, for: principal, into: log) }
        return TurnFollower(turn: turn, source: .live(log), from: 0)
    }

    private func chat(_ id: ChatID?, _ principal: Principal) async throws -> Chat? {
        guard let id else { return nil }
        let (chats, recovery) = (chats, recovery)
        let chat = try await database.read { try ChatService.require(chats.find($0, principal.organization, principal.member, id)) }
        if chat.status == .generating { try await recovery.closeExpired() }
        return chat
    }

    private func store(_ turn: Turn, _ request: TurnRequest, isNew: Bool, _ principal: Principal, _ receipt: Receipt?) async throws {
        let (chats, messages, turns, clock) = (chats, messages, turns, clock)
        let organization = principal.organization
        try await database.write { connection in
            if isNew {
                try chats.insert(
                    connection, organization, turn.chat, model: turn.model, createdBy: principal.member, title: Self.title(request),
                    isEphemeral: request.isEphemeral, at: turn.createdAt)
            }
            let until = try DatabaseTime.now(connection, clock: clock).adding(TurnRepository.lease)
            guard try turns.insert(connection, organization, turn, leaseUntil: until) else {
                throw PlatformError.conflict(
                    "This chat is still generating an answer: follow it, cancel it, or wait.", retryAfterSeconds: 1)
            }
            for incoming in request.messages {
                try messages.append(
                    connection, organization,
                    Message(
                        id: .make(at: turn.createdAt), chat: turn.chat, turn: turn.id, role: incoming.role, status: .complete,
                        content: incoming.content, reasoning: nil, toolCallID: incoming.toolCallID, toolCalls: incoming.toolCalls,
                        sources: nil,
                        metadata: incoming.metadata, tokenCount: nil, cost: nil, responseTimeMilliseconds: nil, createdAt: turn.createdAt))
            }
            // Last, as in `TurnEnding`: turn before chat everywhere, so that two writes cannot wait for each other.
            if !isNew { try chats.touch(connection, organization, turn.chat, model: turn.model, at: turn.createdAt) }
            try receipt?.finish(.turn(turn.id.text), on: connection)
        }
    }

    /// Follows the chat's running turn, or the end of one that a client lost its connection to; nil when there is nothing to follow.
    ///
    /// - Parameter last: the last event that the client saw: its turn and its place in the turn's log.
    package func resume(_ id: ChatID, after last: (turn: TurnID, sequence: Int)?, for principal: Principal) async throws -> TurnFollower? {
        let (chats, turns, organization) = (chats, turns, principal.organization)
        let (generating, named) = try await database.read { connection in
            _ = try ChatService.require(chats.find(connection, organization, principal.member, id))
            let named = try last.flatMap { try turns.find(connection, organization, $0.turn) }
            return (try turns.generating(connection, organization, in: id), named?.chat == id ? named : nil)
        }
        if let turn = generating {
            let place = last?.turn == turn.id ? (last?.sequence ?? -1) + 1 : 0
            return await follower(of: turn, from: place, organization)
        }
        guard let named, let last, let log = await live.log(of: named.id) else { return nil }
        return TurnFollower(turn: named, source: .live(log), from: last.sequence + 1)
    }

    /// What a repeated request is answered: the turn that its first sending began.
    ///
    /// - Throws: `PlatformError.conflict` while that turn is still being generated.
    package func replay(_ turn: TurnID, for principal: Principal) async throws -> TurnFollower {
        let (turns, organization) = (turns, principal.organization)
        try await recovery.closeExpired()
        guard let found = try await database.read({ try turns.find($0, organization, turn) }) else { throw ChatService.unknown }
        if found.state == .generating {
            throw PlatformError.conflict("The request with this Idempotency-Key is still being answered.", retryAfterSeconds: 1)
        }
        return stored(found, from: 0, organization)
    }

    /// Ends the chat's running turn, wherever it is generated, and waits until its end is written. Nothing to end is fine.
    package func cancel(_ id: ChatID, for principal: Principal) async throws {
        let (chats, turns, organization) = (chats, turns, principal.organization)
        let generating = try await database.write { connection in
            _ = try ChatService.require(chats.find(connection, organization, principal.member, id))
            try turns.requestCancel(connection, organization, in: id)
            return try turns.generating(connection, organization, in: id)
        }
        guard let turn = generating else { return }
        _ = await live.cancel(turn.id)
        var follower = await follower(of: turn, from: 0, organization)
        _ = try await follower.outcome()
    }

    private func follower(of turn: Turn, from place: Int, _ organization: OrganizationID) async -> TurnFollower {
        if let log = await live.log(of: turn.id) { return TurnFollower(turn: turn, source: .live(log), from: place) }
        return stored(turn, from: place, organization)
    }

    private func stored(_ turn: Turn, from place: Int, _ organization: OrganizationID) -> TurnFollower {
        TurnFollower(
            turn: turn, source: .stored(StoredTurn(database: database, organization: organization, recovery: recovery)), from: place)
    }

    /// Closes the turns whose process is gone. With `all`, those of every process: only SQLite's single owner may say so, when it starts.
    package func recover(all: Bool) async throws { try await recovery.closeExpired(all: all) }

    /// Drops what no client comes back for: flushed events of ended turns, and throw-away chats.
    package func forget(eventsOlderThan eventLife: Duration, throwAwayChatsOlderThan chatLife: Duration) async throws {
        let (turns, chats, now) = (turns, chats, clock.now)
        try await database.write { connection in
            try turns.dropEvents(connection, endedBefore: now.adding(.zero - eventLife))
            try chats.deleteEphemeral(connection, untouchedSince: now.adding(.zero - chatLife), at: now)
        }
    }

    /// Refuses new turns, waits so long for running ones, and interrupts the rest.
    package func drain(grace: Duration) async { await live.drain(grace: grace) }

    private static func title(_ request: TurnRequest) -> String? {
        guard let question = request.messages.first(where: { $0.role == .user })?.content else { return nil }
        let line = question.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return line.count <= titleLength ? line : line.prefix(titleLength - 1) + "…"
    }
}

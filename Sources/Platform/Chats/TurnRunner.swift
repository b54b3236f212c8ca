import Logging
import Providers
import Retrieval
import Storage

/// Generates one answer in a task that no connection owns, and always ends in one write.
struct TurnRunner: Sendable {
    /// How often what was said is flushed and the lease renewed.
    static let flushInterval = Duration.seconds(1)
    /// Tries at the last write, in case the database is busy or away for a moment.
    static let mostSettlements = 5

    let database: any Database
    let clock: any Clock
    let live: LiveTurns
    let providers: [String: any ModelProvider]
    let faults: Faults
    let logger: Logger
    private let turns = TurnRepository()
    private let ending = TurnEnding()

    init(
        database: any Database, clock: any Clock, live: LiveTurns, providers: [String: any ModelProvider], faults: Faults, logger: Logger
    ) {
        self.database = database
        self.clock = clock
        self.live = live
        self.providers = providers
        self.faults = faults
        self.logger = logger
    }

    func run(_ turn: Turn, _ prepared: PreparedTurn, for principal: Principal, into log: TurnLog) async {
        // The generation is a task of its own: a lost lease or a cancellation ends it, and this one stays alive to settle.
        let generation = Task { try await generate(prepared, into: log) }
        let flushing = Task { await flush(turn, principal.organization, log, ending: generation) }
        let result = await withTaskCancellationHandler {
            await generation.result
        } onCancel: {
            generation.cancel()
        }
        flushing.cancel()
        let flushed = await flushing.value
        await settle(turn, prepared, principal, result, log, flushed: flushed)
    }

    /// How a complete answer ended.
    private struct Ending: Sendable {
        let usage: TokenUsage?
        let reason: FinishReason
    }

    /// Reads the provider's stream into the log.
    private func generate(_ prepared: PreparedTurn, into log: TurnLog) async throws -> Ending {
        let stream = try await open(prepared)
        var citations = Citations(of: prepared.sources)
        do {
            let ending = try await read(stream, &citations, into: log)
            if let sources = citations.atEnd() { await log.append(.sources(sources)) }
            return ending
        } catch {
            if let sources = citations.atFault() { await log.append(.sources(sources)) }
            throw error
        }
    }

    /// The stream of the first model that takes the request: the one that was asked for, then its fallbacks. A request that was refused for
    /// what it is would be refused again.
    private func open(_ prepared: PreparedTurn) async throws -> AsyncThrowingStream<GenerationEvent, any Error> {
        let candidates = [prepared.model.system] + prepared.fallbacks
        for (place, system) in candidates.enumerated() {
            guard let provider = providers[system.provider] else { throw PlatformError.internal("no provider named \(system.provider)") }
            do {
                return try await provider.stream(prepared.request.asking(system.upstream))
            } catch let fault as ProviderFault where fault.kind != .rejected && place < candidates.count - 1 {
                logger.warning("a fallback is asked", metadata: ["model": "\(system.name)", "error": "\(fault)"])
            }
        }
        throw PlatformError.internal("no model took the request")
    }

    private func read(
        _ stream: AsyncThrowingStream<GenerationEvent, any Error>, _ citations: inout Citations, into log: TurnLog
    ) async throws -> Ending {
        var usage: TokenUsage?
        var reason: FinishReason?
        var isBlank = true
        for try await event in stream {
            try Task.checkCancellation()
            switch event {
            case .citations(let indices): citations.cite(indices)
            case .reasoning(let piece): await log.append(.reasoning(piece))
            case .text(let piece):
                if let sources = citations.beforeText() { await log.append(.sources(sources)) }
                await log.append(.text(piece))
                isBlank = isBlank && piece.allSatisfy(\.isWhitespace)
                try await faults.pass(.duringTurn)
            case .usage(let counted): usage = counted
            case .end(let why): reason = why
            }
        }
        try Task.checkCancellation()
        // A cancelled stream ends as if all were well: only the terminal event says that the answer is whole.
        guard let reason else { throw ProviderFault(.broken, "The model's answer was cut off.") }
        // The token limit and the filter say for themselves why there is no text.
        if isBlank, reason == .stop || reason == .other { throw ProviderFault(.broken, "The model gave an empty answer.") }
        return Ending(usage: usage, reason: reason)
    }

    /// Writes what was said about once a second and renews the lease with it, until it is cancelled; returns how many events it wrote.
    private func flush(
        _ turn: Turn, _ organization: OrganizationID, _ log: TurnLog, ending generation: Task<Ending, any Error>
    ) async -> Int {
        let (turns, clock) = (turns, clock)
        var flushed = 0
        while (try? await Task.sleep(for: Self.flushInterval)) != nil {
            let said = await log.events
            let from = flushed
            do {
                let isCancelled = try await database.write { connection in
                    let until = try DatabaseTime.now(connection, clock: clock).adding(TurnRepository.lease)
                    let isCancelled = try turns.renew(connection, organization, turn, until: until)
                    if isCancelled != nil { try turns.appendEvents(connection, organization, turn.id, from: from, said[from...]) }
                    return isCancelled
                }
                flushed = said.count
                if isCancelled == true { _ = await live.cancel(turn.id) }
                if isCancelled == nil { generation.cancel() }
            } catch {
                logger.warning("turn could not be flushed", metadata: ["turn": "\(turn.id)", "error": "\(error)"])
            }
        }
        return flushed
    }

    private func settle(
        _ turn: Turn, _ prepared: PreparedTurn, _ principal: Principal, _ result: Result<Ending, any Error>, _ log: TurnLog,
        flushed: Int
    ) async {
        let said = await log.events
        let transcript = Transcript(said)
        let (state, error) = await self.state(turn, result)
        if let error { logger.error("turn failed", metadata: ["turn": "\(turn.id)", "error": "\(error)"]) }
        let ending = try? result.get()
        let tokens =
            ending?.usage ?? .estimated(input: prepared.inputTokens, answer: transcript.text)
        let total = tokens.input + tokens.output + tokens.reasoning
        let credits = state == .failed ? 0 : TurnPrice.credits(tokens: total, multiplier: prepared.model.system.creditMultiplier)
        let end = TurnEnd(
            state: state, transcript: transcript, usage: TurnUsage(tokens: tokens, credits: credits), error: error,
            unflushed: flushed == 0 ? nil : TurnEnd.Tail(from: flushed, events: Array(said[flushed...])), endedAt: clock.now,
            vectorsPending: prepared.vectorsPending, finishReason: ending?.reason)
        for attempt in 1...Self.mostSettlements {
            do {
                let writing = self.ending
                let message = try await database.write { try writing.write($0, turn, end, principal.organization, principal.member) }
                await log.close(TurnOutcome(turn: turn.id, message: message, usage: end.usage, error: error))
                return
            } catch {
                logger.error("turn could not be settled", metadata: ["turn": "\(turn.id)", "attempt": "\(attempt)", "error": "\(error)"])
                try? await Task.sleep(for: .milliseconds(200 * attempt))
            }
        }
        // Its lease runs out and whoever finds it closes it; the followers must not wait for that.
        let lost = PlatformError.unavailable("The answer could not be stored.", retryAfterSeconds: 5)
        await log.close(TurnOutcome(turn: turn.id, message: end.message(of: turn), usage: end.usage, error: lost))
    }

    private func state(_ turn: Turn, _ result: Result<Ending, any Error>) async -> (Turn.State, PlatformError?) {
        switch result {
        case .success: return (.complete, nil)
        case .failure(is CancellationError): return (await live.isCancelled(turn.id) ? .cancelled : .interrupted, nil)
        case .failure(let fault as ProviderFault): return (.failed, .provider(ProviderFailure(fault)))
        case .failure(let error as PlatformError): return (.failed, error)
        case .failure(let error): return (.failed, .internal("\(error)"))
        }
    }
}

extension ProviderFailure {
    init(_ fault: ProviderFault) {
        let kind: Kind
        switch fault.kind {
        // To a caller it is the same: not now, perhaps a little later.
        case .overloaded, .unreachable: kind = .overloaded
        case .rateLimited: kind = .rateLimited
        case .timedOut: kind = .timedOut
        case .rejected: kind = .rejected
        case .misconfigured: kind = .misconfigured
        case .broken: kind = .broken
        }
        self.init(kind: kind, detail: fault.detail, retryAfterSeconds: fault.retryAfterSeconds, cause: fault.cause)
    }
}

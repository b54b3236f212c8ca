import Providers
import Retrieval
import Storage

/// Closes turns whose process is gone, as interrupted, with what was flushed of them.
struct TurnRecovery: Sendable {
    /// Turns closed in one write.
    static let mostAtOnce = 50

    private let database: any Database
    private let clock: any Clock
    private let turns = TurnRepository()
    private let ending = TurnEnding()

    init(database: any Database, clock: any Clock) {
        self.database = database
        self.clock = clock
    }

    /// Safe to run on any number of processes: the last write is fenced by the lease that it ends.
    ///
    /// - Parameter all: closes turns whose lease still runs, too: only SQLite's single owner may say so, when it starts.
    func closeExpired(all: Bool = false) async throws {
        while try await closeSome(all: all) == Self.mostAtOnce {}
    }

    private func closeSome(all: Bool) async throws -> Int {
        let (turns, ending, clock) = (turns, ending, clock)
        let hasExpired = try await database.read { connection in
            try !turns.expired(connection, at: DatabaseTime.now(connection, clock: clock), all: all, most: 1).isEmpty
        }
        if !hasExpired { return 0 }
        return try await database.write { connection in
            let now = try DatabaseTime.now(connection, clock: clock)
            let expired = try turns.expired(connection, at: now, all: all, most: Self.mostAtOnce)
            for (organization, member, turn) in expired {
                let transcript = Transcript(try turns.events(connection, organization, turn.id, from: 0))
                let tokens = TokenUsage(input: 0, output: TokenCounter.count(transcript.text))
                let end = TurnEnd(
                    state: .interrupted, transcript: transcript, usage: TurnUsage(tokens: tokens, credits: 0), error: nil, unflushed: nil,
                    endedAt: now)
                _ = try ending.write(connection, turn, end, organization, member)
            }
            return expired.count
        }
    }
}

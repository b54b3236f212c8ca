import Synchronization

/// Watches that something is heard again and again: an answer may take as long as it likes, silence may not.
package final class IdleWatch: Sendable {
    /// Nothing was heard for too long.
    package struct Silence: Error, Sendable, Hashable {
        package let limit: Duration
    }

    private struct State { var deadline: ContinuousClock.Instant; var limit: Duration }
    /// A limit may become shorter while the watch sleeps, so it looks at least this often.
    private static let look = Duration.seconds(1)

    private let state: Mutex<State>

    /// - Parameter limit: how long the first thing may take.
    package init(limit: Duration, since start: ContinuousClock.Instant = .now) {
        state = Mutex(State(deadline: start + limit, limit: limit))
    }

    /// Something was heard; the next thing may take so long.
    package func heard(next limit: Duration, at moment: ContinuousClock.Instant = .now) {
        state.withLock { $0 = State(deadline: moment + limit, limit: limit) }
    }

    /// Whether it has been silent for too long.
    func silence(at moment: ContinuousClock.Instant) -> Silence? {
        state.withLock { $0.deadline <= moment ? Silence(limit: $0.limit) : nil }
    }

    /// Returns only by throwing: `Silence`, or `CancellationError`.
    package func watch() async throws {
        while true {
            if let silence = silence(at: .now) { throw silence }
            let deadline = state.withLock { $0.deadline }
            try await Task.sleep(until: min(deadline, .now + Self.look), clock: .continuous)
        }
    }

    /// Runs `body` until it ends or nothing was heard for too long, which cancels it.
    package func guarding(_ body: @escaping @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await body() }
            group.addTask { try await self.watch() }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}

import Foundation
import Synchronization

/// Lets queries overtake bulk work: while a query runs, whoever passes the gate waits. No one waits busily, and no one for ever: after
/// `patience` a waiting thread goes on, so that an unbroken stream of queries slows bulk work down and does not stop it.
final class QueryGate: Sendable {
    private let patience: TimeInterval
    private let queries = Atomic<Int>(0)
    private let waiting = Atomic<Int>(0)
    private let changed = NSCondition()

    /// A gate at which a thread waits at most `patience` seconds each time.
    init(patience: TimeInterval = 0.1) { self.patience = patience }

    /// Runs a query, ahead of those who wait at the gate.
    func query<Result>(_ body: () -> Result) -> Result {
        queries.add(1, ordering: .sequentiallyConsistent)
        defer {
            if queries.subtract(1, ordering: .sequentiallyConsistent).newValue == 0 { announce() }
        }
        return body()
    }

    /// Returns at once when no query runs, otherwise as soon as none does.
    func pass() {
        guard queries.load(ordering: .sequentiallyConsistent) > 0 else { return }
        let end = Date(timeIntervalSinceNow: patience)
        waiting.add(1, ordering: .sequentiallyConsistent)
        announce()
        changed.lock()
        while queries.load(ordering: .sequentiallyConsistent) > 0, changed.wait(until: end) {}
        changed.unlock()
        waiting.subtract(1, ordering: .sequentiallyConsistent)
    }

    /// Returns true as soon as `count` threads wait at the gate, false when that has not come about by `end`.
    func untilWaiting(_ count: Int, until end: Date) -> Bool {
        changed.lock()
        defer { changed.unlock() }
        while waiting.load(ordering: .sequentiallyConsistent) < count {
            guard changed.wait(until: end) else { return false }
        }
        return true
    }

    private func announce() {
        changed.lock()
        changed.broadcast()
        changed.unlock()
    }
}

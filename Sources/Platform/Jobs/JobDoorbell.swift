import Synchronization

/// Lets handlers of jobs wake the runner that they are handed to: the bell is there before whoever answers it.
final class JobDoorbell: Sendable {
    private let answer = Mutex<(@Sendable () async -> Void)?>(nil)

    func answer(_ nudge: @escaping @Sendable () async -> Void) { answer.withLock { $0 = nudge } }

    /// A job may have become due.
    func ring() async { await answer.withLock { $0 }?() }
}

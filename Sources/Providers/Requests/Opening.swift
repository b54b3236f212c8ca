import Synchronization

/// The moment in which it is known whether an upstream took a request: told once, waited for by one.
final class Opening: Sendable {
    private enum State {
        case pending
        case waitedFor(CheckedContinuation<Void, any Error>)
        case told(Result<Void, any Error>)
    }

    private let state = Mutex(State.pending)

    /// Whether the request was taken.
    var isTaken: Bool {
        state.withLock { state in
            if case .told(.success) = state { true } else { false }
        }
    }

    /// Tells how it went. Only the first telling counts.
    func tell(_ result: Result<Void, any Error>) {
        let waiter = state.withLock { state in
            switch state {
            case .told: return nil as CheckedContinuation<Void, any Error>?
            case .pending:
                state = .told(result)
                return nil
            case .waitedFor(let waiter):
                state = .told(result)
                return waiter
            }
        }
        waiter?.resume(with: result)
    }

    /// Returns once the request was taken; throws why it was not.
    func wait() async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            let told: Result<Void, any Error>? = state.withLock { state in
                if case .told(let result) = state { return result }
                state = .waitedFor(continuation)
                return nil
            }
            if let told { continuation.resume(with: told) }
        }
    }
}

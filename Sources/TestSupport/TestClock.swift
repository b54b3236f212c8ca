package import Platform
import Synchronization

/// A clock that stands still until a test moves it.
package final class TestClock: Clock {
    private let moment: Mutex<Timestamp>

    /// - Parameter start: 2026-11-20T12:00:00Z unless told otherwise.
    package init(_ start: Timestamp = Timestamp(milliseconds: 1_795_176_000_000)) { moment = Mutex(start) }

    package var now: Timestamp { moment.withLock { $0 } }

    package func advance(by duration: Duration) { moment.withLock { $0 = $0.adding(duration) } }
}

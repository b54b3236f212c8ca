import Synchronization

/// Slows down guessing: an address that failed to authenticate too often within a minute is refused for the rest of it.
package final class FailureThrottle: Sendable {
    /// Failures a minute before an address is refused.
    package static let failuresPerWindow = 30
    static let window = Duration.seconds(60)
    static let addressesBeforeSweep = 10_000

    private struct Window { var endsAt: Timestamp; var failures: Int }
    private let windows = Mutex<[String: Window]>([:])
    private let clock: any Clock

    package init(clock: any Clock) { self.clock = clock }

    /// Seconds that the address must wait; nil when it need not.
    package func waitSeconds(_ address: String) -> Int? {
        let now = clock.now
        return windows.withLock { windows in
            guard let window = windows[address], window.endsAt > now, window.failures >= Self.failuresPerWindow else { return nil }
            return max(1, Int((window.endsAt.milliseconds - now.milliseconds + 999) / 1000))
        }
    }

    /// Counts one failed authentication from the address.
    package func recordFailure(_ address: String) {
        let now = clock.now
        windows.withLock { windows in
            if windows.count > Self.addressesBeforeSweep { windows = windows.filter { $0.value.endsAt > now } }
            var window = windows[address].flatMap { $0.endsAt > now ? $0 : nil } ?? Window(endsAt: now.adding(Self.window), failures: 0)
            window.failures += 1
            windows[address] = window
        }
    }
}

import Synchronization

/// Whether the server wants requests: not any more once it was told to stop.
package final class Readiness: Sendable {
    private let state = Mutex(true)

    package init() {}

    package var isReady: Bool { state.withLock { $0 } }
    /// From now on readiness is denied.
    package func beginDraining() { state.withLock { $0 = false } }
}

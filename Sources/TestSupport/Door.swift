import Dispatch
import Synchronization

/// A door that tasks wait at until somebody opens it, once and for all.
package final class Door: Sendable {
    private struct State { var isOpen = false; var waiting: [Int: CheckedContinuation<Void, Never>] = [:]; var next = 0 }
    private let state = Mutex(State())

    package init() {}

    package var isOpen: Bool { state.withLock { $0.isOpen } }

    package func open() {
        let waiting = state.withLock { state in
            defer { state.waiting = [:] }
            state.isOpen = true
            return Array(state.waiting.values)
        }
        for waiter in waiting { waiter.resume() }
    }

    /// Returns once the door is open, or when the caller is cancelled.
    package func wait() async {
        let number = state.withLock { state in
            state.next += 1
            return state.next
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let passes = state.withLock { state in
                    if state.isOpen || Task.isCancelled { return true }
                    state.waiting[number] = continuation
                    return false
                }
                if passes { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: number) }?.resume()
        }
    }

    /// For threads of a database: blocks until the door is open, or for so many seconds when what would open it is rightly locked out.
    package func waitBlocking(atMostSeconds seconds: Double) {
        let ends = DispatchTime.now() + seconds
        let step = DispatchSemaphore(value: 0)
        while !isOpen, DispatchTime.now() < ends { _ = step.wait(timeout: .now() + 0.005) }
    }
}

/// What was waited for did not come.
package struct WaitedInVain: Error, CustomStringConvertible {
    package let description: String

    package init(description: String) { self.description = description }
}

/// Looks again and again until `find` finds something. The limit is for a broken program: it never decides what a test measures.
package func eventually<Value: Sendable>(
    _ what: String, within limit: Duration = .seconds(60), _ find: () async throws -> Value?
) async throws -> Value {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
        if let found = try await find() { return found }
        try await Task.sleep(for: .milliseconds(10))
    }
    throw WaitedInVain(description: "waited in vain: \(what)")
}

/// Looks again and again until `condition` holds.
package func until(_ what: String, within limit: Duration = .seconds(60), _ condition: () async throws -> Bool) async throws {
    _ = try await eventually(what, within: limit) { try await condition() ? true : nil }
}

/// Counts and collects from concurrent tasks.
package final class Tally<Element: Sendable>: Sendable {
    private let kept = Mutex<[Element]>([])

    package init() {}

    package var elements: [Element] { kept.withLock { $0 } }

    package func add(_ element: Element) { kept.withLock { $0.append(element) } }
}

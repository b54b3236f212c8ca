import Dispatch

/// Runs work that blocks or computes for long (files, segments, searches) on threads of its own, so that the
/// cooperative pool stays free to answer.
package enum BlockingWork {
    private static let queue = DispatchQueue(label: "quarry.blocking-work", attributes: .concurrent)

    /// Runs `body` on a thread of its own and returns what it returns.
    package static func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: body()) }
        }
    }

    /// Runs `body` on a thread of its own and returns what it returns or throws what it throws.
    package static func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try body() }) }
        }
    }
}

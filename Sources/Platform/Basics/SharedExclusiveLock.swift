/// Many at once, or one alone, across `await`. Waiters are let in in the order in which they came.
package actor SharedExclusiveLock {
    private struct Waiter { let isExclusive: Bool; let continuation: CheckedContinuation<Void, Never> }
    private var sharers = 0
    private var hasOwner = false
    private var waiters: [Waiter] = []

    package init() {}

    /// Runs beside other sharers, never beside an exclusive body.
    nonisolated package func shared<Value: Sendable>(_ body: @Sendable () async throws -> Value) async rethrows -> Value {
        await enter(isExclusive: false)
        do {
            let value = try await body()
            await leave(isExclusive: false)
            return value
        } catch {
            await leave(isExclusive: false)
            throw error
        }
    }

    /// Runs alone.
    nonisolated package func exclusive<Value: Sendable>(_ body: @Sendable () async throws -> Value) async rethrows -> Value {
        await enter(isExclusive: true)
        do {
            let value = try await body()
            await leave(isExclusive: true)
            return value
        } catch {
            await leave(isExclusive: true)
            throw error
        }
    }

    private func enter(isExclusive: Bool) async {
        if waiters.isEmpty, admit(isExclusive: isExclusive) { return }
        await withCheckedContinuation { waiters.append(Waiter(isExclusive: isExclusive, continuation: $0)) }
    }

    private func leave(isExclusive: Bool) {
        if isExclusive { hasOwner = false } else { sharers -= 1 }
        while let first = waiters.first, admit(isExclusive: first.isExclusive) {
            waiters.removeFirst()
            first.continuation.resume()
        }
    }

    private func admit(isExclusive: Bool) -> Bool {
        if hasOwner || (isExclusive && sharers > 0) { return false }
        if isExclusive { hasOwner = true } else { sharers += 1 }
        return true
    }
}

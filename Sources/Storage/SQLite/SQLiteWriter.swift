import Dispatch
import GRDB
import Synchronization

/// One call of `write`, with its result type hidden.
struct QueuedWrite: Sendable {
    /// Runs the closure and returns what hands its value to the caller once the group has been committed.
    let run: @Sendable (Transaction) throws -> @Sendable () -> Void
    /// Hands an error to the caller.
    let fail: @Sendable (any Error) -> Void
}

/// The only writer of a SQLite database. Closures that wait together share one transaction, because each COMMIT costs a flush to
/// disk; each has a savepoint of its own, so that one that throws leaves nothing behind while its neighbours are committed.
final class SQLiteWriter: Sendable {
    /// How much is done and kept at once.
    struct Limits {
        /// A group ends after so many closures …
        var groupSize = 64
        /// … or when this time has passed since it began, or when nothing more is waiting.
        var groupDuration = Duration.milliseconds(2)
        /// Calls that may wait; further ones are refused as busy.
        var waitingWrites = 10_000
    }

    private struct State {
        var waiting = FirstInFirstOut<QueuedWrite>()
        var isDraining = false
        var isClosed = false
    }

    private let pool: DatabasePool
    private let budget: SQLiteStatementBudget
    private let limits: Limits
    private let queue = DispatchQueue(label: "storage.sqlite.writer")
    private let state = Mutex(State())

    init(pool: DatabasePool, budget: SQLiteStatementBudget, limits: Limits) {
        self.pool = pool
        self.budget = budget
        self.limits = limits
    }

    /// Calls that wait, for tests.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Takes a write in; it is run on the writer's own thread in the order of arrival.
    func enqueue(_ write: QueuedWrite) {
        enum Answer { case startDraining, alreadyDraining, refuse(StorageError) }
        let answer: Answer = state.withLock { state in
            if state.isClosed { return .refuse(.unavailable("the database is closed")) }
            if state.waiting.count >= limits.waitingWrites { return .refuse(.busy) }
            state.waiting.append(write)
            defer { state.isDraining = true }
            return state.isDraining ? .alreadyDraining : .startDraining
        }
        switch answer {
        case .startDraining: queue.async { self.drain() }
        case .alreadyDraining: break
        case .refuse(let error): write.fail(error)
        }
    }

    /// Refuses new writes, lets the waiting ones finish, then runs `last` on the writer's thread.
    func close(then last: @escaping @Sendable () -> Void) {
        state.withLock { $0.isClosed = true }
        queue.async(execute: last)
    }

    private func drain() {
        pool.writeWithoutTransaction { database in
            while let first = nextGroup() { runGroup(startingWith: first, on: database) }
        }
    }

    /// The first write of the next group; if there is none, the next to arrive starts draining anew.
    private func nextGroup() -> QueuedWrite? {
        state.withLock { state in
            let first = state.waiting.popFirst()
            state.isDraining = first != nil
            return first
        }
    }

    private func nextInGroup() -> QueuedWrite? {
        state.withLock { $0.waiting.popFirst() }
    }

    private func runGroup(startingWith first: QueuedWrite, on database: GRDB.Database) {
        let clock = ContinuousClock()
        let deadline = clock.now + limits.groupDuration
        var members: [QueuedWrite] = []
        // Nobody hears of success or failure before COMMIT: even a refusal may rest on what a neighbour wrote.
        var answers: [@Sendable () -> Void] = []
        do throws(StorageError) {
            var next: QueuedWrite? = first
            members.append(first)
            try control("BEGIN IMMEDIATE", on: database)
            while let write = next {
                answers.append(try answer(to: write, on: database))
                next = members.count < limits.groupSize && clock.now < deadline ? nextInGroup() : nil
                if let next { members.append(next) }
            }
            try control("COMMIT", on: database)
            for answer in answers { answer() }
        } catch {
            // Some errors (a full disk, say) make SQLite end the transaction by itself; otherwise it is ended here.
            if database.isInsideTransaction { try? control("ROLLBACK", on: database) }
            for member in members { member.fail(error) }
        }
    }

    /// Runs one closure in its savepoint. Throws only if the shared transaction is lost with it.
    private func answer(to write: QueuedWrite, on database: GRDB.Database) throws(StorageError) -> @Sendable () -> Void {
        let transaction = Transaction(SQLiteStatementRunner(database: database, budget: budget))
        try control("SAVEPOINT closure", on: database)
        let answer: @Sendable () -> Void
        let keep: Bool
        do {
            answer = try write.run(transaction)
            keep = true
        } catch {
            answer = { write.fail(error) }
            keep = false
        }
        guard database.isInsideTransaction else {
            throw transaction.failure ?? .statement("a closure ended the transaction that it was given")
        }
        if !keep { try control("ROLLBACK TO closure", on: database) }
        try control("RELEASE closure", on: database)
        return answer
    }

    private func control(_ statement: String, on database: GRDB.Database) throws(StorageError) {
        do {
            try database.cachedStatement(sql: statement).execute()
        } catch {
            throw SQLiteErrors.storageError(error)
        }
    }
}

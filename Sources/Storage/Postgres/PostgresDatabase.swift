import Dispatch
import Synchronization

/// A PostgreSQL database behind a fixed number of connections, each with a thread of its own. Callers wait for a free one in the order
/// in which they came.
///
/// A write whose connection breaks during COMMIT throws `StorageError.unavailable` although it may have been committed.
package final class PostgresDatabase: Database {
    /// Calls that may wait for a connection; further ones are refused as busy.
    static let maximumWaitingCalls = 10_000

    private struct State {
        var idle: [PostgresConnection]
        var waiting = FirstInFirstOut<@Sendable (PostgresConnection) -> Void>()
        var isClosed = false
        /// Called once everything is idle again after `close`.
        var closers: [@Sendable ([PostgresConnection]) -> Void] = []
    }

    private let state: Mutex<State>
    private let connectionCount: Int
    private let waitingLimit: Int

    /// Connects once, to prove that `url` (`postgres://user:password@host:port/database`, or any other libpq URI) works; the other
    /// connections are opened when they are needed, and again when they break. Throws `StorageError.unavailable`, in which the
    /// URL's password never appears.
    package convenience init(url: String, connections: Int = 8) async throws {
        try await self.init(url: url, connections: connections, waitingLimit: Self.maximumWaitingCalls)
    }

    /// The same with another limit, for tests.
    init(url: String, connections: Int, waitingLimit: Int) async throws {
        self.waitingLimit = waitingLimit
        let address = try PostgresAddress(url)
        connectionCount = max(1, connections)
        let all = (0..<connectionCount).map { _ in PostgresConnection(address) }
        state = Mutex(State(idle: all))
        // The last one, because that is the one `acquire` takes first.
        for first in all.suffix(1) {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                first.queue.async { continuation.resume(with: Result { try first.open() }) }
            }
        }
    }

    package var dialect: Dialect { .postgres }

    /// Calls that wait, for tests.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Runs `body` in a REPEATABLE READ, READ ONLY transaction on one of the connections.
    package func read<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
        try await perform(.read, body)
    }

    /// Runs `body` in a READ COMMITTED transaction, again after a serialization failure or a deadlock.
    @discardableResult
    package func write<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
        try await perform(.write, body)
    }

    /// Lets what was accepted finish and closes every connection.
    package func close() async {
        let all = await withCheckedContinuation { continuation in
            let idle: [PostgresConnection]? = state.withLock { state in
                state.isClosed = true
                guard state.idle.count < connectionCount else { return state.idle }
                state.closers.append { continuation.resume(returning: $0) }
                return nil
            }
            if let idle { continuation.resume(returning: idle) }
        }
        for connection in all {
            await withCheckedContinuation { continuation in
                connection.queue.async {
                    connection.close()
                    continuation.resume()
                }
            }
        }
    }

    private func perform<T: Sendable>(
        _ mode: PostgresConnection.Mode,
        _ body: @escaping @Sendable (any Connection) throws -> T
    ) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            let run: @Sendable (PostgresConnection) -> Void = { connection in
                connection.queue.async {
                    let result = Result { try connection.perform(mode, body) }
                    // Free before the caller hears of it, so that a caller's next call finds this connection.
                    self.release(connection)
                    continuation.resume(with: result)
                }
            }
            do {
                if let connection = try acquire(orWait: run) { run(connection) }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    /// A free connection, or nil after `call` has been put in the queue.
    private func acquire(orWait call: @escaping @Sendable (PostgresConnection) -> Void) throws(StorageError) -> PostgresConnection? {
        try state.withLock { (state) throws(StorageError) in
            guard !state.isClosed else { throw .unavailable("the database is closed") }
            if let connection = state.idle.popLast() { return connection }
            guard state.waiting.count < waitingLimit else { throw .busy }
            state.waiting.append(call)
            return nil
        }
    }

    private func release(_ connection: PostgresConnection) {
        let next: (@Sendable () -> Void)? = state.withLock { state in
            if let call = state.waiting.popFirst() { return { call(connection) } }
            state.idle.append(connection)
            guard state.isClosed, state.idle.count == connectionCount, !state.closers.isEmpty else { return nil }
            let closers = state.closers
            let all = state.idle
            state.closers = []
            return { for closer in closers { closer(all) } }
        }
        next?()
    }
}

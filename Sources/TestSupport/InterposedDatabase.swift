package import Storage
import Synchronization

/// A database that lets a test look on: before a statement runs, and after a write committed but before its caller knows. That is how a
/// test holds one party in the middle of its work while another one acts, without any sleeping.
package final class InterposedDatabase: Database {
    /// Told the text of each statement that is about to run; it may block that transaction's thread.
    package typealias StatementHook = @Sendable (String) -> Void
    /// Told the statements of a write that has committed; it may hold the caller up.
    package typealias CommitHook = @Sendable ([String]) async -> Void

    private struct Hooks { var statement: StatementHook?; var commit: CommitHook? }
    private let base: any Database
    private let hooks = Mutex(Hooks())

    package init(_ base: any Database) { self.base = base }

    package func beforeStatement(_ hook: StatementHook?) { hooks.withLock { $0.statement = hook } }

    package func afterCommit(_ hook: CommitHook?) { hooks.withLock { $0.commit = hook } }

    package var dialect: Dialect { base.dialect }

    package func read<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
        try await base.read(body)
    }

    @discardableResult
    package func write<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
        let hooks = hooks.withLock { $0 }
        let (value, statements) = try await base.write { connection in
            let watched = WatchedConnection(connection, hook: hooks.statement)
            let value = try body(watched)
            return (value, watched.statements)
        }
        await hooks.commit?(statements)
        return value
    }

    package func close() async { await base.close() }
}

/// Lives on one thread, as every connection does.
private final class WatchedConnection: Connection {
    private let base: any Connection
    private let hook: InterposedDatabase.StatementHook?
    private(set) var statements: [String] = []

    init(_ base: any Connection, hook: InterposedDatabase.StatementHook?) {
        self.base = base
        self.hook = hook
    }

    var dialect: Dialect { base.dialect }

    func query(_ sql: SQL) throws(StorageError) -> [SQLRow] {
        note(sql)
        return try base.query(sql)
    }

    @discardableResult func execute(_ sql: SQL) throws(StorageError) -> Int {
        note(sql)
        return try base.execute(sql)
    }

    private func note(_ sql: SQL) {
        statements.append(sql.description)
        hook?(sql.description)
    }
}

/// One open transaction. It lives on the engine's own thread and only inside the closure it was handed to.
///
/// After a statement has failed the transaction is lost on both engines: every later statement throws the same error, and the closure
/// is undone even if it swallowed that error. So never catch inside; use `ON CONFLICT` and conditions.
package protocol Connection {
    /// Which engine this is, for the few statements that must differ.
    var dialect: Dialect { get }

    /// Runs one statement and returns its rows (those of `RETURNING`, too, in no particular order).
    func query(_ sql: SQL) throws(StorageError) -> [SQLRow]

    /// Runs one statement and returns how many rows it inserted, updated or deleted itself; cascades and triggers do not count.
    @discardableResult func execute(_ sql: SQL) throws(StorageError) -> Int
}

/// A relational database: SQLite in a file, or PostgreSQL.
///
/// The closures are synchronous, run on threads of the engine and may be run again after a conflict: they must have no effect but
/// through their connection. Errors of their own pass through unchanged.
package protocol Database: Sendable {
    /// Which engine this is.
    var dialect: Dialect { get }

    /// Runs `body` on a consistent snapshot that it cannot change.
    func read<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T

    /// Runs `body` in a transaction and returns once it has been committed. If it throws, nothing of it remains.
    /// Cancelling the caller does not interrupt it.
    @discardableResult
    func write<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T

    /// Lets what was accepted finish, then closes; later calls throw `StorageError.unavailable`.
    func close() async
}

/// What can go wrong in a database, the same for both engines. The texts are for logs and people: they differ between engines.
package enum StorageError: Error, Sendable, Equatable {
    /// Others were in the way, more often than we retry, or too many calls are waiting. Trying again later may help.
    case busy
    /// A row with this key is already there; the text names the constraint or its columns.
    case uniqueViolation(String)
    /// A row refers to one that is not there, or is still referred to.
    case foreignKeyViolation(String)
    /// A `CHECK` or `NOT NULL` refused the row.
    case checkViolation(String)
    /// The database cannot be reached, is closed, or its disk is full or broken.
    case unavailable(String)
    /// The statement, or how its result was read, is wrong: a fault of the program.
    case statement(String)
    /// U+0000 in a text, which PostgreSQL cannot store: refused before an engine sees it.
    case invalidText
}

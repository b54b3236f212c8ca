import GRDB
import Synchronization

/// A database in one file: many readers beside one writer (write-ahead log), every commit flushed to disk before its caller resumes.
package final class SQLiteDatabase: Database {
    /// Reads that may wait or run; further ones are refused as busy.
    static let maximumPendingReads = 10_000
    /// How long SQLite waits for a lock held by another process, such as a backup.
    static let busyTimeoutSeconds = 5.0

    private let pool: DatabasePool
    private let budget = SQLiteStatementBudget()
    let writer: SQLiteWriter
    private let pendingReads = Atomic(0)
    private let isClosed = Atomic(false)

    /// Opens the file at `path`, or makes it; its folder must exist. `readers` is how many reads run at once.
    /// Throws `StorageError.unavailable` if it cannot be opened.
    package convenience init(path: String, readers: Int = 4) throws {
        try self.init(path: path, readers: readers, limits: SQLiteWriter.Limits())
    }

    /// The same with other limits, for tests.
    init(path: String, readers: Int, limits: SQLiteWriter.Limits) throws {
        var configuration = Configuration()
        configuration.label = "storage.sqlite"
        configuration.maximumReaderCount = max(1, readers)
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(Self.busyTimeoutSeconds)
        do {
            pool = try DatabasePool(path: path, configuration: configuration)
            // GRDB sets NORMAL when it opens a pool, with which a power failure may take back acknowledged commits.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        } catch {
            throw SQLiteErrors.storageError(error)
        }
        writer = SQLiteWriter(pool: pool, budget: budget, limits: limits)
    }

    package var dialect: Dialect { .sqlite }

    /// Runs `body` on a snapshot, beside the writer and other readers.
    package func read<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
        let budget = self.budget
        guard !isClosed.load(ordering: .acquiring) else { throw StorageError.unavailable("the database is closed") }
        guard pendingReads.add(1, ordering: .relaxed).newValue <= Self.maximumPendingReads else {
            pendingReads.subtract(1, ordering: .relaxed)
            throw StorageError.busy
        }
        defer { pendingReads.subtract(1, ordering: .relaxed) }
        return try await withCheckedThrowingContinuation { continuation in
            pool.asyncRead { access in
                continuation.resume(
                    with: Result {
                        let database: GRDB.Database
                        do { database = try access.get() } catch { throw SQLiteErrors.storageError(error) }
                        return try Transaction(SQLiteStatementRunner(database: database, budget: budget)).perform(body)
                    }
                )
            }
        }
    }

    /// Runs `body` in a savepoint of the writer's next shared transaction and returns after its COMMIT.
    @discardableResult
    package func write<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            writer.enqueue(
                QueuedWrite(
                    run: { transaction in
                        let value = try transaction.perform(body)
                        return { continuation.resume(returning: value) }
                    },
                    fail: { continuation.resume(throwing: $0) }
                )
            )
        }
    }

    /// Lets what was accepted finish and closes the file.
    package func close() async {
        guard isClosed.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged else { return }
        let pool = self.pool
        await withCheckedContinuation { continuation in
            writer.close {
                // Waits for the readers. Should it fail, the connections close with their last owner.
                try? pool.close()
                continuation.resume()
            }
        }
    }
}

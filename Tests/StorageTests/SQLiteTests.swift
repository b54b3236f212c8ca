import Dispatch
import Foundation
import Testing

@testable import Storage

/// What only SQLite promises.
@Suite struct SQLiteTests {
    /// A database whose foreign key is checked at COMMIT: the one way to make a COMMIT fail on purpose.
    private func open(_ limits: SQLiteWriter.Limits) async throws -> Open {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("quarry_sqlite_\(UInt64.random(in: .min ... .max))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let database = try SQLiteDatabase(path: folder.appendingPathComponent("test.sqlite").path, readers: 2, limits: limits)
        try await database.write { connection in
            try connection.execute("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
            try connection.execute(
                "CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)"
            )
        }
        return Open(database: database, folder: folder)
    }

    /// A database and its folder, which goes when the test is over.
    private final class Open: Sendable {
        let database: SQLiteDatabase
        let folder: URL

        init(database: SQLiteDatabase, folder: URL) {
            self.database = database
            self.folder = folder
        }

        deinit {
            try? FileManager.default.removeItem(at: folder)
        }
    }

    /// Runs a write that holds the writer until `count` others wait behind it; returns what became of it and of them.
    private func outcomes(
        of first: SQL,
        then others: Int,
        on database: SQLiteDatabase
    ) async -> (first: StorageError?, others: [StorageError?]) {
        let isHeld = DispatchSemaphore(value: 0)
        let mayGoOn = DispatchSemaphore(value: 0)
        async let holder = failure {
            try await database.write { connection in
                try connection.execute(first)
                isHeld.signal()
                mayGoOn.wait()
            }
        }
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                isHeld.wait()
                continuation.resume()
            }
        }
        let failures = await withTaskGroup(of: StorageError?.self) { group in
            for id in 0..<others {
                group.addTask { await failure { try await database.write { try $0.execute("INSERT INTO parent (id) VALUES (\(id))") } } }
            }
            let accepted = min(others, 7)
            while database.writer.waitingCount < accepted { await Task.yield() }
            mayGoOn.signal()
            return await group.reduce(into: []) { $0.append($1) }
        }
        return (await holder, failures)
    }

    private func failure<T>(_ body: () async throws -> T) async -> StorageError? {
        do {
            _ = try await body()
            return nil
        } catch {
            return error as? StorageError
        }
    }

    private let orphan: SQL = "INSERT INTO child (id, parent) VALUES (1, 999)"

    @Test func everyCommitIsFlushedAndForeignKeysAreOn() async throws {
        let open = try await open(SQLiteWriter.Limits())
        let database = open.database
        let settings = try await database.write { connection in
            [
                try connection.query("PRAGMA synchronous").first?.int("synchronous"),
                try connection.query("PRAGMA foreign_keys").first?.int("foreign_keys"),
            ]
        }
        let mode = try await database.write { try $0.query("PRAGMA journal_mode").first?.text("journal_mode") }
        #expect(settings == [2, 1], "2 is FULL")
        #expect(mode == "wal")
        await open.database.close()
    }

    @Test func aGroupIsCommittedTogetherAndAFailedCommitFailsAllOfIt() async throws {
        let open = try await open(.init(groupSize: 4, groupDuration: .seconds(3600)))
        let database = open.database
        let (first, others) = await outcomes(of: orphan, then: 7, on: database)
        guard case .foreignKeyViolation = first else { throw Unexpected() }
        // Four closures end a group: the first and three others. The rest form the next one.
        #expect(others.count { $0 == first } == 3)
        #expect(others.count { $0 == nil } == 4)
        #expect(try await database.read { try $0.query("SELECT id FROM parent").count } == 4)
        await open.database.close()
    }

    @Test func aGroupEndsWhenItsTimeIsOver() async throws {
        let open = try await open(.init(groupSize: 64, groupDuration: .zero))
        let database = open.database
        let (first, others) = await outcomes(of: orphan, then: 7, on: database)
        guard case .foreignKeyViolation = first else { throw Unexpected() }
        #expect(others.allSatisfy { $0 == nil })
        await open.database.close()
    }

    @Test func tooManyWaitingWritesAreRefused() async throws {
        let open = try await open(.init(waitingWrites: 7))
        let database = open.database
        let (first, others) = await outcomes(of: "INSERT INTO parent (id) VALUES (1000)", then: 9, on: database)
        #expect(first == nil)
        #expect(others.count { $0 == .busy } == 2)
        #expect(others.count { $0 == nil } == 7)
        await open.database.close()
    }

    @Test func aClosureThatEndsTheTransactionFailsItsGroupAndNoOther() async throws {
        let open = try await open(SQLiteWriter.Limits())
        let database = open.database
        let failed = await failure { try await database.write { try $0.execute("ROLLBACK") } }
        #expect(failed == .statement("a closure ended the transaction that it was given"))
        #expect(try await database.write { try $0.execute("INSERT INTO parent (id) VALUES (1)") } == 1)
        await open.database.close()
    }

    @Test func theStatementsThatAreKeptAreLimited() {
        let budget = SQLiteStatementBudget()
        for number in 0..<SQLiteStatementBudget.maximumCachedStatements { #expect(budget.admits("SELECT \(number)")) }
        #expect(!budget.admits("SELECT 'one more'"))
        #expect(budget.admits("SELECT 0"))
        #expect(budget.count == SQLiteStatementBudget.maximumCachedStatements)
    }

    @Test func aPathThatCannotBeOpenedIsUnavailable() {
        #expect { try SQLiteDatabase(path: "/nowhere/at/all.sqlite") } throws: { error in
            if case .unavailable = error as? StorageError { true } else { false }
        }
    }
}

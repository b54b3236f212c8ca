import Dispatch
import Synchronization
import TestSupport
import Testing

@testable import Storage

/// What only PostgreSQL promises.
@Suite struct PostgresTests {
    private static let hasServer = Backend.serverURL != nil

    private func database(connections: Int = 2, waitingLimit: Int = 100) async throws -> PostgresDatabase {
        try await PostgresDatabase(url: try #require(Backend.serverURL), connections: connections, waitingLimit: waitingLimit)
    }

    private func process(_ database: any Database) async throws -> Int {
        try #require(try await database.read { try $0.query("SELECT pg_backend_pid() AS pid").first?.int("pid") })
    }

    /// Ends a server process and returns when it is gone.
    private func terminate(_ process: Int, through database: any Database) async throws {
        _ = try await database.read { try $0.query("SELECT pg_terminate_backend(\(process)::int)") }
        while try await database.read({ try $0.query("SELECT 1 FROM pg_stat_activity WHERE pid = \(process)").count }) > 0 {
            await Task.yield()
        }
    }

    @Test(.enabled(if: hasServer, "no PostgreSQL server was named"))
    func aConnectionThatBrokeWhileIdleIsOpenedAnewUnnoticed() async throws {
        let database = try await database(connections: 1)
        let other = try await self.database(connections: 1)
        let before = try await process(database)
        try await terminate(before, through: other)
        #expect(try await process(database) != before)
        try await terminate(try await process(database), through: other)
        #expect(try await database.write { try $0.query("SELECT 1 AS one").count } == 1)
        await database.close()
        await other.close()
    }

    @Test(.enabled(if: hasServer, "no PostgreSQL server was named"))
    func aConnectionThatBreaksInATransactionIsUnavailableAndThenOpenedAnew() async throws {
        let database = try await database(connections: 1)
        await #expect {
            try await database.write { _ = try $0.query("SELECT pg_terminate_backend(pg_backend_pid())") }
        } throws: { error in
            if case .unavailable = error as? StorageError { true } else { false }
        }
        #expect(try await database.write { try $0.query("SELECT 1 AS one").count } == 1)
        await database.close()
    }

    @Test(arguments: [
        "postgres://quarry:s3cret-word@127.0.0.1:1/quarry", "postgres://quarry:s3cret-word@127.0.0.1:none/quarry",
        "postgres://quarry:s3cret-word@[::1/quarry", "postgres://quarry:s3cret-word@127.0.0.1/q?nonsense=1",
    ])
    func noErrorShowsThePassword(_ url: String) async throws {
        do {
            _ = try await PostgresDatabase(url: url)
            Issue.record("connected to nothing")
        } catch StorageError.unavailable(let reason) {
            #expect(!reason.contains("s3cret"))
            #expect(!reason.isEmpty)
        }
    }

    @Test func aMessageThatQuotesThePasswordIsRedacted() throws {
        let address = try PostgresAddress("postgres://quarry:s3cret@localhost/quarry")
        #expect(address.redacted("no s3cret\nfor s3cret") == "no ••• for •••")
        #expect(!"\(address)".contains("s3cret"))
    }

    @Test(.enabled(if: hasServer, "no PostgreSQL server was named"))
    func aConflictIsTriedAgainAndThenGivenUp() async throws {
        let database = try await database()
        let attempts = Mutex(0)
        let conflict: SQL = "DO $$ BEGIN RAISE EXCEPTION 'conflict' USING ERRCODE = '40001'; END $$"
        let count = try await database.write { connection in
            let attempt = attempts.withLock { attempts in
                attempts += 1
                return attempts
            }
            // The error is wrapped on its way out, as a service would; it is tried again all the same.
            do { if attempt < 3 { try connection.execute(conflict) } } catch { throw Unexpected() }
            return attempt
        }
        #expect(count == 3)
        attempts.withLock { $0 = 0 }
        await #expect(throws: StorageError.busy) {
            try await database.write { connection in
                attempts.withLock { $0 += 1 }
                try connection.execute(conflict)
            }
        }
        #expect(attempts.withLock { $0 } == PostgresConnection.maximumAttempts)
        await database.close()
    }

    @Test(.enabled(if: hasServer, "no PostgreSQL server was named"))
    func aDeadlockIsResolvedByTryingAgain() async throws {
        let database = try await Backend.postgres.fresh(migrations: DatabaseConformance.schema)
        try await database.write { try $0.execute("INSERT INTO sample (id, amount) VALUES (1, 0), (2, 0)") }
        let first = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        @Sendable func update(_ one: Int, _ other: Int, _ mine: DispatchSemaphore, _ theirs: DispatchSemaphore) async throws {
            let isFirstAttempt = Mutex(true)
            try await database.write { connection in
                try connection.execute("SET LOCAL deadlock_timeout = '10ms'")
                try connection.execute("UPDATE sample SET amount = amount + 1 WHERE id = \(one)")
                let mustMeet = isFirstAttempt.withLock { isFirst in
                    defer { isFirst = false }
                    return isFirst
                }
                if mustMeet {
                    mine.signal()
                    theirs.wait()
                }
                try connection.execute("UPDATE sample SET amount = amount + 1 WHERE id = \(other)")
            }
        }
        async let left: Void = update(1, 2, first.0, first.1)
        async let right: Void = update(2, 1, first.1, first.0)
        _ = try await (left, right)
        #expect(try await database.read { try $0.query("SELECT amount FROM sample").map { try $0.int("amount") } } == [2, 2])
        await database.close()
    }

    @Test(.enabled(if: hasServer, "no PostgreSQL server was named"))
    func aTableThatChangedUnderAPreparedStatementIsNoError() async throws {
        let database = try await Backend.postgres.fresh(migrations: DatabaseConformance.schema)
        let select: SQL = "SELECT * FROM quota"
        _ = try await database.read { try $0.query(select) }
        try await database.write { try $0.execute("ALTER TABLE quota ADD COLUMN extra \(type: .int64) NOT NULL DEFAULT 5") }
        #expect(try await database.read { try $0.query(select).first?.int("extra") } == 5)
        await database.close()
    }

    @Test(.enabled(if: hasServer, "no PostgreSQL server was named"))
    func aStatementFirstUsedWithNullTakesValuesLater() async throws {
        let database = try await Backend.postgres.fresh(migrations: DatabaseConformance.schema)
        let contents: [[UInt8]?] = [nil, [1], nil, [2, 3]]
        for (id, content) in contents.enumerated() {
            let amount = content.map { Int64($0.count) }
            try await database.write { connection in
                try connection.execute("INSERT INTO sample (id, content, amount) VALUES (\(id), \(content), \(amount))")
            }
        }
        let found = try await database.read { connection in
            try connection.query("SELECT content FROM sample ORDER BY id").map { try $0.optionalBytes("content") }
        }
        #expect(found == contents)
        await database.close()
    }

    @Test(.enabled(if: hasServer, "no PostgreSQL server was named"))
    func callersAreServedInOrderAndTooManyAreRefused() async throws {
        let database = try await database(connections: 1, waitingLimit: 3)
        let isHeld = DispatchSemaphore(value: 0)
        let mayGoOn = DispatchSemaphore(value: 0)
        async let holder: Void = database.read { _ in
            isHeld.signal()
            mayGoOn.wait()
        }
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                isHeld.wait()
                continuation.resume()
            }
        }
        let served = OrderedLog()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<3 {
                group.addTask { try await database.read { _ in served.append(number) } }
                while database.waitingCount <= number { await Task.yield() }
            }
            await #expect(throws: StorageError.busy) { try await database.read { _ in } }
            mayGoOn.signal()
            try await group.waitForAll()
        }
        try await holder
        #expect(served.all == [0, 1, 2])
        await database.close()
    }

    @Test func aTypeInferredForNullGivesWayToADeclaredOneAndStays() {
        var statements = PreparedStatements()
        let inferred = PostgresType.inferred
        let first = statements.plan(for: "s", types: [inferred, PostgresType.text])
        #expect(first.typesToPrepare == [inferred, PostgresType.text])
        let second = statements.plan(for: "s", types: [PostgresType.int8, inferred])
        #expect(second.typesToPrepare == [PostgresType.int8, PostgresType.text])
        #expect(second.nameToForget == first.name)
        let third = statements.plan(for: "s", types: [inferred, inferred])
        #expect(third.typesToPrepare == nil)
        #expect(third.name == second.name)
        let fourth = statements.plan(for: "s", types: [PostgresType.bytea, inferred])
        #expect(fourth.typesToPrepare == [PostgresType.bytea, PostgresType.text])
    }

    @Test func theStatementsOfAConnectionAreLimitedAndTheOldestGoes() {
        var statements = PreparedStatements()
        for number in 0..<PreparedStatements.maximumCount { _ = statements.plan(for: "s\(number)", types: []) }
        _ = statements.plan(for: "s0", types: [])
        let plan = statements.plan(for: "one more", types: [])
        #expect(plan.nameToForget == "s2", "the second that was prepared is the one not used for longest")
        #expect(statements.count == PreparedStatements.maximumCount)
        #expect(statements.plan(for: "s0", types: []).typesToPrepare == nil)
        #expect(statements.plan(for: "s1", types: []).typesToPrepare == [])
    }
}

/// Numbers in the order in which they were noted, from any thread.
private final class OrderedLog: Sendable {
    private let numbers = Mutex<[Int]>([])

    var all: [Int] { numbers.withLock { $0 } }

    func append(_ number: Int) {
        numbers.withLock { $0.append(number) }
    }
}

import Foundation
import Storage
import TestSupport
import Testing

/// What both engines promise about transactions.
@Suite struct TransactionConformance {
    let schema = DatabaseConformance.schema

    struct Refusal: Error, Equatable {
        let id: Int
    }

    @Test(arguments: Backend.all) func aClosureThatThrowsLeavesNothingWhileItsNeighboursCommit(_ backend: Backend) async throws {
        let database = try await backend.fresh(migrations: schema)
        let outcomes = await withTaskGroup(of: (Int, (any Error)?).self) { group in
            for id in 0..<300 {
                group.addTask {
                    do {
                        try await database.write { connection in
                            try connection.execute("INSERT INTO sample (id, amount) VALUES (\(id), 1)")
                            if id % 3 == 0 { throw Refusal(id: id) }
                            if id % 3 == 1 { try connection.execute("INSERT INTO sample (id) VALUES (\(id))") }
                        }
                        return (id, nil)
                    } catch {
                        return (id, error)
                    }
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        for id in 0..<300 {
            switch id % 3 {
            case 0: #expect(outcomes[id] as? Refusal == Refusal(id: id))
            case 1: #expect({ if case .uniqueViolation = outcomes[id] as? StorageError { true } else { false } }())
            default: #expect(outcomes[id] == nil)
            }
        }
        let ids = try await database.read { try $0.query("SELECT id FROM sample ORDER BY id").map { try $0.int("id") } }
        #expect(ids == (0..<300).filter { $0 % 3 == 2 })
        await database.close()
    }

    @Test(arguments: Backend.all) func aSwallowedErrorStillUndoesTheClosure(_ backend: Backend) async throws {
        let database = try await backend.fresh(migrations: schema)
        await #expect(throws: StorageError.self) {
            try await database.write { connection in
                try connection.execute("INSERT INTO parent (id) VALUES ('p')")
                _ = try? connection.execute("INSERT INTO parent (id) VALUES ('p')")
                _ = try? connection.execute("INSERT INTO parent (id) VALUES ('q')")
            }
        }
        #expect(try await database.read { try $0.query("SELECT id FROM parent").count } == 0)
        await database.close()
    }

    @Test(arguments: Backend.all) func aConditionalUpdateAdmitsExactlyTheQuota(_ backend: Backend) async throws {
        let database = try await backend.fresh(migrations: schema)
        let admitted = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    try await database.write { try $0.execute("UPDATE quota SET used = used + 1 WHERE id = 1 AND used < 10") }
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(admitted == 10)
        #expect(try await database.read { try $0.query("SELECT used FROM quota").first?.int("used") } == 10)
        await database.close()
    }

    @Test(arguments: Backend.all) func aReadSeesOneMomentOnly(_ backend: Backend) async throws {
        let database = try await backend.fresh(migrations: schema)
        let hasRead = DispatchSemaphore(value: 0)
        let mayGoOn = DispatchSemaphore(value: 0)
        async let counts = database.read { connection in
            let before = try connection.query("SELECT COUNT(*) AS n FROM sample").first?.int("n")
            hasRead.signal()
            mayGoOn.wait()
            let after = try connection.query("SELECT COUNT(*) AS n FROM sample").first?.int("n")
            return [before, after]
        }
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                hasRead.wait()
                continuation.resume()
            }
        }
        try await database.write { try $0.execute("INSERT INTO sample (id) VALUES (1)") }
        mayGoOn.signal()
        #expect(try await counts == [0, 0])
        #expect(try await database.read { try $0.query("SELECT COUNT(*) AS n FROM sample").first?.int("n") } == 1)
        await database.close()
    }

    @Test(arguments: Backend.all) func aReadCannotWrite(_ backend: Backend) async throws {
        let database = try await backend.fresh(migrations: schema)
        await #expect(throws: StorageError.self) {
            try await database.read { try $0.execute("INSERT INTO sample (id) VALUES (1)") }
        }
        #expect(try await database.read { try $0.query("SELECT id FROM sample").count } == 0)
        await database.close()
    }

    @Test(arguments: Backend.all) func aWriteSurvivesTheCancellationOfItsCaller(_ backend: Backend) async throws {
        let database = try await backend.fresh(migrations: schema)
        let task = Task {
            // The write begins in a task that has already been cancelled.
            while !Task.isCancelled { await Task.yield() }
            return try await database.write { connection in
                try connection.execute("INSERT INTO sample (id) VALUES (1)")
                return try connection.execute("INSERT INTO sample (id) VALUES (2)")
            }
        }
        task.cancel()
        #expect(try await task.value == 1)
        #expect(try await database.read { try $0.query("SELECT id FROM sample").count } == 2)
        await database.close()
    }

    @Test(arguments: Backend.all) func aClosedDatabaseIsUnavailableAndWhatItAcceptedIsDone(_ backend: Backend) async throws {
        let database = try await backend.fresh(migrations: schema)
        let answered = await withTaskGroup(of: Int.self) { group in
            for id in 0..<100 {
                group.addTask {
                    // Done or refused: what counts is that nobody waits for ever.
                    _ = try? await database.write { try $0.execute("INSERT INTO sample (id) VALUES (\(id))") }
                    return 1
                }
            }
            group.addTask {
                await database.close()
                return 0
            }
            return await group.reduce(0, +)
        }
        #expect(answered == 100)
        await #expect(throws: StorageError.unavailable("the database is closed")) {
            try await database.read { try $0.query("SELECT 1 AS one").count }
        }
        await #expect(throws: StorageError.unavailable("the database is closed")) {
            try await database.write { try $0.query("SELECT 1 AS one").count }
        }
        await database.close()
    }
}

import Storage
import TestSupport
import Testing

/// What both engines promise about the schema.
@Suite struct MigratorConformance {
    private let first = Migration(
        number: 1,
        name: "tables",
        statements: ["CREATE TABLE thing (id \(type: .int64) PRIMARY KEY)", "INSERT INTO thing (id) VALUES (1)"]
    )
    private let second = Migration(number: 2, name: "column", statements: ["ALTER TABLE thing ADD COLUMN name \(type: .text)"])

    private func applied(_ database: any Database) async throws -> [Int] {
        try await database.read { connection in
            try connection.query("SELECT number FROM schema_migration ORDER BY number").map { try $0.int("number") }
        }
    }

    @Test(arguments: Backend.all) func eachMigrationRunsOnceUnderManyMigrators(_ backend: Backend) async throws {
        let database = try await backend.fresh(migrations: [])
        let migrations = [second, first]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 { group.addTask { try await Migrator(migrations).migrate(database) } }
            try await group.waitForAll()
        }
        #expect(try await applied(database) == [1, 2])
        #expect(try await database.read { try $0.query("SELECT id, name FROM thing").count } == 1)
        await database.close()
    }

    @Test(arguments: Backend.all) func onlyWhatIsMissingRuns(_ backend: Backend) async throws {
        let database = try await backend.fresh(migrations: [first])
        try await Migrator([first, second]).migrate(database)
        #expect(try await applied(database) == [1, 2])
        await database.close()
    }

    @Test(arguments: Backend.all) func aNewerSchemaIsRefused(_ backend: Backend) async throws {
        let database = try await backend.fresh(migrations: [first, second])
        await #expect(throws: MigrationError.newerSchema(found: 2, known: 1)) { try await Migrator([first]).migrate(database) }
        await database.close()
    }

    @Test(arguments: Backend.all) func aSchemaOfAnotherHistoryIsRefused(_ backend: Backend) async throws {
        let database = try await backend.fresh(migrations: [Migration(number: 2, name: "column", statements: [])])
        await #expect(throws: MigrationError.outOfOrder(number: 1)) { try await Migrator([first, second]).migrate(database) }
        let renamed = Migration(number: 2, name: "another", statements: [])
        await #expect(throws: MigrationError.renamed(number: 2, found: "column", expected: "another")) {
            try await Migrator([renamed]).migrate(database)
        }
        await #expect(throws: MigrationError.duplicate(number: 2)) { try await Migrator([second, renamed]).migrate(database) }
        await database.close()
    }

    @Test(arguments: Backend.all) func aFailedMigrationLeavesTheSchemaAsItWas(_ backend: Backend) async throws {
        let database = try await backend.fresh(migrations: [first])
        let broken = Migration(number: 3, name: "broken", statements: ["CREATE TABLE half (id \(type: .int64))", "CREATE TABLE ("])
        await #expect(throws: StorageError.self) { try await Migrator([first, second, broken]).migrate(database) }
        #expect(try await applied(database) == [1])
        await #expect(throws: StorageError.self) { try await database.read { try $0.query("SELECT id FROM half") } }
        await database.close()
    }
}

import Foundation
import Storage
import TestSupport
import Testing

/// What both engines promise. `Transactions` and `MigratorConformance` hold the rest.
@Suite struct DatabaseConformance {
    static let schema = [
        Migration(
            number: 1,
            name: "everything",
            statements: [
                """
                CREATE TABLE sample (
                    id \(type: .int64) PRIMARY KEY, name \(type: .text), amount \(type: .int64), ratio \(type: .double),
                    content \(type: .bytes), active \(type: .flag))
                """,
                "CREATE TABLE parent (id \(type: .text) PRIMARY KEY)",
                """
                CREATE TABLE child (
                    id \(type: .text) PRIMARY KEY, parent_id \(type: .text) NOT NULL REFERENCES parent (id) ON DELETE CASCADE,
                    age \(type: .int64) CHECK (age >= 0))
                """,
                "CREATE TABLE quota (id \(type: .int64) PRIMARY KEY, used \(type: .int64) NOT NULL)",
                "INSERT INTO quota (id, used) VALUES (1, 0)",
            ]
        )
    ]

    @Test func postgresIsTestedWhereItIsRequired() {
        if Backend.requiresPostgres {
            #expect(Backend.serverURL != nil, "\(Backend.urlVariable) must name a PostgreSQL server when CI=true")
        }
    }

    struct Sample: Sendable, Equatable {
        var name: String?
        var amount: Int64?
        var ratio: Double?
        var content: [UInt8]?
        var active: Bool?
    }

    static let samples = [
        Sample(name: "plain", amount: 1, ratio: 0.5, content: [1, 2, 3], active: true),
        Sample(name: "", amount: 0, ratio: -0.0, content: [], active: false),
        Sample(name: "ü 漢 🧪 '\"\\%_?$1\r\n\t", amount: .max, ratio: .greatestFiniteMagnitude, content: Array(0...255), active: true),
        Sample(name: String(repeating: "long ", count: 20_000), amount: .min, ratio: .leastNonzeroMagnitude, content: [0], active: nil),
        Sample(name: "e\u{301}", amount: -1, ratio: .infinity, content: [UInt8](repeating: 0x5C, count: 100_000), active: false),
        Sample(name: nil, amount: nil, ratio: nil, content: nil, active: nil),
        Sample(name: "null", amount: 7, ratio: 0.1 + 0.2, content: nil, active: true),
    ]

    @Test(arguments: Backend.all) func everyTypeComesBackAsItWentIn(_ backend: Backend) async throws {
        let database = try await backend.fresh(migrations: Self.schema)
        for (id, sample) in Self.samples.enumerated() {
            try await database.write { connection in
                try connection.execute(
                    """
                    INSERT INTO sample (id, name, amount, ratio, content, active)
                    VALUES (\(id), \(sample.name), \(sample.amount), \(sample.ratio), \(sample.content), \(sample.active))
                    """
                )
            }
        }
        let found = try await database.read { connection in
            try connection.query("SELECT * FROM sample ORDER BY id").map { row in
                Sample(
                    name: try row.optionalText("name"),
                    amount: try row.optionalInt64("amount"),
                    ratio: try row.optionalDouble("ratio"),
                    content: try row.optionalBytes("content"),
                    active: try row.optionalFlag("active")
                )
            }
        }
        #expect(found == Self.samples)
        #expect(found[4].name.map { Array($0.utf8) } == Array("e\u{301}".utf8), "text is not normalised")
        await database.close()
    }

    @Test(arguments: Backend.all) func valuesAreComparedByTheirType(_ backend: Backend) async throws {
        let database = try await backend.fresh(migrations: Self.schema)
        let content: [UInt8] = [9, 9]
        try await database.write { connection in
            try connection.execute("INSERT INTO sample (id, name, content, active) VALUES (1, \("a"), \(content), \(true))")
        }
        func found(_ sql: SQL) async throws -> Int { try await database.read { try $0.query(sql).count } }
        #expect(try await found("SELECT id FROM sample WHERE content = \(content) AND active = \(true)") == 1)
        #expect(try await found("SELECT id FROM sample WHERE active AND name IN \(list: ["b", "a"])") == 1)
        #expect(try await found("SELECT id FROM sample WHERE name IN \(list: [String]())") == 0)
        #expect(try await found("SELECT id FROM sample ORDER BY id LIMIT \(1)") == 1)
        await database.close()
    }

    @Test(arguments: Backend.all) func sumsAndCountsReadAlike(_ backend: Backend) async throws {
        let database = try await backend.fresh(migrations: Self.schema)
        let rows = try await database.write { connection in
            for id in 1...3 { try connection.execute("INSERT INTO sample (id, amount, ratio) VALUES (\(id), \(id), \(0.5))") }
            return try connection.query("SELECT COUNT(*) AS n, SUM(amount) AS total, SUM(ratio) AS part, AVG(amount) AS mean FROM sample")
        }
        let row = try #require(rows.first)
        #expect(try row.int("n") == 3)
        #expect(try row.int64("total") == 6)
        #expect(try row.double("part") == 1.5)
        #expect(try row.double("mean") == 2)
        await database.close()
    }

    @Test(arguments: Backend.all) func aZeroCharacterIsRefusedBeforeTheEngineSeesIt(_ backend: Backend) async throws {
        let database = try await backend.fresh(migrations: Self.schema)
        await #expect(throws: StorageError.invalidText) {
            try await database.write { try $0.execute("INSERT INTO sample (id, name) VALUES (1, \("a\u{0}b"))") }
        }
        await #expect(throws: StorageError.statement("a NaN cannot be stored")) {
            try await database.write { try $0.execute("INSERT INTO sample (id, ratio) VALUES (1, \(Double.nan))") }
        }
        #expect(try await database.read { try $0.query("SELECT id FROM sample").count } == 0)
        await database.close()
    }

    @Test(arguments: Backend.all) func textIsOrderedByItsBytes(_ backend: Backend) async throws {
        let database = try await backend.fresh(migrations: Self.schema)
        try await database.write { connection in
            for (id, name) in ["ü", "a", "Z", "b", "_", "B", "ab"].enumerated() {
                try connection.execute("INSERT INTO sample (id, name) VALUES (\(id), \(name))")
            }
        }
        let (names, after) = try await database.read { connection in
            (
                try connection.query("SELECT name FROM sample ORDER BY name").map { try $0.text("name") },
                try connection.query("SELECT name FROM sample WHERE name > \("_") ORDER BY name").map { try $0.text("name") }
            )
        }
        #expect(names == ["B", "Z", "_", "a", "ab", "b", "ü"])
        #expect(after == ["a", "ab", "b", "ü"])
        await database.close()
    }

    @Test(arguments: Backend.all) func violatedConstraintsAreToldApart(_ backend: Backend) async throws {
        let database = try await backend.fresh(migrations: Self.schema)
        try await database.write { try $0.execute("INSERT INTO parent (id) VALUES ('p')") }
        func failure(of sql: SQL) async -> StorageError? {
            do {
                try await database.write { try $0.execute(sql) }
                return nil
            } catch {
                return error as? StorageError
            }
        }
        guard case .uniqueViolation(let name) = await failure(of: "INSERT INTO parent (id) VALUES ('p')") else { throw Unexpected() }
        #expect(name.contains("parent"))
        guard case .foreignKeyViolation = await failure(of: "INSERT INTO child (id, parent_id, age) VALUES ('c', 'nobody', 1)") else {
            throw Unexpected()
        }
        guard case .checkViolation = await failure(of: "INSERT INTO child (id, parent_id, age) VALUES ('c', 'p', -1)") else {
            throw Unexpected()
        }
        guard case .checkViolation = await failure(of: "INSERT INTO child (id, age) VALUES ('c', 1)") else { throw Unexpected() }
        guard case .statement = await failure(of: "INSERT INTO nowhere (id) VALUES (1)") else { throw Unexpected() }
        await database.close()
    }

    @Test(arguments: Backend.all) func changedRowsAreThoseOfTheStatementItself(_ backend: Backend) async throws {
        let database = try await backend.fresh(migrations: Self.schema)
        let changed = try await database.write { connection in
            [
                try connection.execute("INSERT INTO parent (id) VALUES ('p'), ('q')"),
                try connection.execute("INSERT INTO child (id, parent_id, age) VALUES ('a', 'p', 1), ('b', 'p', 2), ('c', 'p', 3)"),
                try connection.execute("UPDATE child SET age = age WHERE age > 1"),
                try connection.execute("SELECT id FROM child"),
                try connection.execute("CREATE TABLE another (id \(type: .int64))"),
                try connection.execute("UPDATE child SET age = 0 WHERE age > 9"),
                // The children that go with their parent do not count.
                try connection.execute("DELETE FROM parent WHERE id = 'p'"),
            ]
        }
        #expect(changed == [2, 3, 2, 0, 0, 0, 1])
        #expect(try await database.read { try $0.query("SELECT id FROM child").count } == 0)
        await database.close()
    }

    @Test(arguments: Backend.all) func returningAndOnConflictWork(_ backend: Backend) async throws {
        let database = try await backend.fresh(migrations: Self.schema)
        let upsert: @Sendable (Int64) -> SQL = { amount in
            """
            INSERT INTO sample (id, amount) VALUES (1, \(amount))
            ON CONFLICT (id) DO UPDATE SET amount = sample.amount + excluded.amount RETURNING id, amount
            """
        }
        let amounts = try await database.write { connection in
            try [2, 3].map { try connection.query(upsert($0)).first?.int64("amount") }
        }
        let changed = try await database.write { connection in
            [
                try connection.execute(upsert(1)),
                try connection.execute("INSERT INTO sample (id) VALUES (1) ON CONFLICT (id) DO NOTHING"),
            ]
        }
        let last = try await database.write { try $0.query("DELETE FROM sample WHERE id = 1 RETURNING amount").first?.int64("amount") }
        #expect(amounts == [2, 5])
        #expect(changed == [1, 0])
        #expect(last == 6)
        await database.close()
    }

    @Test(arguments: Backend.all) func aRowNamesTheColumnThatIsWrong(_ backend: Backend) async throws {
        let database = try await backend.fresh(migrations: Self.schema)
        let row = try #require(try await database.read { try $0.query("SELECT id, used FROM quota").first })
        #expect(throws: StorageError.statement("the result has no column 'uesd'")) { try row.int("uesd") }
        #expect(throws: StorageError.statement("column 'used' holds an integer, not text")) { try row.text("used") }
        let empty = try #require(try await database.read { try $0.query("SELECT MAX(id) AS id FROM sample").first })
        #expect(throws: StorageError.statement("column 'id' holds NULL, not an integer")) { try empty.int("id") }
        #expect(try empty.optionalInt("id") == nil)
        await database.close()
    }
}

/// Thrown where a test met something else than it wanted.
struct Unexpected: Error {}

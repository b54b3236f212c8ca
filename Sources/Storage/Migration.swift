/// One step of a schema: its number, which orders it, a name for people, and the statements that make it. Never changed once released.
package struct Migration: Sendable {
    /// 1, 2, 3 …; unique, and never lower than one that a database already has.
    package let number: Int
    /// What the step does, in a word or two.
    package let name: String
    /// Run in order, in one transaction.
    package let statements: [SQL]

    /// A step of the schema.
    package init(number: Int, name: String, statements: [SQL]) {
        self.number = number
        self.name = name
        self.statements = statements
    }
}

/// Why a schema cannot be brought up to date.
package enum MigrationError: Error, Sendable, Equatable {
    /// The database has a migration this program does not know; `known` is the highest that it does (0 for none).
    case newerSchema(found: Int, known: Int)
    /// The database has this number under another name: two programs disagree about the schema.
    case renamed(number: Int, found: String, expected: String)
    /// This migration is missing in a database that already has later ones.
    case outOfOrder(number: Int)
    /// Two migrations of this program have the same number.
    case duplicate(number: Int)
}

/// Brings a database up to the schema that the program knows: forward only, all in one transaction, under a lock, so that several
/// processes may start at once.
package struct Migrator: Sendable {
    private let migrations: [Migration]

    /// Any number that no other program uses for an advisory lock on the same database.
    private static let lockNumber: Int64 = 5_790_410_207_301

    /// The steps in any order; their numbers order them.
    package init(_ migrations: [Migration]) {
        self.migrations = migrations.sorted { $0.number < $1.number }
    }

    /// Runs the steps that the database does not have. Throws `MigrationError`, or the `StorageError` of a step that failed; then
    /// the database is as it was.
    package func migrate(_ database: any Database) async throws {
        for (earlier, later) in zip(migrations, migrations.dropFirst()) where earlier.number == later.number {
            throw MigrationError.duplicate(number: later.number)
        }
        try await database.write { connection in
            // SQLite needs no lock: its write transactions exclude each other.
            if connection.dialect == .postgres {
                _ = try connection.query("SELECT pg_advisory_xact_lock(\(Self.lockNumber))")
            }
            try connection.execute(
                "CREATE TABLE IF NOT EXISTS schema_migration (number \(type: .int64) PRIMARY KEY, name \(type: .text) NOT NULL)"
            )
            for migration in try missing(in: connection) {
                for statement in migration.statements { try connection.execute(statement) }
                try connection.execute("INSERT INTO schema_migration (number, name) VALUES (\(migration.number), \(migration.name))")
            }
        }
    }

    private func missing(in connection: any Connection) throws -> [Migration] {
        let names = Dictionary(uniqueKeysWithValues: migrations.map { ($0.number, $0.name) })
        var applied: Set<Int> = []
        for row in try connection.query("SELECT number, name FROM schema_migration ORDER BY number DESC") {
            let number = try row.int("number")
            let found = try row.text("name")
            guard let expected = names[number] else {
                throw MigrationError.newerSchema(found: number, known: migrations.last?.number ?? 0)
            }
            guard found == expected else { throw MigrationError.renamed(number: number, found: found, expected: expected) }
            applied.insert(number)
        }
        let missing = migrations.filter { !applied.contains($0.number) }
        if let first = missing.first, let last = applied.max(), first.number < last {
            throw MigrationError.outOfOrder(number: first.number)
        }
        return missing
    }
}

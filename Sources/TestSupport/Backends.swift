import CPostgres
import Dispatch
import Foundation
package import Storage
import Synchronization
import Testing

/// The database engines that a conformance suite runs on: `@Test(arguments: Backend.all)`.
package enum Backend: CaseIterable, Sendable, CustomTestStringConvertible {
    case sqlite
    case postgres

    /// Names a PostgreSQL server on which the tests may make and drop databases.
    package static let urlVariable = "QUARRY_TEST_POSTGRES_URL"

    /// SQLite always; PostgreSQL when its URL is in the environment.
    package static var all: [Backend] { serverURL == nil ? [.sqlite] : allCases }

    /// True where a run without PostgreSQL is a failure: `CI=true` or `QUARRY_TEST_REQUIRE_POSTGRES=1`.
    package static var requiresPostgres: Bool {
        let environment = ProcessInfo.processInfo.environment
        return environment["CI"] == "true" || environment["QUARRY_TEST_REQUIRE_POSTGRES"] == "1"
    }

    /// The server's URL, if one was named.
    package static var serverURL: String? {
        ProcessInfo.processInfo.environment[urlVariable].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The engine's name, in test reports.
    package var testDescription: String {
        switch self {
        case .sqlite: "SQLite"
        case .postgres: "PostgreSQL"
        }
    }

    /// A database of the caller's own with these migrations applied: a copy of a template that is migrated once. It is removed when it
    /// is closed or forgotten.
    package func fresh(migrations: [Migration]) async throws -> any Database {
        let name = "quarry_test_\(ProcessInfo.processInfo.processIdentifier)_\(UInt64.random(in: .min ... .max))"
        switch self {
        case .sqlite:
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent(name)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let file = folder.appendingPathComponent("test.sqlite")
            try await Templates.shared.file(for: migrations).write(to: file)
            let database = try SQLiteDatabase(path: file.path)
            return TemporaryDatabase(database) { try? FileManager.default.removeItem(at: folder) }
        case .postgres:
            let template = try await Templates.shared.database(for: migrations)
            try await TestServer.run("CREATE DATABASE \(name) TEMPLATE \(template)")
            let database = try await PostgresDatabase(url: try TestServer.url(ofDatabase: name), connections: 4)
            return TemporaryDatabase(database) { _ = try? TestServer.runBlocking("DROP DATABASE IF EXISTS \(name) WITH (FORCE)") }
        }
    }
}

/// Another fault of the set-up than a test's own.
package struct BackendError: Error, CustomStringConvertible {
    /// What is wrong.
    package let description: String
}

/// A database that removes its files, or itself from its server, once it is no longer used.
private final class TemporaryDatabase: Database {
    private let database: any Database
    private let remove: Mutex<(@Sendable () -> Void)?>

    init(_ database: any Database, remove: @escaping @Sendable () -> Void) {
        self.database = database
        self.remove = Mutex(remove)
    }

    deinit {
        guard let remove = takeRemove() else { return }
        DispatchQueue.global().async(execute: remove)
    }

    var dialect: Dialect { database.dialect }

    func read<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
        try await database.read(body)
    }

    @discardableResult
    func write<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
        try await database.write(body)
    }

    func close() async {
        await database.close()
        guard let remove = takeRemove() else { return }
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                remove()
                continuation.resume()
            }
        }
    }

    private func takeRemove() -> (@Sendable () -> Void)? {
        remove.withLock { remove in
            defer { remove = nil }
            return remove
        }
    }
}

/// Databases with nothing but migrations in them, each made once.
private actor Templates {
    static let shared = Templates()

    private var files: [String: Task<Data, any Error>] = [:]
    private var databases: [String: Task<String, any Error>] = [:]

    /// The bytes of a SQLite file.
    func file(for migrations: [Migration]) async throws -> Data {
        let key = Self.fingerprint(migrations)
        let task = files[key] ?? Task { try await Self.makeFile(migrations) }
        files[key] = task
        return try await task.value
    }

    /// The name of a PostgreSQL database.
    func database(for migrations: [Migration]) async throws -> String {
        let key = Self.fingerprint(migrations)
        let task = databases[key] ?? Task { try await Self.makeDatabase(migrations, key) }
        databases[key] = task
        return try await task.value
    }

    private static func makeFile(_ migrations: [Migration]) async throws -> Data {
        let name = "quarry_template_\(UInt64.random(in: .min ... .max)).sqlite"
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(name)
        let database = try SQLiteDatabase(path: file.path)
        try await Migrator(migrations).migrate(database)
        // Closing moves everything into the one file.
        await database.close()
        defer { try? FileManager.default.removeItem(at: file) }
        return try Data(contentsOf: file)
    }

    /// Made under another name first, so that only a finished template has its own; a later run finds it there.
    private static func makeDatabase(_ migrations: [Migration], _ fingerprint: String) async throws -> String {
        let name = "quarry_template_\(fingerprint)"
        let draft = "\(name)_\(ProcessInfo.processInfo.processIdentifier)"
        if try await TestServer.run("SELECT 1 FROM pg_database WHERE datname = '\(name)'") > 0 { return name }
        try await TestServer.run("DROP DATABASE IF EXISTS \(draft) WITH (FORCE)")
        try await TestServer.run("CREATE DATABASE \(draft) TEMPLATE template0")
        let database = try await PostgresDatabase(url: try TestServer.url(ofDatabase: draft), connections: 1)
        try await Migrator(migrations).migrate(database)
        await database.close()
        do {
            try await TestServer.run("ALTER DATABASE \(draft) RENAME TO \(name)")
        } catch {
            // Another run was faster.
            guard try await TestServer.run("SELECT 1 FROM pg_database WHERE datname = '\(name)'") > 0 else { throw error }
            try await TestServer.run("DROP DATABASE \(draft) WITH (FORCE)")
        }
        return name
    }

    /// FNV-1a over everything that is in the migrations: equal migrations share a template.
    private static func fingerprint(_ migrations: [Migration]) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for migration in migrations {
            let statements = migration.statements.map { $0.rendered(for: .postgres).text }.joined(separator: "\u{1}")
            for byte in "\(migration.number)\u{1}\(migration.name)\u{1}\(statements)\u{2}".utf8 {
                hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
            }
        }
        return String(hash, radix: 16)
    }
}

/// Statements that PostgreSQL refuses inside a transaction, on the server that the tests were given.
private enum TestServer {
    /// The server's URL with another database in it.
    static func url(ofDatabase name: String) throws -> String {
        guard let url = Backend.serverURL, var components = URLComponents(string: url) else {
            throw BackendError(description: "\(Backend.urlVariable) is not a URL")
        }
        components.path = "/\(name)"
        return components.string ?? url
    }

    @discardableResult
    static func run(_ statement: String) async throws -> Int {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result { try runBlocking(statement) }) }
        }
    }

    /// Returns the number of rows of the result.
    @discardableResult
    static func runBlocking(_ statement: String) throws -> Int {
        let connection = PQconnectdb(Backend.serverURL ?? "")
        defer { PQfinish(connection) }
        PQsetNoticeProcessor(connection, { _, _ in }, nil)
        let result = PQexec(connection, statement)
        defer { PQclear(result) }
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK: return Int(PQntuples(result))
        default: throw BackendError(description: "test server: \(String(cString: PQerrorMessage(connection)))")
        }
    }
}

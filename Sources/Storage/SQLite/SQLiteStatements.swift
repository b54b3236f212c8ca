import Foundation
import GRDB
import Synchronization

/// Which statements the connections of one database keep prepared. GRDB's cache has no limit of its own.
final class SQLiteStatementBudget: Sendable {
    /// Distinct statements that are kept; further ones are prepared for each use. About twice what a large program contains.
    static let maximumCachedStatements = 1024

    private let texts = Mutex<Set<String>>([])

    /// Whether `text` is, or from now on may be, among those that are kept.
    func admits(_ text: String) -> Bool {
        texts.withLock { texts in
            if texts.contains(text) { return true }
            guard texts.count < Self.maximumCachedStatements else { return false }
            texts.insert(text)
            return true
        }
    }

    /// How many are kept, for tests.
    var count: Int { texts.withLock { $0.count } }
}

/// Runs statements on one connection of SQLite, inside GRDB's access to it.
struct SQLiteStatementRunner: StatementRunner {
    let database: GRDB.Database
    let budget: SQLiteStatementBudget

    var dialect: Dialect { .sqlite }

    func run(_ text: String, _ values: [SQLValue], isReusable: Bool) throws(StorageError) -> StatementOutcome {
        do {
            let statement =
                isReusable && budget.admits(text) ? try database.cachedStatement(sql: text) : try database.makeStatement(sql: text)
            let changesBefore = database.totalChangesCount
            let rows = try Self.rows(of: statement, StatementArguments(values.map(Self.databaseValue)))
            // `changesCount` keeps the number of an earlier statement when this one was no change at all.
            let changed = database.totalChangesCount == changesBefore ? 0 : database.changesCount
            return StatementOutcome(rows: rows, changed: changed)
        } catch {
            throw SQLiteErrors.storageError(error)
        }
    }

    private static func rows(of statement: Statement, _ arguments: StatementArguments) throws -> [SQLRow] {
        guard statement.columnCount > 0 else {
            try statement.execute(arguments: arguments)
            return []
        }
        let positions = SQLRow.positions(of: statement.columnNames)
        let cursor = try Row.fetchCursor(statement, arguments: arguments)
        var rows: [SQLRow] = []
        while let row = try cursor.next() {
            rows.append(SQLRow(positions: positions, values: row.databaseValues.map(sqlValue)))
        }
        return rows
    }

    private static func databaseValue(_ value: SQLValue) -> DatabaseValue {
        switch value {
        case .null: .null
        case .text(let text): text.databaseValue
        case .int64(let number): number.databaseValue
        case .double(let number): number.databaseValue
        case .bytes(let bytes): Data(bytes).databaseValue
        case .flag(let flag): flag.databaseValue
        }
    }

    private static func sqlValue(_ value: DatabaseValue) -> SQLValue {
        switch value.storage {
        case .null: .null
        case .string(let text): .text(text)
        case .int64(let number): .int64(number)
        case .double(let number): .double(number)
        case .blob(let data): .bytes([UInt8](data))
        }
    }
}

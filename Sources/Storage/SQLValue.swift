/// A value that goes into a statement or comes out of a row: the few types that both engines store alike.
package enum SQLValue: Sendable, Hashable {
    case null
    case text(String)
    case int64(Int64)
    /// Finite or infinite; a NaN is refused, because SQLite would store it as NULL.
    case double(Double)
    case bytes([UInt8])
    /// SQLite keeps it as 0 or 1 and hands it back as `int64`; `SQLRow.flag` reads both.
    case flag(Bool)
}

/// What may stand in an interpolation of `SQL`: it is bound as a parameter, never written into the statement's text.
package protocol SQLBindable: Sendable {
    /// The value as it is bound.
    var sqlValue: SQLValue { get }
}

extension SQLValue: SQLBindable {
    package var sqlValue: SQLValue { self }
}

extension String: SQLBindable {
    package var sqlValue: SQLValue { .text(self) }
}

extension Int: SQLBindable {
    package var sqlValue: SQLValue { .int64(Int64(self)) }
}

extension Int64: SQLBindable {
    package var sqlValue: SQLValue { .int64(self) }
}

extension Double: SQLBindable {
    package var sqlValue: SQLValue { .double(self) }
}

extension Bool: SQLBindable {
    package var sqlValue: SQLValue { .flag(self) }
}

extension Array: SQLBindable where Element == UInt8 {
    package var sqlValue: SQLValue { .bytes(self) }
}

extension Optional: SQLBindable where Wrapped: SQLBindable {
    package var sqlValue: SQLValue { self?.sqlValue ?? .null }
}

/// The engine a statement is rendered for.
package enum Dialect: Sendable {
    case sqlite
    case postgres
}

/// A column's type in a table definition, named by what it holds; each engine has its own word for it.
package enum ColumnType: Sendable {
    /// Ordered by its bytes on both engines, so that a cursor over a text key is the same everywhere.
    case text
    case int64
    case double
    case bytes
    case flag

    /// The engine's own word, as it stands in `CREATE TABLE`.
    func name(in dialect: Dialect) -> String {
        switch (self, dialect) {
        case (.text, .sqlite): "TEXT"
        case (.text, .postgres): "TEXT COLLATE \"C\""
        case (.int64, .sqlite): "INTEGER"
        case (.int64, .postgres): "BIGINT"
        case (.double, .sqlite): "REAL"
        case (.double, .postgres): "DOUBLE PRECISION"
        case (.bytes, .sqlite): "BLOB"
        case (.bytes, .postgres): "BYTEA"
        case (.flag, _): "BOOLEAN"
        }
    }
}

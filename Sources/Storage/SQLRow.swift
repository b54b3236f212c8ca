/// One row of a result, read by column name.
///
/// A name the result does not have, or a value of another type, is `StorageError.statement` with the column in it.
package struct SQLRow: Sendable {
    /// Where each column is; shared by all rows of a result. Of two columns with one name the first is found.
    private let positions: [String: Int]
    private let values: [SQLValue]

    init(positions: [String: Int], values: [SQLValue]) {
        self.positions = positions
        self.values = values
    }

    /// The map from name to place that every row of a result shares.
    static func positions(of names: [String]) -> [String: Int] {
        Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The text in a column that is never NULL.
    package func text(_ column: String) throws(StorageError) -> String {
        try present(optionalText(column), column, "text")
    }

    /// The text in a column, nil for NULL.
    package func optionalText(_ column: String) throws(StorageError) -> String? {
        switch try value(column) {
        case .null: return nil
        case .text(let text): return text
        case let other: throw mismatch(column, "text", other)
        }
    }

    /// The integer in a column that is never NULL.
    package func int64(_ column: String) throws(StorageError) -> Int64 {
        try present(optionalInt64(column), column, "an integer")
    }

    /// The integer in a column, nil for NULL.
    package func optionalInt64(_ column: String) throws(StorageError) -> Int64? {
        switch try value(column) {
        case .null: return nil
        case .int64(let number): return number
        case let other: throw mismatch(column, "an integer", other)
        }
    }

    /// The integer in a column that is never NULL, as `Int`.
    package func int(_ column: String) throws(StorageError) -> Int {
        try present(optionalInt(column), column, "an integer")
    }

    /// The integer in a column as `Int`, nil for NULL.
    package func optionalInt(_ column: String) throws(StorageError) -> Int? {
        guard let number = try optionalInt64(column) else { return nil }
        guard let int = Int(exactly: number) else { throw mismatch(column, "an integer of this machine", .int64(number)) }
        return int
    }

    /// The number in a column that is never NULL; an integer is read as a double, as sums come out differently on the engines.
    package func double(_ column: String) throws(StorageError) -> Double {
        try present(optionalDouble(column), column, "a number")
    }

    /// The number in a column, nil for NULL; an integer is read as a double.
    package func optionalDouble(_ column: String) throws(StorageError) -> Double? {
        switch try value(column) {
        case .null: return nil
        case .double(let number): return number
        case .int64(let number): return Double(number)
        case let other: throw mismatch(column, "a number", other)
        }
    }

    /// The truth value in a column that is never NULL; SQLite's 0 and 1 are accepted.
    package func flag(_ column: String) throws(StorageError) -> Bool {
        try present(optionalFlag(column), column, "a flag")
    }

    /// The truth value in a column, nil for NULL; SQLite's 0 and 1 are accepted.
    package func optionalFlag(_ column: String) throws(StorageError) -> Bool? {
        switch try value(column) {
        case .null: return nil
        case .flag(let flag): return flag
        case .int64(0): return false
        case .int64(1): return true
        case let other: throw mismatch(column, "a flag", other)
        }
    }

    /// The bytes in a column that is never NULL.
    package func bytes(_ column: String) throws(StorageError) -> [UInt8] {
        try present(optionalBytes(column), column, "bytes")
    }

    /// The bytes in a column, nil for NULL.
    package func optionalBytes(_ column: String) throws(StorageError) -> [UInt8]? {
        switch try value(column) {
        case .null: return nil
        case .bytes(let bytes): return bytes
        case let other: throw mismatch(column, "bytes", other)
        }
    }

    private func value(_ column: String) throws(StorageError) -> SQLValue {
        guard let position = positions[column] else { throw .statement("the result has no column '\(column)'") }
        return values[position]
    }

    private func present<Value>(_ value: Value?, _ column: String, _ wanted: String) throws(StorageError) -> Value {
        guard let value else { throw mismatch(column, wanted, .null) }
        return value
    }

    private func mismatch(_ column: String, _ wanted: String, _ found: SQLValue) -> StorageError {
        let kind =
            switch found {
            case .null: "NULL"
            case .text: "text"
            case .int64: "an integer"
            case .double: "a double"
            case .bytes: "bytes"
            case .flag: "a flag"
            }
        return .statement("column '\(column)' holds \(kind), not \(wanted)")
    }
}

import Foundation

/// Finds the type of Parquet that holds every value of a column exactly.
///
/// Text stays text, even if it looks like a number or a date. Numbers become BIGINT or DOUBLE if none of them loses a digit that way. Whatever
/// else there is becomes text: the JSON of each value.
struct ParquetColumn {
    /// The types in use, as DuckDB names them.
    enum Kind: String {
        case boolean = "BOOLEAN"
        case integer = "BIGINT"
        case double = "DOUBLE"
        case text = "VARCHAR"
    }

    private var hasText = false
    private var hasBoolean = false
    private var hasInteger = false
    private var hasFraction = false
    private var isExactAsDouble = true

    /// Decimal numbers of so many digits survive a double (DBL_DIG of IEEE 754).
    private static let safeDigits = 15

    /// What holds the values seen so far.
    var kind: Kind {
        if hasText || (hasBoolean && (hasInteger || hasFraction)) { return .text }
        if hasBoolean { return .boolean }
        if hasFraction { return isExactAsDouble ? .double : .text }
        return hasInteger ? .integer : .text
    }

    /// Takes a cell of a file of rows into account.
    mutating func add(_ cell: RawCell, _ bytes: UnsafePointer<UInt8>) {
        switch cell.kind {
        case .null: break
        case .scalar:
            if hasText { return }
            addScalar(UnsafeBufferPointer(start: bytes + cell.start, count: cell.end - cell.start))
        default: hasText = true
        }
    }

    private mutating func addScalar(_ bytes: UnsafeBufferPointer<UInt8>) {
        if bytes.first == 0x74 || bytes.first == 0x66 {
            hasBoolean = true
            return
        }
        let digits = bytes.count { (0x30...0x39).contains($0) }
        let isInteger = bytes.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2D }
        if digits > Self.safeDigits || bytes.contains(where: { $0 | 0x20 == 0x65 }) {
            let text = UTF8Bytes.string(bytes)
            if isInteger, Int64(text) == nil { hasText = true }
            if isExactAsDouble, !Self.survivesDouble(text) { isExactAsDouble = false }
        }
        // Minus zero is no integer that an integer type can hold.
        if isInteger, !(bytes.first == 0x2D && bytes.count == 2 && bytes.last == 0x30) {
            hasInteger = true
        } else {
            hasFraction = true
        }
    }

    /// Whether a number has the same digits after it was a double.
    private static func survivesDouble(_ text: String) -> Bool {
        guard let value = Double(text), value.isFinite else { return false }
        return significand(text) == significand("\(value)")
    }

    /// The digits of a number without zeros at either end. Two decimals near one another that agree in these are the same.
    private static func significand(_ text: String) -> Substring {
        let digits = text.prefix { $0 != "e" && $0 != "E" }.filter(\.isNumber).drop { $0 == "0" }
        return digits.lastIndex { $0 != "0" }.map { digits[...$0] } ?? ""
    }
}

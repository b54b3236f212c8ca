import Foundation

/// Finds the type of Parquet that holds every value of a column exactly.
///
/// Text stays text, even if it looks like a number or a date. Numbers become BIGINT or DOUBLE if none of them loses a digit that way. Arrays
/// become lists and objects structs if all of them are alike: the same keys in the same order, and a type for each that fits. Whatever else
/// there is becomes text: the JSON of each value.
struct ParquetColumn {
    /// The types in use.
    indirect enum Kind: Equatable, Sendable {
        case boolean, integer, double, text
        case list(Kind)
        case structure([Member])

        struct Member: Equatable, Sendable {
            var name: String
            var kind: Kind
        }

        /// As DuckDB writes it.
        var sql: String {
            switch self {
            case .boolean: "BOOLEAN"
            case .integer: "BIGINT"
            case .double: "DOUBLE"
            case .text: "VARCHAR"
            case .list(let element): element.sql + "[]"
            case .structure(let members): "STRUCT(\(members.map { "\(DuckDB.name($0.name)) \($0.kind.sql)" }.joined(separator: ", ")))"
            }
        }
    }

    private var hasText = false
    private var hasBoolean = false
    private var hasInteger = false
    private var hasFraction = false
    private var isExactAsDouble = true
    /// What the elements of arrays are; one or none.
    private var element: [ParquetColumn] = []
    private var keys: [String]?
    private var members: [ParquetColumn] = []
    /// Whether there are values that only their JSON holds.
    private var isIrregular = false

    /// Decimal numbers of so many digits survive a double (DBL_DIG of IEEE 754).
    private static let safeDigits = 15

    /// What holds the values seen so far.
    var kind: Kind { exactKind ?? .text }

    /// `nil` if nothing but the JSON of each value does.
    private var exactKind: Kind? {
        let hasScalar = hasText || hasBoolean || hasInteger || hasFraction
        let shapes = (hasScalar ? 1 : 0) + element.count + (keys == nil ? 0 : 1)
        if isIrregular || shapes > 1 { return nil }
        if let element = element.first { return element.exactKind.map { .list($0) } }
        guard let keys else { return scalarKind }
        var found: [Kind.Member] = []
        for (name, member) in zip(keys, members) {
            guard let kind = member.exactKind else { return nil }
            found.append(Kind.Member(name: name, kind: kind))
        }
        return .structure(found)
    }

    private var scalarKind: Kind? {
        let hasNumber = hasInteger || hasFraction
        if (hasText && (hasBoolean || hasNumber)) || (hasBoolean && hasNumber) { return nil }
        if hasBoolean { return .boolean }
        if hasFraction { return isExactAsDouble ? .double : nil }
        return hasInteger ? .integer : .text
    }

    /// Takes a cell of a file of rows into account.
    mutating func add(_ cell: RawCell, _ bytes: UnsafePointer<UInt8>) {
        switch cell.kind {
        case .null: break
        case .scalar: if !isIrregular { addScalar(UnsafeBufferPointer(start: bytes + cell.start, count: cell.end - cell.start)) }
        case .nested: if !isIrregular { addNested(cell, bytes) }
        default: hasText = true
        }
    }

    private mutating func addNested(_ cell: RawCell, _ bytes: UnsafePointer<UInt8>) {
        var scanner = JSONScanner(bytes, start: cell.start + 1, end: cell.end - 1, depthLimit: .max)
        if bytes[cell.start] == 0x5B {
            if element.isEmpty { element = [ParquetColumn()] }
            guard scanner.peek() != nil else { return }
            repeat {
                guard let value = scanner.value(outerDepth: 0) else { break }
                element[0].add(value, bytes)
            } while scanner.pass(0x2C)
            return
        }
        var names: [String] = []
        var values: [RawCell] = []
        while scanner.peek() != nil, let name = scanner.string(), scanner.pass(0x3A), let value = scanner.value(outerDepth: 0) {
            names.append(name.text(bytes))
            values.append(value)
            guard scanner.pass(0x2C) else { break }
        }
        if keys == nil {
            // DuckDB takes names that differ by no more than case for one.
            isIrregular = names.isEmpty || Set(names.map { $0.lowercased() }).count < names.count
            keys = names
            members = names.map { _ in ParquetColumn() }
        }
        guard !isIrregular, keys == names else { return isIrregular = true }
        for (index, value) in values.enumerated() { members[index].add(value, bytes) }
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
            if isInteger, Int64(text) == nil { isIrregular = true }
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

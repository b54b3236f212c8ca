import CPostgres

/// Type numbers of PostgreSQL. Source: pg_type.dat; they have never changed.
enum PostgresType {
    /// The server works the type out from where the parameter stands.
    static let inferred: Oid = 0
    static let bool: Oid = 16
    static let bytea: Oid = 17
    static let int8: Oid = 20
    static let int2: Oid = 21
    static let int4: Oid = 23
    static let text: Oid = 25
    static let float4: Oid = 700
    static let float8: Oid = 701
    static let numeric: Oid = 1700
}

/// The values of one statement in the form that libpq takes: all bytes in one block, so that they live exactly as long as the call.
struct PostgresParameters {
    let types: [Oid]
    private var block: [UInt8] = []
    /// Where each value starts in the block; nil for NULL.
    private var starts: [Int?] = []
    private var lengths: [Int32] = []
    /// 1 for binary (bytea), 0 for text.
    private var formats: [Int32] = []

    init(_ values: [SQLValue]) {
        types = values.map(Self.type)
        for value in values {
            starts.append(value == .null ? nil : block.count)
            let start = block.count
            switch value {
            case .null: break
            case .text(let text): block += text.utf8
            case .int64(let number): block += String(number).utf8
            case .double(let number): block += String(number).utf8
            case .bytes(let bytes): block += bytes
            case .flag(let flag): block.append(flag ? UInt8(ascii: "t") : UInt8(ascii: "f"))
            }
            lengths.append(Int32(clamping: block.count - start))
            if case .bytes = value { formats.append(1) } else { formats.append(0) }
            block.append(0)
        }
    }

    /// Calls `body` with what `PQexecPrepared` and `PQexecParams` want: count, values, lengths, formats.
    func withPointers<R>(
        _ body: (Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?) -> R
    ) -> R {
        block.withUnsafeBytes { bytes in
            let base = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            let pointers = starts.map { start in start.flatMap { offset in base.map { $0 + offset } } }
            return pointers.withUnsafeBufferPointer { pointers in
                lengths.withUnsafeBufferPointer { lengths in
                    formats.withUnsafeBufferPointer { formats in
                        body(Int32(pointers.count), pointers.baseAddress, lengths.baseAddress, formats.baseAddress)
                    }
                }
            }
        }
    }

    private static func type(of value: SQLValue) -> Oid {
        switch value {
        case .null: PostgresType.inferred
        case .text: PostgresType.text
        case .int64: PostgresType.int8
        case .double: PostgresType.float8
        case .bytes: PostgresType.bytea
        case .flag: PostgresType.bool
        }
    }
}

/// Reads a result in text format, each column by the type that the server says it has.
enum PostgresRows {
    /// All rows of a result; throws `StorageError.statement` for a value that does not read as its type.
    static func decode(_ result: OpaquePointer) throws(StorageError) -> [SQLRow] {
        let columns = PQnfields(result)
        let names = (0..<columns).map { PQfname(result, $0).map { String(cString: $0) } ?? "" }
        let types = (0..<columns).map { PQftype(result, $0) }
        let positions = SQLRow.positions(of: names)
        var rows: [SQLRow] = []
        rows.reserveCapacity(Int(PQntuples(result)))
        for row in 0..<PQntuples(result) {
            var values: [SQLValue] = []
            values.reserveCapacity(Int(columns))
            for column in 0..<columns {
                guard let value = value(result, row, column, types[Int(column)]) else {
                    throw .statement("column '\(names[Int(column)])' cannot be read as its type \(types[Int(column)])")
                }
                values.append(value)
            }
            rows.append(SQLRow(positions: positions, values: values))
        }
        return rows
    }

    private static func value(_ result: OpaquePointer, _ row: Int32, _ column: Int32, _ type: Oid) -> SQLValue? {
        guard PQgetisnull(result, row, column) == 0, let start = PQgetvalue(result, row, column) else { return .null }
        let raw = UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(result, row, column)))
        let text = { String(decoding: raw, as: UTF8.self) }
        switch type {
        case PostgresType.int2, PostgresType.int4, PostgresType.int8: return Int64(text()).map(SQLValue.int64)
        case PostgresType.float4, PostgresType.float8: return Double(text()).map(SQLValue.double)
        // A sum of integers is numeric here and an integer in SQLite: whole numbers stay integers, so that both read alike.
        case PostgresType.numeric: return Int64(text()).map(SQLValue.int64) ?? Double(text()).map(SQLValue.double)
        case PostgresType.bool: return .flag(raw.first == UInt8(ascii: "t"))
        case PostgresType.bytea: return bytes(raw).map(SQLValue.bytes)
        default: return .text(text())
        }
    }

    /// Reads `\x` and two hexadecimal digits for each byte.
    private static func bytes(_ hex: UnsafeRawBufferPointer) -> [UInt8]? {
        guard hex.count >= 2, hex.count.isMultiple(of: 2), hex[0] == UInt8(ascii: "\\"), hex[1] == UInt8(ascii: "x") else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(hex.count / 2 - 1)
        for index in stride(from: 2, to: hex.count, by: 2) {
            guard let high = digit(hex[index]), let low = digit(hex[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func digit(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}

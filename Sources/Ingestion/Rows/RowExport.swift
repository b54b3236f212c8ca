/// The text formats in which a table is handed out.
package enum RowExportFormat: String, Sendable, CaseIterable {
    /// RFC 4180 with line feeds and no byte order mark; null is an empty cell, nested values are JSON text.
    case csv
    /// One array of objects.
    case json
    /// One object a line, the last line ended, too.
    case jsonl
}

/// Encodes the rows of a reader as a stream of bytes in UTF-8: `next` until `nil`.
///
/// Blocking. Every object has all columns in their order; every value is exactly the one that was read.
package struct RowExport: Sendable {
    /// A piece is handed out as soon as it has this many bytes; it is larger by one row at most.
    static let pieceBytes = 64 << 10

    private var reader: RowReader
    private let format: RowExportFormat
    private let keys: [[UInt8]]
    private var stage = Stage.beginning
    private var hasRow = false

    private enum Stage { case beginning, rows, end }

    /// An export of what the reader has not read yet.
    package init(_ reader: RowReader, format: RowExportFormat) {
        self.reader = reader
        self.format = format
        keys = reader.columns.enumerated().map { index, column in
            var key: [UInt8] = [index == 0 ? 0x7B : 0x2C]
            JSONText.appendString(column.utf8, to: &key)
            key.append(0x3A)
            return key
        }
    }

    /// The next piece, never empty; `nil` at the end. Throws what the reader throws.
    package mutating func next() throws -> [UInt8]? {
        var output: [UInt8] = []
        output.reserveCapacity(Self.pieceBytes + Self.pieceBytes / 4)
        if stage == .beginning {
            begin(&output)
            stage = .rows
        }
        while stage == .rows, output.count < Self.pieceBytes {
            if try !appendRow(to: &output) {
                end(&output)
                stage = .end
            }
        }
        return output.isEmpty ? nil : output
    }

    private func begin(_ output: inout [UInt8]) {
        switch format {
        case .csv: appendHeader(to: &output)
        case .json: output.append(0x5B)
        case .jsonl: break
        }
    }

    private func end(_ output: inout [UInt8]) {
        guard format == .json else { return }
        output.append(contentsOf: (hasRow ? "\n]\n" : "]\n").utf8)
    }

    private mutating func appendRow(to output: inout [UInt8]) throws -> Bool {
        let (format, keys, follows) = (format, keys, hasRow)
        let isRow = try reader.nextRaw { bytes, cells in
            switch format {
            case .csv: Self.appendRecord(cells, bytes, to: &output)
            case .json:
                output.append(contentsOf: (follows ? ",\n" : "\n").utf8)
                Self.appendObject(cells, bytes, keys, to: &output)
            case .jsonl:
                Self.appendObject(cells, bytes, keys, to: &output)
                output.append(0x0A)
            }
        }
        hasRow = hasRow || isRow
        return isRow
    }

    /// The cells of a file of rows are JSON already.
    private static func appendObject(_ cells: [RawCell], _ bytes: UnsafePointer<UInt8>, _ keys: [[UInt8]], to output: inout [UInt8]) {
        if cells.isEmpty { output.append(0x7B) }
        for (cell, key) in zip(cells, keys) {
            output.append(contentsOf: key)
            switch cell.kind {
            case .null: output.append(contentsOf: "null".utf8)
            case .scalar, .nested: output.append(bytes, cell.start, cell.end)
            default: output.append(bytes, cell.start - 1, cell.end + 1)
            }
        }
        output.append(0x7D)
    }

    private func appendHeader(to output: inout [UInt8]) {
        for (index, column) in reader.columns.enumerated() {
            if index > 0 { output.append(0x2C) }
            // Some clients take an answer that begins with "http" for the address of the answer (contract 3.8).
            let looksLikeAnAddress = index == 0 && column.lowercased().hasPrefix("http")
            Self.appendField(Array(column.utf8), isAlone: reader.columns.count == 1, mustQuote: looksLikeAnAddress, to: &output)
        }
        output.append(0x0A)
    }

    private static func appendRecord(_ cells: [RawCell], _ bytes: UnsafePointer<UInt8>, to output: inout [UInt8]) {
        var decoded: [UInt8] = []
        for (index, cell) in cells.enumerated() {
            if index > 0 { output.append(0x2C) }
            switch cell.kind {
            case .null: if cells.count == 1 { output.append(contentsOf: [0x22, 0x22]) }
            case .escapedString:
                decoded.removeAll(keepingCapacity: true)
                JSONStrings.decode(bytes, cell.start, cell.end, into: &decoded)
                appendField(decoded, isAlone: cells.count == 1, to: &output)
            case .scalar: output.append(bytes, cell.start, cell.end)
            default:
                appendField(bytes, cell.start, cell.end, isAlone: cells.count == 1, to: &output)
            }
        }
        output.append(0x0A)
    }

    private static func appendField(_ text: [UInt8], isAlone: Bool, mustQuote: Bool = false, to output: inout [UInt8]) {
        text.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return output.append(contentsOf: isAlone ? [0x22, 0x22] : []) }
            appendField(base, 0, bytes.count, isAlone: isAlone, mustQuote: mustQuote, to: &output)
        }
    }

    /// - Parameter isAlone: whether it is the only field of its record, which must not become a blank line.
    private static func appendField(
        _ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int, isAlone: Bool, mustQuote: Bool = false, to output: inout [UInt8]
    ) {
        guard mustQuote || CSVField.mustBeQuoted(bytes, start, end) || (isAlone && CSVField.isBlank(bytes, start, end)) else {
            return output.append(bytes, start, end)
        }
        CSVField.appendQuoted(bytes, start, end, to: &output)
    }
}

import Foundation

/// Writes the rows of a table while they are read: as arrays to `rows.jsonl`, as `column: value` lines to the text, and one block each.
/// Rows hold their cells exactly as they were; the text is under the rules for every text.
///
/// Columns may be added at any time, so that a file need be read but once: rows that were written before lack their last cells, and
/// the header is corrected at the end.
struct TableWriter {
    /// Number of rows so far.
    private(set) var rows = 0

    private let writer: ArtefactWriter
    private let url: URL
    private let limits: ExtractionLimits
    private let file: BufferedFile

    private var names: ColumnNames
    /// Each column's `name: `.
    private var labels: [[UInt8]] = []
    private var headerBytes = 0
    private var headerColumns = 0

    private let passageColumns: [String]?
    /// The columns of the text, in its order.
    private var textOrder: [Int] = []

    // Kept for their memory only.
    private var prepared: [RawCell] = []
    private var decoded: [UInt8] = []
    private var array: [UInt8] = []
    private var text: [UInt8] = []

    /// - Parameter passageColumns: the columns of which the text is made, in this order; `nil` means all of them, and so
    ///   does a table that lacks one of them.
    init(writer: ArtefactWriter, directory: URL, passageColumns: [String]?, limits: ExtractionLimits) throws {
        self.writer = writer
        self.limits = limits
        self.passageColumns = passageColumns
        url = directory.appendingPathComponent(ArtefactFiles.rows)
        file = try BufferedFile(url)
        names = ColumnNames(limits: limits)
    }

    /// Number of columns so far.
    var columns: Int { labels.count }

    /// Adds a column at the end. Throws `ExtractionFailure.refused` for too many columns or too long a name.
    mutating func addColumn(_ raw: [UInt8]) throws {
        try names.add(raw)
        let place = labels.count
        labels.append(Array((names.names[place] + ": ").utf8))
        let wanted = (passageColumns ?? []).compactMap { names.names.firstIndex(of: $0) }
        textOrder = !wanted.isEmpty && wanted.count == passageColumns?.count ? wanted : Array(0...place)
    }

    /// Writes one row; cells that are missing at its end are null.
    ///
    /// - Parameters:
    ///   - bytes: where the places of the cells are.
    ///   - line: where the record begins in the file, for messages.
    mutating func append(_ cells: [RawCell], _ bytes: UnsafePointer<UInt8>, line: Int) throws {
        if rows == 0 { try begin() }
        rows += 1
        if rows > limits.rows {
            throw ExtractionFailure.refused("The table has more than \(limits.rows) rows. Split it into several files.")
        }
        try prepare(cells, bytes, line)
        appendCells(bytes)
        try file.append(array)
        try writer.appendRow(text, row: rows)
    }

    /// Ends the text and the file of rows, and then the extraction.
    func finish(decoding: DecodingReport, shortRows: ExtractionSummary.ShortRows? = nil) throws -> ExtractionSummary {
        if rows > 0, columns == 0 { throw ExtractionFailure.empty("The records have no fields.") }
        if rows > 0 { try writer.appendText("\n".utf8) }
        try file.close()
        if columns > headerColumns { try replaceHeader() }
        return try writer.finish(kind: .table, rows: rows, columns: names.names, decoding: decoding, shortRows: shortRows)
    }

    private mutating func begin() throws {
        let header = RowWriter.header(names.names)
        headerBytes = header.count
        headerColumns = columns
        try file.append(header)
    }

    private func replaceHeader() throws {
        let whole = url.appendingPathExtension("whole")
        let copy = try BufferedFile(whole)
        try copy.append(RowWriter.header(names.names))
        var source = try ByteSource(file: url, from: headerBytes, chunkBytes: 256 << 10)
        while let chunk = try source.next() { try copy.append(chunk) }
        try copy.close()
        guard rename(whole.path, url.path) == 0 else { throw FileError.last("rename", whole) }
    }

    /// Decodes what must be decoded, once for the array and the text.
    private mutating func prepare(_ cells: [RawCell], _ bytes: UnsafePointer<UInt8>, _ line: Int) throws {
        prepared.removeAll(keepingCapacity: true)
        decoded.removeAll(keepingCapacity: true)
        for index in 0..<columns {
            var cell = index < cells.count ? cells[index] : .null
            let start = decoded.count
            switch cell.kind {
            case .escapedString:
                JSONStrings.decode(bytes, cell.start, cell.end, into: &decoded)
                cell = RawCell(kind: .decodedText, start: start, end: decoded.count)
            case .quotedField:
                CSVField.appendUnquoted(bytes, cell.start, cell.end, to: &decoded)
                cell = RawCell(kind: .decodedText, start: start, end: decoded.count)
            case .nested:
                JSONStrings.compact(bytes, cell.start, cell.end, into: &decoded)
                cell = RawCell(kind: .decodedJSON, start: start, end: decoded.count)
            default: break
            }
            if cell.end - cell.start > limits.cellScalars { try check(cell, bytes, index, line) }
            prepared.append(cell)
        }
    }

    private func check(_ cell: RawCell, _ bytes: UnsafePointer<UInt8>, _ column: Int, _ line: Int) throws {
        let isDecoded = cell.kind == .decodedText || cell.kind == .decodedJSON
        let scalars = decoded.withUnsafeBufferPointer { decoded in
            let base = isDecoded ? decoded.baseAddress ?? bytes : bytes
            return ByteScan.scalarCount(UnsafeBufferPointer(start: base + cell.start, count: cell.end - cell.start))
        }
        if scalars > limits.cellScalars {
            throw ExtractionFailure.refused(
                "The cell in column \"\(names.names[column])\" of the record on line \(line) is longer than \(limits.cellScalars) characters."
            )
        }
    }

    private mutating func appendCells(_ bytes: UnsafePointer<UInt8>) {
        array.removeAll(keepingCapacity: true)
        text.removeAll(keepingCapacity: true)
        decoded.withUnsafeBufferPointer { decoded in
            let elsewhere = decoded.baseAddress ?? bytes
            for (index, cell) in prepared.enumerated() {
                array.append(index == 0 ? 0x5B : 0x2C)
                Self.appendJSON(cell, cell.kind == .decodedText || cell.kind == .decodedJSON ? elsewhere : bytes, to: &array)
            }
            for index in textOrder {
                let cell = prepared[index]
                if cell.start == cell.end { continue }
                if !text.isEmpty { text.append(UTF8Bytes.lineFeed) }
                text.append(contentsOf: labels[index])
                let place = cell.kind == .decodedText || cell.kind == .decodedJSON ? elsewhere : bytes
                CleanText.append(place, cell.start, cell.end, to: &text)
            }
        }
        if prepared.isEmpty { array.append(0x5B) }
        array.append(0x5D)
        array.append(UTF8Bytes.lineFeed)
    }

    private static func appendJSON(_ cell: RawCell, _ bytes: UnsafePointer<UInt8>, to array: inout [UInt8]) {
        switch cell.kind {
        case .null: array.append(contentsOf: "null".utf8)
        case .plainString: array.append(bytes, cell.start - 1, cell.end + 1)
        case .scalar, .nested, .decodedJSON: array.append(bytes, cell.start, cell.end)
        case .text, .decodedText, .escapedString, .quotedField: JSONText.appendString(bytes, cell.start, cell.end, to: &array)
        }
    }
}

import Foundation

/// Writes the rows of a table: as arrays to `rows.jsonl`, as `column: value` lines to the text, and one block each.
struct TableWriter {
    /// Number of rows so far.
    private(set) var rows = 0

    private let writer: ArtefactWriter
    private let limits: ExtractionLimits
    private let columns: [String]
    private let file: BufferedFile

    init(writer: ArtefactWriter, directory: URL, columns: [String], limits: ExtractionLimits) throws {
        self.writer = writer
        self.limits = limits
        self.columns = columns
        file = try BufferedFile(directory.appendingPathComponent(ArtefactFiles.rows))
        var header = Array("{\"columns\":[".utf8)
        for (index, column) in columns.enumerated() {
            if index > 0 { header.append(0x2C) }
            JSONText.appendString(column.utf8, to: &header)
        }
        header.append(contentsOf: "]}\n".utf8)
        try file.append(header)
    }

    /// Writes one row; cells that are missing at its end are null.
    ///
    /// - Parameter line: where the record begins in the file, for messages.
    mutating func append(_ cells: [[UInt8]?], line: Int) throws {
        rows += 1
        if rows > limits.rows {
            throw ExtractionFailure.refused("The table has more than \(limits.rows) rows. Split it into several files.")
        }
        var array: [UInt8] = [0x5B]
        var text: [UInt8] = []
        for (index, column) in columns.enumerated() {
            if index > 0 { array.append(0x2C) }
            guard index < cells.count, let cell = cells[index] else {
                array.append(contentsOf: "null".utf8)
                continue
            }
            if cell.count > limits.cellScalars, UTF8Bytes.scalarCount(cell) > limits.cellScalars {
                throw ExtractionFailure.refused(
                    "The cell in column \"\(column)\" of the record on line \(line) is longer than \(limits.cellScalars) characters."
                )
            }
            JSONText.appendString(cell, to: &array)
            if cell.isEmpty { continue }
            if !text.isEmpty { text.append(UTF8Bytes.lineFeed) }
            text.append(contentsOf: column.utf8)
            text.append(contentsOf: ": ".utf8)
            text.append(contentsOf: cell)
        }
        array.append(contentsOf: "]\n".utf8)
        try file.append(array)
        if rows > 1 { try writer.appendText("\n\n".utf8) }
        try writer.appendBlock(.row, text, start: writer.scalars, row: rows, trim: .none)
        try writer.appendText(text)
    }

    /// Ends the text and the file of rows, and then the extraction.
    func finish(replacedBytes: Int) throws -> ExtractionSummary {
        if rows > 0 { try writer.appendText("\n".utf8) }
        try file.close()
        return try writer.finish(kind: .table, rows: rows, columns: columns, replacedBytes: replacedBytes)
    }
}

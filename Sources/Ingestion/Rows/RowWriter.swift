package import Foundation

/// Writes a file of rows as `RowReader` reads it. The file is there once it is finished, and not before.
///
/// Blocking, and not for two threads at once. What is never finished leaves nothing behind.
package final class RowWriter {
    /// How many rows have been written.
    package private(set) var rows = 0

    /// How deep a `json` cell may be nested, as in a file that comes in.
    static let jsonDepth = ExtractionLimits().jsonDepth

    private let file: URL
    private let partial: URL
    private let columns: Int
    private let output: BufferedFile
    private var line: [UInt8] = []
    private var isFinished = false

    /// Begins a file; an earlier one of that name stays until this one is finished. The folder must exist.
    package init(file: URL, columns: [String]) throws {
        self.file = file
        self.columns = columns.count
        partial = file.appendingPathExtension("partial")
        output = try BufferedFile(partial)
        try output.append(Self.header(columns))
    }

    deinit {
        if !isFinished { try? FileManager.default.removeItem(at: partial) }
    }

    /// Writes one row: one cell for each column, in their order.
    ///
    /// Throws `RowFileError` if there are more or fewer, or if a `json` cell holds no JSON or is nested too deep.
    package func append(_ cells: [Cell]) throws {
        guard cells.count == columns else {
            throw RowFileError(description: "Row \(rows + 1) has \(cells.count) cells, but there are \(columns) columns.")
        }
        line.removeAll(keepingCapacity: true)
        line.append(0x5B)
        for (index, cell) in cells.enumerated() {
            if index > 0 { line.append(0x2C) }
            switch cell {
            case .null: line.append(contentsOf: "null".utf8)
            case .string(let text): JSONText.appendString(text.utf8, to: &line)
            case .json(let value): try append(json: value)
            }
        }
        line.append(contentsOf: [0x5D, 0x0A])
        try output.append(line)
        rows += 1
    }

    /// Ends the file and puts it in its place in one step.
    package func finish() throws {
        try output.close()
        guard rename(partial.path, file.path) == 0 else { throw FileError.last("rename", file) }
        isFinished = true
    }

    /// The first line of a file of rows.
    static func header(_ columns: [String]) -> [UInt8] {
        var header = Array("{\"columns\":[".utf8)
        for (index, column) in columns.enumerated() {
            if index > 0 { header.append(0x2C) }
            JSONText.appendString(column.utf8, to: &header)
        }
        header.append(contentsOf: "]}\n".utf8)
        return header
    }

    private func append(json value: String) throws {
        var value = value
        let isValid = value.withUTF8 { bytes in
            guard let base = bytes.baseAddress else { return false }
            var scanner = JSONScanner(base, start: 0, end: bytes.count, depthLimit: Self.jsonDepth)
            guard scanner.value(outerDepth: 0) != nil, scanner.peek() == nil else { return false }
            JSONStrings.compact(base, 0, bytes.count, into: &line)
            return true
        }
        guard isValid else { throw RowFileError(description: "Row \(rows + 1) has a cell that is no JSON: \(value.prefix(80))") }
    }
}

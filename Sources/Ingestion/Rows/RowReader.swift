package import Foundation

/// A place between two rows of a file of rows, which a cursor or a checkpoint can carry.
package struct RowPlace: Sendable, Codable, Hashable {
    /// Where the next row begins, in bytes.
    package let offset: Int

    /// How many rows stand before it.
    package let rows: Int

    /// A place that a reader has handed out earlier.
    package init(offset: Int, rows: Int) {
        self.offset = offset
        self.rows = rows
    }
}

/// One row of a table.
package struct Row: Sendable, Equatable {
    /// Its number, counted from 1.
    package var number: Int

    /// One cell for each column.
    package var cells: [Cell]

    /// The place after it, from which to go on reading.
    package var next: RowPlace
}

/// A file of rows that cannot be read: it is damaged, or a place was asked for that is none.
package struct RowFileError: Error, CustomStringConvertible {
    /// What is wrong, for the log.
    package let description: String
}

/// Streams the rows of a table from `rows.jsonl` or from a file that `RowWriter` wrote, from the first row or from any place between rows.
///
/// Blocking. Holds one row and a piece of the file, whatever the size of the file. A copy goes on from the same place by itself.
package struct RowReader: Sendable {
    /// The names of the columns, in the order of the cells.
    package let columns: [String]

    /// The place before the row that `next` will return.
    package private(set) var place: RowPlace

    private var lines: LineWindow<ByteSource>
    private let firstOffset: Int
    private var raw: [RawCell] = []

    /// Reads `rows.jsonl` of a directory. Throws like `init(file:from:)`.
    package init(directory: URL) throws {
        try self.init(file: directory.appendingPathComponent(ArtefactFiles.rows))
    }

    /// Reads a file of rows, wherever it is.
    ///
    /// - Parameter place: where to begin; `nil` means the first row.
    ///
    /// Throws an error of the file system, or `RowFileError` if the file has no header or no row begins at the place.
    package init(file: URL, from place: RowPlace? = nil) throws {
        var header = LineWindow(try ByteSource(file: file), limit: .max)
        guard let line = try header.next(), let names = try? JSONDecoder().decode(Header.self, from: Data(header.window.bytes[line])) else {
            throw RowFileError(description: "The file of rows has no header.")
        }
        columns = names.columns
        firstOffset = header.offset
        guard let place, place.offset != header.offset else {
            self.place = RowPlace(offset: header.offset, rows: 0)
            lines = header
            return
        }
        guard place.offset > header.offset, place.rows > 0 else { throw Self.noPlace(place) }
        // A row begins where a line feed stands before; the end of the file is such a place, too.
        var before = try ByteSource(file: file, from: place.offset - 1, chunkBytes: 1)
        guard try before.next() == [UTF8Bytes.lineFeed] else { throw Self.noPlace(place) }
        self.place = place
        lines = LineWindow(try ByteSource(file: file, from: place.offset), limit: .max)
    }

    /// The next row; `nil` at the end. Throws `RowFileError` for a line that is no row.
    package mutating func next() throws -> Row? {
        var cells: [Cell] = []
        cells.reserveCapacity(columns.count)
        let isRow = try nextRaw { bytes, raw in
            for cell in raw { cells.append(Cell(cell, bytes)) }
        }
        return isRow ? Row(number: place.rows, cells: cells, next: place) : nil
    }

    /// The next row as places in memory, one cell for each column; false at the end.
    mutating func nextRaw(_ body: (UnsafePointer<UInt8>, [RawCell]) throws -> Void) throws -> Bool {
        let before = lines.offset
        guard let line = try lines.next() else { return false }
        let number = place.rows + 1
        place = RowPlace(offset: place.offset + lines.offset - before, rows: number)
        raw.removeAll(keepingCapacity: true)
        let isRow = try lines.window.bytes.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress, Self.read(base, line, into: &raw, columns: columns.count) else { return false }
            try body(base, raw)
            return true
        }
        guard isRow else { throw RowFileError(description: "Row \(number) of the file of rows is damaged.") }
        return true
    }

    /// Cells that are missing at the end of a line are null: columns that were met only after it was written.
    private static func read(_ bytes: UnsafePointer<UInt8>, _ line: Range<Int>, into cells: inout [RawCell], columns: Int) -> Bool {
        var scanner = JSONScanner(bytes, start: line.lowerBound, end: line.upperBound, depthLimit: .max)
        guard scanner.pass(0x5B) else { return false }
        if !scanner.pass(0x5D) {
            repeat {
                guard cells.count < columns, let cell = scanner.value(outerDepth: 1) else { return false }
                cells.append(cell)
            } while scanner.pass(0x2C)
            guard scanner.pass(0x5D) else { return false }
        }
        while cells.count < columns { cells.append(.null) }
        return scanner.peek() == nil
    }

    private static func noPlace(_ place: RowPlace) -> RowFileError {
        RowFileError(description: "No row begins at byte \(place.offset) of the file of rows.")
    }

    private struct Header: Decodable {
        var columns: [String]
    }
}

extension Cell {
    fileprivate init(_ cell: RawCell, _ bytes: UnsafePointer<UInt8>) {
        switch cell.kind {
        case .null: self = .null
        case .scalar, .nested: self = .json(cell.string(bytes))
        default: self = .string(cell.text(bytes))
        }
    }
}

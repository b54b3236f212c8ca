package import Foundation

/// Streams the blocks of an extraction, one line of `blocks.jsonl` at a time.
///
/// As a `Sequence` it cannot throw: a damaged line ends it early. Use `forEachBlock` where the file is not known to be whole.
package struct BlockReader: Sequence {
    private let file: URL

    /// Reads `blocks.jsonl` of a directory. Throws if the file is not there.
    package init(directory: URL) throws {
        try self.init(file: directory.appendingPathComponent(ArtefactFiles.blocks))
    }

    /// Reads a file of blocks, wherever it is. Throws if it is not there.
    package init(file: URL) throws {
        _ = try ByteSource(file: file)
        self.file = file
    }

    /// Starts from the first block; each iterator has its own place in the file.
    package func makeIterator() -> Iterator {
        Iterator(lines: try? ArtefactLines(file: file))
    }

    /// Calls `body` with each block in turn. Throws what `body` throws, and an error for a line that is no block.
    package func forEachBlock(_ body: (Block) throws -> Void) throws {
        var lines = try ArtefactLines(file: file)
        while let block = try lines.next(Block.self) { try body(block) }
    }

    /// A place in the file.
    package struct Iterator: IteratorProtocol {
        fileprivate var lines: ArtefactLines?

        /// The next block; `nil` at the end or at a damaged line.
        package mutating func next() -> Block? {
            guard let block = try? lines?.next(Block.self) else {
                lines = nil
                return nil
            }
            return block
        }
    }
}

/// Streams the rows of an extracted table, one line of `rows.jsonl` at a time. A cell is `nil` where the record has none or null.
///
/// As a `Sequence` it cannot throw: a damaged line ends it early. Use `forEachRow` where the file is not known to be whole.
package struct RowReader: Sequence {
    /// The names of the columns, in the order of the cells.
    package let columns: [String]

    private let file: URL

    /// Reads `rows.jsonl` of a directory. Throws if the file is not there or has no header.
    package init(directory: URL) throws {
        try self.init(file: directory.appendingPathComponent(ArtefactFiles.rows))
    }

    /// Reads a file of rows, wherever it is. Throws if it is not there or has no header.
    package init(file: URL) throws {
        self.file = file
        var lines = try ArtefactLines(file: file)
        columns = try Self.header(&lines).columns
    }

    /// Starts from the first row; each iterator has its own place in the file.
    package func makeIterator() -> Iterator {
        var lines = try? ArtefactLines(file: file)
        if lines != nil, (try? lines?.next(Header.self)) == nil { lines = nil }
        return Iterator(lines: lines)
    }

    /// Calls `body` with each row in turn. Throws what `body` throws, and an error for a line that is no row.
    package func forEachRow(_ body: ([String?]) throws -> Void) throws {
        var lines = try ArtefactLines(file: file)
        _ = try Self.header(&lines)
        while let row = try lines.next([String?].self) { try body(row) }
    }

    /// A place in the file.
    package struct Iterator: IteratorProtocol {
        fileprivate var lines: ArtefactLines?

        /// The next row; `nil` at the end or at a damaged line.
        package mutating func next() -> [String?]? {
            guard let row = try? lines?.next([String?].self) else {
                lines = nil
                return nil
            }
            return row
        }
    }

    private struct Header: Decodable {
        var columns: [String]
    }

    private static func header(_ lines: inout ArtefactLines) throws -> Header {
        guard let header = try lines.next(Header.self) else { throw ExtractionFailure.crashed("The file of rows has no header.") }
        return header
    }
}

/// The lines of an artefact, each decoded from JSON. Their length is bounded by the limits that held when they were written.
struct ArtefactLines {
    private var lines: LineReader<ByteSource>
    private let decoder = JSONDecoder()

    init(file: URL) throws {
        lines = LineReader(try ByteSource(file: file), limit: .max)
    }

    mutating func next<Value: Decodable>(_ type: Value.Type) throws -> Value? {
        guard let line = try lines.next() else { return nil }
        return try decoder.decode(type, from: Data(line.bytes))
    }
}

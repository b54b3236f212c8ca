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
        Iterator(lines: try? BlockLines(file: file))
    }

    /// Calls `body` with each block in turn. Throws what `body` throws, and an error for a line that is no block.
    package func forEachBlock(_ body: (Block) throws -> Void) throws {
        var lines = try BlockLines(file: file)
        while let block = try lines.next() { try body(block) }
    }

    /// A place in the file.
    package struct Iterator: IteratorProtocol {
        fileprivate var lines: BlockLines?

        /// The next block; `nil` at the end or at a damaged line.
        package mutating func next() -> Block? {
            guard let block = try? lines?.next() else {
                lines = nil
                return nil
            }
            return block
        }
    }
}

/// The lines of a file of blocks. Their length is bounded by the limits that held when they were written.
private struct BlockLines {
    private var lines: LineWindow<ByteSource>
    private let decoder = JSONDecoder()

    init(file: URL) throws {
        lines = LineWindow(try ByteSource(file: file), limit: .max)
    }

    /// The blocks of a table, of which there are as many as rows, are read without a decoder, which takes ten times as long.
    mutating func next() throws -> Block? {
        guard let line = try lines.next() else { return nil }
        return try lines.window.bytes.withUnsafeBufferPointer { bytes in
            if let base = bytes.baseAddress, let block = Block(rowBlock: base, line) { return block }
            return try decoder.decode(Block.self, from: Data(bytes[line]))
        }
    }
}

extension Block {
    /// The block of a row as `ArtefactWriter` writes it; `nil` for anything else, which may be a block all the same.
    fileprivate init?(rowBlock bytes: UnsafePointer<UInt8>, _ line: Range<Int>) {
        var scanner = JSONScanner(bytes, start: line.lowerBound, end: line.upperBound, depthLimit: 1)
        guard Self.pass("{\"kind\":\"row\",\"text\":", bytes, &scanner, line.upperBound), let string = scanner.string() else { return nil }
        guard Self.pass(",\"start\":", bytes, &scanner, line.upperBound), let start = Self.number(bytes, &scanner),
            Self.pass(",\"end\":", bytes, &scanner, line.upperBound), let end = Self.number(bytes, &scanner),
            Self.pass(",\"row\":", bytes, &scanner, line.upperBound), let row = Self.number(bytes, &scanner),
            Self.pass("}", bytes, &scanner, line.upperBound), scanner.place == line.upperBound
        else { return nil }
        self.init(kind: .row, text: string.text(bytes), start: start, end: end, row: row)
    }

    private static func pass(_ word: StaticString, _ bytes: UnsafePointer<UInt8>, _ scanner: inout JSONScanner, _ end: Int) -> Bool {
        let length = word.utf8CodeUnitCount
        guard scanner.place + length <= end, memcmp(bytes + scanner.place, word.utf8Start, length) == 0 else { return false }
        scanner.move(to: scanner.place + length)
        return true
    }

    private static func number(_ bytes: UnsafePointer<UInt8>, _ scanner: inout JSONScanner) -> Int? {
        guard let cell = scanner.value(outerDepth: 0), cell.kind == .scalar else { return nil }
        return Int(cell.string(bytes))
    }
}

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

import Foundation

/// Reads the entries of a ledger one after the other, from the beginning or from a place that was reached before. Blocks.
struct LedgerReader {
    /// Bytes read at a time.
    private static let chunkSize = 64 * 1024

    private let file: FileHandle
    private var buffer = Data()
    private var isAtEnd = false
    /// Where the next entry begins.
    private(set) var offset: UInt64

    init(_ url: URL, from offset: UInt64 = 0) throws {
        file = try FileHandle(forReadingFrom: url)
        try file.seek(toOffset: offset)
        self.offset = offset
    }

    /// The next entry; nil at the end.
    mutating func next() throws -> RunLedgerEntry? { try nextLine().map { try JSONDecoder().decode(RunLedgerEntry.self, from: $0) } }

    /// The next entry of a row that is not in the output; nil at the end. Entries of kept rows are passed over without being decoded.
    mutating func nextDropped() throws -> RunLedgerEntry? {
        while let line = try nextLine() {
            if line.range(of: Self.kept) == nil { return try JSONDecoder().decode(RunLedgerEntry.self, from: line) }
        }
        return nil
    }

    /// Keys are written in order and without spaces.
    private static let kept = Data("\"outcome\":\"kept\"".utf8)

    private mutating func nextLine() throws -> Data? {
        while true {
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                let line = Data(buffer[buffer.startIndex..<end])
                buffer = buffer[(end + 1)...]
                offset += UInt64(line.count + 1)
                return line
            }
            guard !isAtEnd, let more = try file.read(upToCount: Self.chunkSize), !more.isEmpty else {
                isAtEnd = true
                return nil
            }
            buffer = Data(buffer) + more
        }
    }
}

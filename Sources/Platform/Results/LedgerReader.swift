import Foundation

/// Reads the entries of a ledger one after the other, from the beginning or from a place that was reached before. A ledger is one file, or
/// several with whole entries that follow one another. Blocks.
struct LedgerReader {
    /// Bytes read at a time.
    private static let chunkSize = 64 * 1024

    /// Nil at the end of the last file.
    private var file: FileHandle?
    private var following: ArraySlice<URL>
    private var buffer = Data()
    /// Where the next entry begins, in bytes of all files together.
    private(set) var offset: UInt64

    init(_ files: [URL], from offset: UInt64 = 0) throws {
        following = files[...]
        self.offset = offset
        var left = offset
        while let next = following.popFirst() {
            let opened = try FileHandle(forReadingFrom: next)
            let size = try opened.seekToEnd()
            if left < size {
                try opened.seek(toOffset: left)
                file = opened
                return
            }
            left -= size
        }
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
            guard let open = file else { return nil }
            if let more = try open.read(upToCount: Self.chunkSize), !more.isEmpty {
                buffer = Data(buffer) + more
            } else {
                file = try following.popFirst().map { try FileHandle(forReadingFrom: $0) }
            }
        }
    }
}

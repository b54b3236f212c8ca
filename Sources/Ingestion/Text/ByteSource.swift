import Foundation

/// Where pieces of bytes come from, one after the other: a file as it is, or a file decoded to text.
protocol ChunkSource {
    /// The next piece, never empty; `nil` at the end.
    mutating func next() throws -> [UInt8]?
}

/// Reads a file in pieces, so that no more than one piece is in memory.
struct ByteSource: ChunkSource {
    /// Large enough to make system calls rare, small enough to be nothing.
    static let defaultChunkBytes = 64 << 10

    private let handle: FileHandle
    private let chunkBytes: Int

    init(file: URL, chunkBytes: Int = defaultChunkBytes) throws {
        handle = try FileHandle(forReadingFrom: file)
        self.chunkBytes = chunkBytes
    }

    func next() throws -> [UInt8]? {
        guard let data = try handle.read(upToCount: chunkBytes), !data.isEmpty else { return nil }
        return [UInt8](data)
    }
}

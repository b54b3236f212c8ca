import Foundation

/// Where pieces of bytes come from, one after the other: a file as it is, or a file decoded to text.
protocol ChunkSource {
    /// The next piece, never empty; `nil` at the end.
    mutating func next() throws -> [UInt8]?
}

/// Reads a file in pieces, so that no more than one piece is in memory. A copy goes on from the same place by itself.
struct ByteSource: ChunkSource, Sendable {
    /// Large enough to make system calls rare, small enough to be nothing.
    static let defaultChunkBytes = 64 << 10

    private let file: OpenFile
    private let chunkBytes: Int
    private var offset: Int

    /// - Parameter offset: where in the file to begin, in bytes.
    init(file: URL, from offset: Int = 0, chunkBytes: Int = defaultChunkBytes) throws {
        self.file = try OpenFile(file)
        self.chunkBytes = chunkBytes
        self.offset = offset
    }

    mutating func next() throws -> [UInt8]? {
        let chunk = try file.read(at: offset, upTo: chunkBytes)
        offset += chunk.count
        return chunk.isEmpty ? nil : chunk
    }
}

/// A file that is open for reading until nobody needs it any more.
private final class OpenFile: Sendable {
    private let descriptor: Int32
    private let isSeekable: Bool

    init(_ file: URL) throws {
        descriptor = open(file.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError.last("open", file) }
        isSeekable = lseek(descriptor, 0, SEEK_CUR) >= 0
    }

    deinit {
        close(descriptor)
    }

    /// What stands at a place, or comes next in a pipe; empty at the end.
    func read(at offset: Int, upTo count: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            while true {
                let got =
                    isSeekable
                    ? pread(descriptor, buffer.baseAddress, count, off_t(offset)) : Foundation.read(descriptor, buffer.baseAddress, count)
                if got < 0, errno == EINTR { continue }
                guard got >= 0 else { throw FileError.last("read", nil) }
                initialized = got
                return
            }
        }
    }
}

/// How many bytes a file has; 0 for what is none, such as a pipe. Throws if it is not there.
func fileBytes(_ file: URL) throws -> Int {
    var status = stat()
    guard stat(file.path, &status) == 0 else { throw FileError.last("look at", file) }
    return Int(status.st_size)
}

/// Why a file could not be used, in the words of the system.
struct FileError: Error, CustomStringConvertible {
    let description: String

    /// The error of the system call that has just failed.
    static func last(_ action: String, _ file: URL?) -> FileError {
        FileError(description: "could not \(action) \(file?.lastPathComponent ?? "the file"): \(String(cString: strerror(errno)))")
    }
}

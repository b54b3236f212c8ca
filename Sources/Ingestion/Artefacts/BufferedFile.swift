import Foundation

/// A file that is written from its beginning in large pieces.
final class BufferedFile {
    private static let bufferBytes = 64 << 10

    private let handle: FileHandle
    private var buffer: [UInt8] = []

    /// Creates the file, or empties it if it is there.
    init(_ file: URL) throws {
        try Data().write(to: file)
        handle = try FileHandle(forWritingTo: file)
        buffer.reserveCapacity(Self.bufferBytes)
    }

    func append(_ bytes: some Collection<UInt8>) throws {
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.bufferBytes { try flush() }
    }

    func close() throws {
        try flush()
        try handle.close()
    }

    private func flush() throws {
        try handle.write(contentsOf: Data(buffer))
        buffer.removeAll(keepingCapacity: true)
    }
}

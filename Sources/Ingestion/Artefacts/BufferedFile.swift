import Foundation

/// A file that is written from its beginning in large pieces.
final class BufferedFile {
    private static let bufferBytes = 256 << 10

    private let file: URL
    private var descriptor: Int32
    private var buffer: [UInt8] = []

    /// Creates the file, or empties it if it is there.
    init(_ file: URL) throws {
        self.file = file
        descriptor = open(file.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw FileError.last("create", file) }
        buffer.reserveCapacity(Self.bufferBytes + Self.bufferBytes / 4)
    }

    deinit {
        if descriptor >= 0 { Foundation.close(descriptor) }
    }

    func append(_ bytes: some Collection<UInt8>) throws {
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.bufferBytes { try flush() }
    }

    func close() throws {
        try flush()
        let result = Foundation.close(descriptor)
        descriptor = -1
        guard result == 0 else { throw FileError.last("close", file) }
    }

    private func flush() throws {
        try buffer.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let written = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if written < 0, errno == EINTR { continue }
                guard written >= 0 else { throw FileError.last("write", file) }
                rest = rest.dropFirst(written)
            }
        }
        buffer.removeAll(keepingCapacity: true)
    }
}

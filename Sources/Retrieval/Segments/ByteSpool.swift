import Foundation

/// Bytes that are appended now and copied to a file later: in memory while they are few, beyond that in a temporary file that has no name
/// any more, so that it is gone when the process is.
final class ByteSpool {
    /// Beyond this the bytes go to the file.
    static let memoryBytes = 4 << 20

    private(set) var count = 0
    private var checksum = Checksum()
    private var buffer = [UInt8]()
    private var file: FileHandle?

    var checksumValue: UInt32 { checksum.value }

    func append(_ bytes: [UInt8]) throws {
        count += bytes.count
        bytes.withUnsafeBytes { checksum.add($0) }
        buffer.append(contentsOf: bytes)
        if buffer.count > Self.memoryBytes { try flush() }
    }

    /// Copies everything, in order, to the end of `output`, and forgets what was in memory: nothing may be appended afterwards.
    func move(to output: FileHandle) throws {
        if let file {
            try file.seek(toOffset: 0)
            while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty { try output.write(contentsOf: piece) }
        }
        try output.write(contentsOf: Data(buffer))
        buffer = []
    }

    private func flush() throws {
        let handle = try file ?? Self.unnamedFile()
        file = handle
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(buffer))
        buffer.removeAll(keepingCapacity: true)
    }

    private static func unnamedFile() throws -> FileHandle {
        var path = Array(FileManager.default.temporaryDirectory.appendingPathComponent("quarry-segment-XXXXXX").path.utf8CString)
        let descriptor = mkstemp(&path)
        guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
        unlink(path)
        return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }
}

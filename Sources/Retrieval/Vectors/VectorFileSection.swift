import Foundation

/// One section of a vector file on its way out: bytes go through a small buffer to a file, and are summed up for the checksum.
struct VectorFileSection {
    /// The most bytes that wait in memory.
    static let bufferBytes = 256 * 1024

    private(set) var count = 0
    private(set) var buffer = [UInt8]()
    private var checksum = Checksum()
    private let file: FileHandle

    var checksumValue: UInt32 { checksum.value }

    /// A section that is appended to `file`.
    init(appendingTo file: FileHandle) {
        self.file = file
        buffer.reserveCapacity(Self.bufferBytes)
    }

    /// A section that waits beside `url`, where there is room for the file, in a file that has no name any more.
    init(waitingBeside url: URL) throws {
        var path = Array(url.appendingPathExtension("section-XXXXXX").path.utf8CString)
        let descriptor = mkstemp(&path)
        guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
        unlink(path)
        self.init(appendingTo: FileHandle(fileDescriptor: descriptor, closeOnDealloc: true))
    }

    mutating func append(_ bytes: UnsafeRawBufferPointer) throws {
        count += bytes.count
        checksum.add(bytes)
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(Self.bufferBytes - buffer.count)
            buffer.append(contentsOf: UnsafeRawBufferPointer(rebasing: piece))
            rest = rest[piece.endIndex...]
            if buffer.count == Self.bufferBytes { try flush() }
        }
    }

    /// Adds zeros up to a multiple of the file's alignment, and writes what waits.
    mutating func finish() throws {
        let zeros = [UInt8](repeating: 0, count: VectorFileLayout.padded(count, to: VectorFileLayout.alignment) - count)
        try zeros.withUnsafeBytes { try append($0) }
        try flush()
    }

    /// Copies the finished section to the end of `output`.
    func copy(to output: FileHandle) throws {
        try file.seek(toOffset: 0)
        while let piece = try file.read(upToCount: Self.bufferBytes), !piece.isEmpty { try output.write(contentsOf: piece) }
    }

    private mutating func flush() throws {
        guard !buffer.isEmpty else { return }
        try file.write(contentsOf: Data(buffer))
        buffer.removeAll(keepingCapacity: true)
    }
}

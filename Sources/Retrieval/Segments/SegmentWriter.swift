import Foundation

/// Writes a segment file section by section: completely or not at all, in place of what is at its address. The head, which says where the
/// sections are, is written last. Beside what it is given it holds one buffer.
final class SegmentWriter {
    private static let bufferBytes = 1 << 20

    private let url: URL
    private let partial: URL
    private let output: FileHandle
    private let sectionCount: Int
    private var outlines = [SegmentLayout.Outline]()
    private var checksum = Checksum()
    private var size = 0
    private var buffer = [UInt8]()

    /// A writer of exactly `sections` sections.
    init(to url: URL, sections: Int) throws {
        self.url = url
        partial = url.appendingPathExtension("partial")
        sectionCount = sections
        try Data().write(to: partial)
        output = try FileHandle(forWritingTo: partial)
        try output.seek(toOffset: UInt64(SegmentLayout.headSize(sections: sections)))
    }

    /// Appends to the section that is being written.
    func append(_ bytes: UnsafeRawBufferPointer) throws {
        checksum.add(bytes)
        size += bytes.count
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.bufferBytes { try flush() }
    }

    func append(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes(append) }

    /// Ends the section that is being written.
    func end(_ section: SegmentLayout.Section) {
        outlines.append(.init(identifier: section.rawValue, checksum: checksum.value, size: size))
        checksum = Checksum()
        size = 0
    }

    /// Writes one whole section.
    func write(_ section: SegmentLayout.Section, _ bytes: [UInt8]) throws {
        try append(bytes)
        end(section)
    }

    /// Writes one whole section out of a spool, which cannot be used afterwards.
    func write(_ section: SegmentLayout.Section, _ spool: ByteSpool) throws {
        try flush()
        try spool.move(to: output)
        outlines.append(.init(identifier: section.rawValue, checksum: spool.checksumValue, size: spool.count))
    }

    /// Puts the head before the sections and the file in its place; returns its size.
    func finish() throws -> Int {
        try flush()
        guard outlines.count == sectionCount else { throw CocoaError(.fileWriteUnknown) }
        let head = SegmentLayout.head(outlines)
        try output.seek(toOffset: 0)
        try output.write(contentsOf: Data(head))
        try output.synchronize()
        try output.close()
        guard rename(partial.path, url.path) == 0 else { throw CocoaError(.fileWriteUnknown) }
        return outlines.reduce(head.count) { $0 + $1.size }
    }

    /// Removes what was written so far.
    func abandon() {
        try? output.close()
        try? FileManager.default.removeItem(at: partial)
    }

    private func flush() throws {
        try buffer.withUnsafeBytes { bytes in
            if let start = bytes.baseAddress, bytes.count > 0 {
                let data = Data(bytesNoCopy: UnsafeMutableRawPointer(mutating: start), count: bytes.count, deallocator: .none)
                try output.write(contentsOf: data)
            }
        }
        buffer.removeAll(keepingCapacity: true)
    }
}

import Foundation

/// The bytes of a file that never changes: a small one is read into memory, a larger one mapped. Whoever opens them frees them.
struct FileBytes {
    /// Larger files are mapped.
    static let mappedBytes = 64 * 1024

    let bytes: UnsafeRawBufferPointer
    let isMapped: Bool

    /// Opens a file; throws errors of the file system.
    init(contentsOf url: URL) throws {
        let file = try FileHandle(forReadingFrom: url)
        let size = Int(try file.seekToEnd())
        isMapped = size > Self.mappedBytes
        if isMapped {
            guard let place = mmap(nil, size, PROT_READ, MAP_SHARED, file.fileDescriptor, 0), place != MAP_FAILED else {
                throw CocoaError(.fileReadUnknown)
            }
            bytes = UnsafeRawBufferPointer(start: place, count: size)
        } else {
            try file.seek(toOffset: 0)
            bytes = Self.copy(try file.readToEnd() ?? Data())
        }
        try file.close()
    }

    init(copying data: Data) {
        isMapped = false
        bytes = Self.copy(data)
    }

    /// Gives the memory back; the bytes must not be used any more.
    func free() {
        guard let base = bytes.baseAddress else { return }
        if isMapped {
            munmap(UnsafeMutableRawPointer(mutating: base), bytes.count)
        } else {
            base.deallocate()
        }
    }

    /// Lets the system take back the memory of a mapped range. Its bytes stay readable: they come from the file again.
    func release(_ range: Range<Int>) { advise(range, MADV_DONTNEED) }

    /// Says that a mapped range will be read here and there, not from end to end: that reading ahead is in vain.
    func expectRandomReads(_ range: Range<Int>) { advise(range, MADV_RANDOM) }

    private func advise(_ range: Range<Int>, _ advice: some BinaryInteger) {
        guard isMapped, let base = bytes.baseAddress, !range.isEmpty else { return }
        let page = Int(getpagesize())
        let start = range.lowerBound / page * page
        madvise(UnsafeMutableRawPointer(mutating: base) + start, range.upperBound - start, Int32(advice))
    }

    private static func copy(_ data: Data) -> UnsafeRawBufferPointer {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: data.count, alignment: VectorFileLayout.alignment)
        data.copyBytes(to: memory)
        return UnsafeRawBufferPointer(memory)
    }
}

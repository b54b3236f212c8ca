import Foundation

/// The bytes of a file that does not change: read into memory when they are few, mapped otherwise.
///
/// `@unchecked Sendable` is safe because nobody writes behind the pointer once it is made, and it is freed with the one value that owns it.
struct MappedBytes: ~Copyable, @unchecked Sendable {
    /// Larger files are mapped.
    static let mappedBytes = 64 * 1024
    /// Where bytes in memory begin, in bytes: as much as the kernels of a vector file ask for.
    private static let alignment = 64

    private let start: UnsafeRawPointer
    private let count: Int
    private let isMapped: Bool

    /// Good as long as this value lives.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }

    /// The four-byte integer at a place that the caller knows to lie within the file.
    func number(at place: Int) -> Int { Int(UInt32(littleEndian: start.loadUnaligned(fromByteOffset: place, as: UInt32.self))) }

    /// Opens a file; throws `POSIXError`.
    init(contentsOf url: URL) throws {
        let descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.lastError() }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Self.lastError() }
        let size = Int(status.st_size)
        if size > Self.mappedBytes {
            let memory = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0)
            guard let memory, memory != MAP_FAILED else { throw Self.lastError() }
            start = UnsafeRawPointer(memory)
            count = size
            isMapped = true
            return
        }
        let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: Self.alignment)
        var done = 0
        while done < size {
            let step = read(descriptor, memory + done, size - done)
            if step < 0, errno == EINTR { continue }
            guard step > 0 else {
                let error = step < 0 ? Self.lastError() : POSIXError(.EIO)
                memory.deallocate()
                throw error
            }
            done += step
        }
        start = UnsafeRawPointer(memory)
        count = size
        isMapped = false
    }

    /// A copy of bytes that are there already.
    init(_ data: Data) {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: data.count, alignment: Self.alignment)
        UnsafeMutableRawBufferPointer(start: memory, count: data.count).copyBytes(from: data)
        start = UnsafeRawPointer(memory)
        count = data.count
        isMapped = false
    }

    deinit {
        if isMapped {
            munmap(UnsafeMutableRawPointer(mutating: start), count)
        } else {
            start.deallocate()
        }
    }

    /// Gives the pages of a mapped file back: they stay in the system's cache, but no longer count as this process's memory until they
    /// are touched again.
    func releasePages() { releasePages(0..<count) }

    /// The same for a range of bytes.
    func releasePages(_ range: Range<Int>) { advise(range, MADV_DONTNEED) }

    /// Says that a range will be read here and there, not from end to end: that reading ahead is in vain.
    func expectRandomReads(_ range: Range<Int>) { advise(range, MADV_RANDOM) }

    private func advise(_ range: Range<Int>, _ advice: some BinaryInteger) {
        guard isMapped, !range.isEmpty else { return }
        let page = Int(getpagesize())
        let first = range.lowerBound / page * page
        madvise(UnsafeMutableRawPointer(mutating: start) + first, range.upperBound - first, Int32(advice))
    }

    private static func lastError() -> POSIXError { POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
}

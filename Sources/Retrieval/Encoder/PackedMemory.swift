import Foundation

/// One block of memory out of which parts are cut, in order, each at the start of a cache line; all are freed together. Large blocks ask for
/// large pages, because a short query walks through all of the weights.
///
/// `@unchecked Sendable` is safe because parts are cut while one thread owns it, and what is in them is their owner's business.
final class PackedMemory: @unchecked Sendable {
    private static let line = 64
    private static let largePage = 2 << 20

    private let base: UnsafeMutableRawPointer
    private let capacity: Int
    private var used = 0

    init(capacity: Int) {
        self.capacity = capacity
        let isLarge = capacity >= Self.largePage
        base = .allocate(byteCount: capacity, alignment: isLarge ? Self.largePage : Self.line)
        #if os(Linux)
            if isLarge { madvise(base, capacity, Int32(MADV_HUGEPAGE)) }
        #endif
    }

    deinit { base.deallocate() }

    /// The next `bytes` bytes. The capacity is computed by whoever allocates: going beyond it is a mistake in this module.
    func cut(bytes: Int) -> UnsafeMutableRawPointer {
        let start = used
        used = (used + bytes + Self.line - 1) / Self.line * Self.line
        precondition(used <= capacity, "the memory of the encoder is too small")
        return base + start
    }

    func floats(_ count: Int) -> UnsafeMutablePointer<Float> {
        cut(bytes: count * MemoryLayout<Float>.stride).bindMemory(to: Float.self, capacity: count)
    }
}

/// Which passages of one unit (a segment, a vector file, or a merged run of several) may be seen: one bit for each passage, never changed
/// once it is made. A unit of which everything is visible has no mask (nil), which costs neither memory nor a test.
package struct PassageMask: Sendable, Hashable {
    /// The number of passages the mask speaks about, visible or not.
    package let size: Int
    /// The number of visible passages.
    package let count: Int
    /// Bit `i % 64` of word `i / 64` is passage `i`; bits from `size` on are zero.
    private let words: [UInt64]

    /// A mask of `size` passages (at least 0) that shows those in `visible`. The ranges may touch or overlap; what lies outside of
    /// `0..<size` is ignored.
    package init(size: Int, visible: [Range<Int>]) {
        let size = max(0, size)
        var words = [UInt64](repeating: 0, count: size / 64 + (size % 64 == 0 ? 0 : 1))
        for range in visible {
            let range = range.clamped(to: 0..<size)
            guard let last = range.last else { continue }
            let (firstWord, lastWord) = (range.lowerBound / 64, last / 64)
            let fromFirst = UInt64.max << UInt64(range.lowerBound % 64)
            let toLast = UInt64.max >> UInt64(63 - last % 64)
            if firstWord == lastWord {
                words[firstWord] |= fromFirst & toLast
            } else {
                words[firstWord] |= fromFirst
                for word in firstWord + 1..<lastWord { words[word] = .max }
                words[lastWord] |= toLast
            }
        }
        self.size = size
        self.words = words
        count = words.reduce(0) { $0 + $1.nonzeroBitCount }
    }

    /// Whether passage `index` is visible; false outside of `0..<size`.
    package func contains(_ index: Int) -> Bool {
        guard index >= 0, index < size else { return false }
        return words[index / 64] & (1 << UInt64(index % 64)) != 0
    }

    /// The bits, for the kernels: bit `i % 64` of word `i / 64` is passage `i`, and bits from `size` on are zero. The pointer is good for
    /// the call only.
    package func withWords<Result>(_ body: (UnsafeBufferPointer<UInt64>) throws -> Result) rethrows -> Result {
        try words.withUnsafeBufferPointer(body)
    }
}

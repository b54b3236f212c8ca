/// The different shingles of one part of a row, as an open-addressing table.
struct ShingleTable {
    /// Power-of-two many places; 0 is a free one.
    private var slots: [UInt64]
    /// How many different shingles there are.
    private(set) var count = 0

    /// The shingles of a part of a folded row.
    init(_ row: FoldedRow, _ range: Range<Int>) {
        var capacity = 8
        while capacity < 2 * range.count { capacity *= 2 }
        slots = Array(repeating: 0, count: capacity)
        var found = 0
        row.bytes.withUnsafeBytes { bytes in
            slots.withUnsafeMutableBufferPointer { slots in
                Shingles.forEach(bytes, in: range) { shingle in
                    var place = Self.place(shingle, slots.count)
                    while slots[place] != shingle {
                        if slots[place] == 0 {
                            slots[place] = shingle
                            found += 1
                            return
                        }
                        place = (place + 1) & (slots.count - 1)
                    }
                }
            }
        }
        count = found
    }

    /// Bytes of memory, about.
    var size: Int { 8 * slots.count }

    /// How many shingles two parts have in common.
    func common(_ other: ShingleTable) -> Int {
        let (small, large) = slots.count <= other.slots.count ? (slots, other.slots) : (other.slots, slots)
        return small.withUnsafeBufferPointer { small in
            large.withUnsafeBufferPointer { large in
                var common = 0
                for shingle in small where shingle != 0 {
                    var place = Self.place(shingle, large.count)
                    while large[place] != 0 {
                        if large[place] == shingle {
                            common += 1
                            break
                        }
                        place = (place + 1) & (large.count - 1)
                    }
                }
                return common
            }
        }
    }

    @inline(__always) private static func place(_ shingle: UInt64, _ count: Int) -> Int {
        Int(truncatingIfNeeded: (shingle &* 0x9E37_79B9_7F4A_7C15) >> 32) & (count - 1)
    }
}

import Foundation

/// Counts of very many keys in a fixed amount of memory: a count-min sketch with two places for each key, of which only the lower is raised.
/// A count is never too low until it reaches the largest, where it stays; it is too high for a key that shares both places with others.
struct CountSketch: Codable, Sendable, Equatable {
    /// Two bytes each.
    private var counts: [UInt16]

    /// `size` counters, a power of two.
    init(size: Int) { counts = [UInt16](repeating: 0, count: size) }

    /// One more of a key; gives back how many there were.
    @discardableResult
    mutating func add(_ key: UInt64) -> Int {
        let (first, second) = places(key)
        let before = min(counts[first], counts[second])
        if before < .max {
            if counts[first] == before { counts[first] = before + 1 }
            if counts[second] == before { counts[second] = before + 1 }
        }
        return Int(before)
    }

    subscript(key: UInt64) -> Int {
        let (first, second) = places(key)
        return Int(min(counts[first], counts[second]))
    }

    @inline(__always)
    private func places(_ key: UInt64) -> (Int, Int) {
        let mixed = (key ^ key >> 31) &* 0x9E37_79B9_7F4A_7C15
        let mask = UInt64(counts.count - 1)
        return (Int(truncatingIfNeeded: (mixed >> 32) & mask), Int(truncatingIfNeeded: (mixed ^ mixed >> 43) & mask))
    }

    /// Stored as the bytes of the counters, low byte first.
    init(from decoder: any Decoder) throws {
        let data = [UInt8](try decoder.singleValueContainer().decode(Data.self))
        guard data.count >= 4, data.count.nonzeroBitCount == 1 else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "The counters are not a power of two."))
        }
        counts = stride(from: 0, to: data.count, by: 2).map { UInt16(data[$0]) | UInt16(data[$0 + 1]) << 8 }
    }

    func encode(to encoder: any Encoder) throws {
        var bytes = [UInt8]()
        bytes.reserveCapacity(counts.count * 2)
        for count in counts {
            bytes.append(UInt8(count & 0xFF))
            bytes.append(UInt8(count >> 8))
        }
        var container = encoder.singleValueContainer()
        try container.encode(Data(bytes))
    }
}

import Foundation

/// Counts of very many keys in a fixed amount of memory. Keys that share a counter are counted together, so that a count is never too low
/// until it reaches the largest, where it stays.
struct CountSketch: Codable, Sendable, Equatable {
    /// Counters: 131,072 of two bytes.
    static let size = 1 << 17

    private var counts = [UInt16](repeating: 0, count: size)

    init() {}

    /// One more of a key.
    mutating func add(_ key: UInt64) {
        let index = Self.index(key)
        if counts[index] < .max { counts[index] += 1 }
    }

    subscript(key: UInt64) -> Int { Int(counts[Self.index(key)]) }

    /// Of all that was counted, the share that fell on counters that have only one: how likely the next is new.
    var newShare: Double {
        var ones = 0
        var all = 0
        for count in counts {
            all += Int(count)
            if count == 1 { ones += 1 }
        }
        return all == 0 ? 1 : Double(ones) / Double(all)
    }

    @inline(__always)
    private static func index(_ key: UInt64) -> Int { Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 47) }

    /// Stored as the bytes of the counters, low byte first.
    init(from decoder: any Decoder) throws {
        let data = try decoder.singleValueContainer().decode(Data.self)
        guard data.count == Self.size * 2 else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "The counters have another number."))
        }
        for (index, byte) in data.enumerated() { counts[index / 2] |= UInt16(byte) << (index % 2 == 0 ? 0 : 8) }
    }

    func encode(to encoder: any Encoder) throws {
        var bytes = [UInt8]()
        bytes.reserveCapacity(Self.size * 2)
        for count in counts {
            bytes.append(UInt8(count & 0xFF))
            bytes.append(UInt8(count >> 8))
        }
        var container = encoder.singleValueContainer()
        try container.encode(Data(bytes))
    }
}

/// A row with its parts folded, one behind the other, kept apart by a byte that no text in UTF-8 contains.
struct FoldedRow {
    /// What a part is to its row. A context carries its place, so that the same text in another column is another text.
    enum Part: Hashable {
        case prompt
        case completion
        case context(Int)

        /// Keeps the shingles of different parts apart.
        var tag: UInt64 {
            switch self {
            case .prompt: 0x9E37_79B9_7F4A_7C15
            case .completion: 0xC2B2_AE3D_27D4_EB4F
            case .context(let place): 0x1656_67B1_9E37_79F9 &* UInt64(2 * place + 3)
            }
        }
    }

    private static let separator: UInt8 = 0xFF
    /// Stands for a part that is not mapped, in distinction from an empty one.
    private static let missing: UInt8 = 0xFE

    private(set) var bytes: [UInt8] = []
    private(set) var parts: [(part: Part, range: Range<Int>)] = []

    /// Folds another row into the same memory.
    mutating func fold(_ row: RowText) {
        bytes.removeAll(keepingCapacity: true)
        parts.removeAll(keepingCapacity: true)
        append(row.prompt, as: .prompt)
        append(row.completion, as: .completion)
        for (place, text) in row.context.enumerated() { append(text, as: .context(place)) }
        // So that eight bytes can be read at each place of the text.
        bytes.append(contentsOf: repeatElement(Self.separator, count: 8))
    }

    private mutating func append(_ text: String?, as part: Part) {
        let start = bytes.count
        if let text {
            FoldedText.append(text, to: &bytes)
            parts.append((part, start..<bytes.count))
        } else {
            bytes.append(Self.missing)
        }
        bytes.append(Self.separator)
    }

    /// A hash of all its numbers, part by part.
    func numbers() -> UInt64 {
        bytes.withUnsafeBytes { bytes in
            parts.reduce(0) { Numbers.fingerprint(bytes, in: $1.range, from: $0 ^ $1.part.tag) }
        }
    }

    /// 128 bits that two rows share when all their parts are equal after folding. Chance makes two of a million different rows equal with a
    /// probability of 10⁻²⁷; somebody who wants to can make such rows, and would lose a row of their own table.
    func fingerprint() -> Fingerprint {
        bytes.withUnsafeBytes { source in
            var (high, low) = (UInt64(0x2D35_8DCC_AA6C_78A5), UInt64(0x8BB8_4B93_962E_ACC9))
            var place = 0
            while place + 8 <= source.count {
                let word = UInt64(littleEndian: source.loadUnaligned(fromByteOffset: place, as: UInt64.self))
                high = Mixing.fold(high ^ word, 0x9FB2_1C65_1E98_DF25)
                low = Mixing.fold(low ^ word, 0xD6E8_FEB8_6659_FD93)
                place += 8
            }
            // The separators at the end are eight bytes: whatever is left of the row was read, but for separators.
            let count = UInt64(source.count)
            return Fingerprint(high: Mixing.finish(high ^ count), low: Mixing.finish(low &+ count))
        }
    }

    struct Fingerprint: Hashable {
        let high: UInt64
        let low: UInt64
    }
}

/// Bits made even.
enum Mixing {
    /// Both halves of a product, one over the other.
    @inline(__always) static func fold(_ value: UInt64, _ factor: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: factor)
        return product.high ^ product.low
    }

    /// A bijection in which each bit depends on each (the shape of MurmurHash3's last step; Appleby, 2011).
    @inline(__always) static func finish(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed >> 32)) &* 0xD6E8_FEB8_6659_FD93
        mixed = (mixed ^ (mixed >> 29)) &* 0x9FB2_1C65_1E98_DF25
        return mixed ^ (mixed >> 32)
    }
}

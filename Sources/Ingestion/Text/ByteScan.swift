/// Searches and counts in bytes, eight at a time: the inner loops of reading and writing tables.
///
/// A word is compared with a repeated byte by the subtraction trick of "Hacker's Delight" §6-1: the lowest byte that it marks
/// is always right, those above it may be marked by a borrow, and so only the lowest is ever used.
enum ByteScan {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080
    private static let quotes = ones &* 0x22
    private static let backslashes = ones &* 0x5C
    private static let spaces = ones &* 0x20
    private static let lineFeeds = ones &* 0x0A
    private static let carriageReturns = ones &* 0x0D

    @inline(__always) private static func word(_ bytes: UnsafePointer<UInt8>, _ place: Int) -> UInt64 {
        UInt64(littleEndian: UnsafeRawPointer(bytes + place).loadUnaligned(as: UInt64.self))
    }

    @inline(__always) private static func zeros(_ word: UInt64) -> UInt64 {
        (word &- ones) & ~word & highs
    }

    /// The first place in `from..<to` of what a JSON string may not hold as it is: `"`, `\` and what is below a space; else `to`.
    @inline(__always) static func stringSpecial(_ bytes: UnsafePointer<UInt8>, _ from: Int, _ to: Int) -> Int {
        var place = from
        while place + 8 <= to {
            let word = word(bytes, place)
            let hits = zeros(word ^ quotes) | zeros(word ^ backslashes) | ((word &- spaces) & ~word & highs)
            if hits != 0 { return place + hits.trailingZeroBitCount >> 3 }
            place += 8
        }
        while place < to {
            let byte = bytes[place]
            if byte == 0x22 || byte == 0x5C || byte < 0x20 { return place }
            place += 1
        }
        return to
    }

    /// The first place in `from..<to` of `byte`, of a line feed or of a carriage return; else `to`.
    @inline(__always) static func byteOrLineEnd(_ byte: UInt8, _ bytes: UnsafePointer<UInt8>, _ from: Int, _ to: Int) -> Int {
        let wanted = ones &* UInt64(byte)
        var place = from
        while place + 8 <= to {
            let word = word(bytes, place)
            let hits = zeros(word ^ wanted) | zeros(word ^ lineFeeds) | zeros(word ^ carriageReturns)
            if hits != 0 { return place + hits.trailingZeroBitCount >> 3 }
            place += 8
        }
        while place < to {
            if bytes[place] == byte || bytes[place] == 0x0A || bytes[place] == 0x0D { return place }
            place += 1
        }
        return to
    }

    /// The first place in `from..<to` of a control character (below a space) other than tab and line feed; else `to`.
    @inline(__always) static func controlCharacter(_ bytes: UnsafePointer<UInt8>, _ from: Int, _ to: Int) -> Int {
        var place = from
        while place < to {
            if place + 8 <= to {
                let word = word(bytes, place)
                let hits = (word &- spaces) & ~word & highs
                guard hits != 0 else {
                    place += 8
                    continue
                }
                place += hits.trailingZeroBitCount >> 3
            }
            let byte = bytes[place]
            if byte < 0x20, byte != 0x09, byte != 0x0A { return place }
            place += 1
        }
        return to
    }

    /// The end of the ASCII characters that begin at `from` and are no control characters.
    @inline(__always) static func printableASCII(_ bytes: UnsafePointer<UInt8>, _ from: Int, _ to: Int) -> Int {
        var place = from
        while place + 8 <= to {
            let word = word(bytes, place)
            let hits = (word & highs) | ((word &- spaces) & ~word & highs)
            if hits != 0 { return place + hits.trailingZeroBitCount >> 3 }
            place += 8
        }
        while place < to, bytes[place] >= 0x20, bytes[place] < 0x80 { place += 1 }
        return place
    }

    /// The end of the clean UTF-8 that begins at `from`, where a scalar must begin: whole valid sequences, and no control characters
    /// but tab and line feed.
    static func cleanUTF8(_ bytes: UnsafePointer<UInt8>, _ from: Int, _ to: Int) -> Int {
        var place = from
        while place < to {
            place = printableASCII(bytes, place, to)
            guard place < to else { return place }
            let byte = bytes[place]
            if byte < 0x80 {
                guard byte == 0x0A || byte == 0x09 else { return place }
                place += 1
            } else {
                guard let length = sequenceLength(bytes, place, to) else { return place }
                place += length
            }
        }
        return place
    }

    /// The end of the valid UTF-8 that begins at `from`, where a scalar must begin, whatever characters it holds.
    static func validUTF8(_ bytes: UnsafePointer<UInt8>, _ from: Int, _ to: Int) -> Int {
        var place = from
        while place < to {
            while place + 8 <= to, word(bytes, place) & highs == 0 { place += 8 }
            while place < to, bytes[place] < 0x80 { place += 1 }
            guard place < to else { return place }
            guard let length = sequenceLength(bytes, place, to) else { return place }
            place += length
        }
        return place
    }

    /// How long the sequence of several bytes at a place is; `nil` if it is not valid (table 3-7 of the Unicode standard) or not whole.
    @inline(__always) private static func sequenceLength(_ bytes: UnsafePointer<UInt8>, _ place: Int, _ to: Int) -> Int? {
        let (first, left) = (bytes[place], to - place)
        func continues(_ index: Int) -> Bool { bytes[place + index] & 0xC0 == 0x80 }
        switch first {
        case 0xC2...0xDF:
            return left >= 2 && continues(1) ? 2 : nil
        case 0xE0...0xEF:
            guard left >= 3, continues(1), continues(2) else { return nil }
            let second = bytes[place + 1]
            return (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ? nil : 3
        case 0xF0...0xF4:
            guard left >= 4, continues(1), continues(2), continues(3) else { return nil }
            let second = bytes[place + 1]
            return (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F) ? nil : 4
        default:
            return nil
        }
    }

    /// How many sequences of several bytes begin in valid UTF-8.
    static func longSequences(_ bytes: UnsafePointer<UInt8>, _ from: Int, _ to: Int) -> Int {
        var count = 0
        var place = from
        while place + 8 <= to {
            let word = word(bytes, place)
            count += (word & (word << 1) & highs).nonzeroBitCount
            place += 8
        }
        while place < to {
            if bytes[place] >= 0xC0 { count += 1 }
            place += 1
        }
        return count
    }

    /// How many line feeds stand in `from..<to`.
    static func lineFeeds(_ bytes: UnsafePointer<UInt8>, _ from: Int, _ to: Int) -> Int {
        let sevens = ~highs
        var count = 0
        var place = from
        while place + 8 <= to {
            let word = word(bytes, place) ^ lineFeeds
            // Exact for every byte, unlike the subtraction: no carry leaves a byte.
            count += (~(((word & sevens) &+ sevens) | word | sevens)).nonzeroBitCount
            place += 8
        }
        while place < to {
            if bytes[place] == 0x0A { count += 1 }
            place += 1
        }
        return count
    }

    /// How many Unicode scalars valid UTF-8 holds: every byte counts that is no continuation.
    static func scalarCount(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        guard let base = bytes.baseAddress else { return 0 }
        var continuations = 0
        var place = 0
        while place + 8 <= bytes.count {
            let word = word(base, place)
            // A continuation has its highest bit and not the next; the shift brings that next one beside it.
            continuations += (word & ~(word << 1) & highs).nonzeroBitCount
            place += 8
        }
        while place < bytes.count {
            if base[place] & 0xC0 == 0x80 { continuations += 1 }
            place += 1
        }
        return bytes.count - continuations
    }
}

extension [UInt8] {
    /// Appends `from..<to` of the bytes at a pointer.
    @inline(__always) mutating func append(_ bytes: UnsafePointer<UInt8>, _ from: Int, _ to: Int) {
        append(contentsOf: UnsafeBufferPointer(start: bytes + from, count: to - from))
    }
}

import Foundation

/// A text as the comparison of rows reads it: NFKC, case folded, runs of white space as one space, trimmed, without the punctuation that ends it.
///
/// Two rows whose parts are equal after folding are exact duplicates. Invisible characters (soft hyphen, zero-width space, word joiner, byte
/// order mark) do not count either. Where folding would leave nothing of a text that has something ("?"), its punctuation stays.
package enum FoldedText {
    /// The folded text.
    package static func fold(_ text: String) -> String {
        var bytes = [UInt8]()
        append(text, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the folded text in UTF-8. Plain ASCII takes one pass.
    static func append(_ text: String, to bytes: inout [UInt8]) {
        var text = text
        text.withUTF8 { source in
            let start = bytes.count
            if isASCII(source) {
                appendASCII(source, to: &bytes)
            } else {
                appendAny(source, to: &bytes)
            }
            removeEnd(from: start, of: &bytes)
        }
    }

    static func isASCII(_ source: UnsafeBufferPointer<UInt8>) -> Bool {
        var all: UInt8 = 0
        for byte in source { all |= byte }
        return all < 0x80
    }

    @inline(__always) static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte &- 9 < 5 }

    @inline(__always) static func lowercase(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

    private static func appendASCII(_ source: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: source.count))
        let written = bytes.withUnsafeMutableBufferPointer { target in
            let words = UnsafeRawBufferPointer(source)
            let output = UnsafeMutableRawBufferPointer(target)
            var (place, next) = (start, 0)
            // At the start a space is as superfluous as after another one.
            var isAfterSpace = true
            while next < source.count {
                if next + 8 <= source.count,
                    let word = EightLetters(littleEndian: words.loadUnaligned(fromByteOffset: next, as: UInt64.self), isAfterSpace)
                {
                    output.storeBytes(of: word.folded.littleEndian, toByteOffset: place, as: UInt64.self)
                    isAfterSpace = word.endsWithSpace
                    place += 8
                    next += 8
                    continue
                }
                // Up to where eight letters may fit again.
                let end = min(next + 8, source.count)
                while next < end {
                    let byte = source[next]
                    next += 1
                    if isSpace(byte) {
                        // One at the end is taken away with the punctuation there.
                        if !isAfterSpace {
                            target[place] = 0x20
                            place += 1
                        }
                        isAfterSpace = true
                    } else {
                        target[place] = lowercase(byte)
                        place += 1
                        isAfterSpace = false
                    }
                }
            }
            return place
        }
        bytes.removeLast(bytes.count - written)
    }

    /// Folds scalar by scalar where that is right, and hands what may combine with its neighbours to Foundation.
    private static func appendAny(_ source: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        let start = bytes.count
        bytes.reserveCapacity(start + source.count)
        var isSpaceOwed = false
        // Where the last scalar that was written begins: what follows may combine with it.
        var last = start
        var pending = String.UnicodeScalarView()

        func write(_ scalar: Unicode.Scalar) {
            if scalar.properties.isWhitespace {
                isSpaceOwed = bytes.count > start
            } else if !isInvisible(scalar.value) {
                if isSpaceOwed {
                    bytes.append(0x20)
                    isSpaceOwed = false
                }
                last = bytes.count
                bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
        func writePending() {
            guard !pending.isEmpty else { return }
            if !isSpaceOwed, last < bytes.count {
                let before = String(decoding: bytes[last...], as: UTF8.self)
                bytes.removeSubrange(last...)
                pending.insert(contentsOf: before.unicodeScalars, at: pending.startIndex)
            }
            for scalar in slowFold(String(pending)).unicodeScalars { write(scalar) }
            pending.removeAll(keepingCapacity: true)
        }

        var decoder = UTF8Scalars(source)
        while let scalar = decoder.next() {
            if let folded = inert(scalar) {
                writePending()
                if folded < 0x80 {
                    let byte = UInt8(truncatingIfNeeded: folded)
                    if isSpace(byte) {
                        isSpaceOwed = bytes.count > start
                    } else {
                        if isSpaceOwed {
                            bytes.append(0x20)
                            isSpaceOwed = false
                        }
                        last = bytes.count
                        bytes.append(byte)
                    }
                } else if let folded = Unicode.Scalar(folded) {
                    write(folded)
                }
            } else if let scalar = Unicode.Scalar(scalar) {
                pending.append(scalar)
            }
        }
        writePending()
    }

    /// The folded form of a scalar that neither changes under NFKC nor combines with what stands before it; nil for every other.
    @inline(__always) private static func inert(_ scalar: UInt32) -> UInt32? {
        switch scalar {
        case 0..<0x80: UInt32(lowercase(UInt8(truncatingIfNeeded: scalar)))
        // Small letters of Latin-1 but for sharp s, typographic quotes and dashes.
        case 0xE0...0xF6, 0xF8...0xFE, 0x2013, 0x2014, 0x2018...0x201F: scalar
        // Capitals of Latin-1, Cyrillic capitals and their small letters.
        case 0xC0...0xD6, 0xD8...0xDE, 0x410...0x42F: scalar + 0x20
        case 0x430...0x44F: scalar
        // Kana, ideographs and Hangul syllables.
        case 0x3001...0x3002, 0x3041...0x3096, 0x30A1...0x30FA, 0x30FC, 0x4E00...0x9FFF, 0xAC00...0xD7A3: scalar
        default: nil
        }
    }

    /// Full case folding is what a text becomes in capitals and then in small letters (ß, ς and their like).
    private static func slowFold(_ text: String) -> String {
        let composed = text.precomposedStringWithCompatibilityMapping
        var folded = String.UnicodeScalarView()
        for scalar in composed.unicodeScalars {
            for capital in scalar.properties.uppercaseMapping.unicodeScalars {
                folded.append(contentsOf: capital.properties.lowercaseMapping.unicodeScalars)
            }
        }
        return String(folded).precomposedStringWithCompatibilityMapping
    }

    private static func isInvisible(_ scalar: UInt32) -> Bool {
        scalar == 0xAD || scalar == 0x200B || scalar == 0x2060 || scalar == 0xFEFF
    }

    /// Takes away the punctuation and the spaces at the end, unless nothing would be left.
    private static func removeEnd(from start: Int, of bytes: inout [UInt8]) {
        while bytes.count > start, bytes.last == 0x20 { bytes.removeLast() }
        var end = bytes.count
        while end > start {
            var first = end - 1
            while first > start, bytes[first] & 0xC0 == 0x80 { first -= 1 }
            guard isEnd(bytes[first..<end]) else { break }
            end = first
        }
        if end > start { bytes.removeLast(bytes.count - end) }
    }

    /// Whether one scalar in UTF-8 ends a sentence or a part of one, or is a space.
    private static func isEnd(_ scalar: ArraySlice<UInt8>) -> Bool {
        guard let first = scalar.first else { return false }
        if scalar.count == 1 {
            switch first {
            case 0x20, UInt8(ascii: "."), UInt8(ascii: "!"), UInt8(ascii: "?"), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: ":"):
                return true
            default: return false
            }
        }
        switch String(decoding: scalar, as: UTF8.self) {
        // Chinese and Japanese, Arabic and Urdu, Devanagari, Armenian, Ethiopic, Burmese, Khmer.
        case "。", "、", "؟", "،", "؛", "۔", "।", "॥", "։", "።", "။", "។": return true
        default: return false
        }
    }
}

/// Eight characters of ASCII at once, when none of them is superfluous white space: the ends of words cost nothing then.
private struct EightLetters {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let tops: UInt64 = 0x80 * ones

    let folded: UInt64
    let endsWithSpace: Bool

    /// Nil when there is a control character, or a space behind another one. Bytes below 0x80 never carry into their neighbour here.
    @inline(__always) init?(littleEndian word: UInt64, _ isAfterSpace: Bool) {
        let word = UInt64(littleEndian: word)
        let spaces = ~((word ^ (0x20 &* Self.ones)) &+ 0x7F &* Self.ones) & Self.tops
        guard (word &+ 0x60 &* Self.ones) & Self.tops == Self.tops, spaces & (spaces << 8 | (isAfterSpace ? 0x80 : 0)) == 0 else {
            return nil
        }
        // The top bit is set where a byte is at least "A" but not behind "Z"; a quarter of it is what makes a letter small.
        let capitals = ((word &+ 0x3F &* Self.ones) ^ (word &+ 0x25 &* Self.ones)) & Self.tops
        folded = word | capitals >> 2
        endsWithSpace = spaces >> 63 == 1
    }
}

/// The scalars of valid UTF-8.
struct UTF8Scalars {
    private let source: UnsafeBufferPointer<UInt8>
    private var place = 0

    init(_ source: UnsafeBufferPointer<UInt8>) { self.source = source }

    @inline(__always) mutating func next() -> UInt32? {
        guard place < source.count else { return nil }
        let first = UInt32(source[place])
        let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        defer { place += length }
        guard length > 1, place + length <= source.count else { return first }
        var scalar = first & (0x7F >> UInt32(length))
        for offset in 1..<length { scalar = scalar << 6 | UInt32(source[place + offset] & 0x3F) }
        return scalar
    }
}

/// The pieces of a folded part that are compared: runs of five characters, or of two where one is an ideograph, kana or a Hangul syllable.
///
/// Characters, not words: they need no idea of what a word is in Chinese or Japanese; a word changed in a row of 1 kB costs about as much
/// Jaccard similarity as it does between sets of words, while the order of the words counts; and a short row still has enough of them.
/// An ideograph says as much as two or three letters, hence the shorter run. A part too short for one run is one shingle as it is.
enum Shingles {
    /// Letters in a shingle.
    static let length = 5
    /// Characters in a shingle that begins with an ideograph, kana or a Hangul syllable.
    static let ideographLength = 2

    /// Hands over each shingle as 64 bits, the same one as often as it comes. For shingles of ASCII or of two characters, different bits mean
    /// different shingles; else two of them are the same by chance with a probability of 2⁻⁶².
    ///
    /// - Parameter bytes: a buffer that goes on for at least eight bytes after `range`.
    @inline(__always)
    static func forEach(_ bytes: UnsafeRawBufferPointer, in range: Range<Int>, _ body: (UInt64) -> Void) {
        guard !range.isEmpty else { return }
        var all: UInt8 = 0
        for place in range { all |= bytes[place] }
        if all < 0x80 {
            guard range.count >= length else { return body(short(bytes, range)) }
            for place in range.lowerBound...(range.upperBound - length) {
                body(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)) & 0xFF_FFFF_FFFF)
            }
        } else {
            forEachScalarRun(bytes, range, body)
        }
    }

    /// Fewer than five bytes, with their number above them.
    private static func short(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> UInt64 {
        range.reduce(UInt64(range.count) << 40) { $0 | UInt64(bytes[$1]) << (8 * UInt64($1 - range.lowerBound)) }
    }

    @inline(__always)
    private static func forEachScalarRun(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, _ body: (UInt64) -> Void) {
        var decoder = UTF8Scalars(UnsafeBufferPointer(rebasing: bytes.bindMemory(to: UInt8.self)[range]))
        // The next five scalars; `count` of them are there.
        var run: (UInt32, UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0, 0)
        var count = 0
        // How many scalars from the first of the run on stand in a shingle already, and whether there was one.
        var covered = 0
        while true {
            while count < length, let scalar = decoder.next() {
                switch count {
                case 0: run.0 = scalar
                case 1: run.1 = scalar
                case 2: run.2 = scalar
                case 3: run.3 = scalar
                default: run.4 = scalar
                }
                count += 1
            }
            guard count > 0 else { return }
            if count >= ideographLength, isIdeograph(run.0) {
                body(1 << 63 | UInt64(run.0) << 21 | UInt64(run.1))
                covered = max(covered, ideographLength)
            } else if count == length {
                body(key(run))
                covered = length
            } else if covered < count {
                // What no shingle holds at the end is one, with whatever follows it.
                body(key(run))
                covered = count
            }
            run = (run.1, run.2, run.3, run.4, 0)
            count -= 1
            covered = max(0, covered - 1)
        }
    }

    @inline(__always) private static func key(_ run: (UInt32, UInt32, UInt32, UInt32, UInt32)) -> UInt64 {
        if (run.0 | run.1 | run.2 | run.3 | run.4) < 0x80, run.4 > 0 {
            return UInt64(run.0) | UInt64(run.1) << 8 | UInt64(run.2) << 16 | UInt64(run.3) << 24 | UInt64(run.4) << 32
        }
        let first = UInt64(run.0) << 42 | UInt64(run.1) << 21 | UInt64(run.2)
        let second = UInt64(run.3) << 21 | UInt64(run.4)
        return Mixing.finish(first &+ Mixing.finish(second)) & (1 << 62 - 1) | 1 << 62
    }

    /// Han, kana, Hangul syllables.
    @inline(__always) private static func isIdeograph(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x3041...0x30FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xAC00...0xD7A3, 0x20000...0x323AF: true
        default: false
        }
    }
}

/// The numbers of a row: their digits, in the order in which they stand.
enum Numbers {
    /// A hash of all numbers of a part, in order. Rows whose numbers differ say different things, however near they are otherwise: "What is
    /// 2+2?" is not "What is 2+3?". Digits of every script count once they are folded; numbers written as words do not.
    ///
    /// - Parameter bytes: folded UTF-8.
    @inline(__always)
    static func fingerprint(_ bytes: UnsafeRawBufferPointer, in range: Range<Int>, from start: UInt64) -> UInt64 {
        var hash = start
        var number: UInt64 = 0
        var place = range.lowerBound
        while place < range.upperBound {
            let byte = bytes[place]
            if byte &- 0x30 < 10 {
                if number == 0, isNegative(bytes, place, range.lowerBound) { number = UInt64(minus) }
                // Not the number's value, which would overflow, but a hash that starts with 1: "07" is not "7".
                number = Mixing.fold((number | 1 << 63) ^ UInt64(byte), 0xD6E8_FEB8_6659_FD93)
                place += 1
            } else if byte < 0xD9 {
                if number != 0 {
                    hash = Mixing.finish(hash ^ number)
                    number = 0
                }
                place += 1
            } else if let digit = otherDigit(bytes, place, range.upperBound) {
                number = Mixing.fold((number | 1 << 63) ^ UInt64(digit.value), 0xD6E8_FEB8_6659_FD93)
                place += digit.length
            } else {
                if number != 0 {
                    hash = Mixing.finish(hash ^ number)
                    number = 0
                }
                place += 1
                while place < range.upperBound, bytes[place] & 0xC0 == 0x80 { place += 1 }
            }
        }
        return number != 0 ? Mixing.finish(hash ^ number) : hash
    }

    private static let minus = UInt8(ascii: "-")

    /// Whether a minus stands before the number at a place, and nothing but a space, a bracket or the beginning before that: "-20" is negative,
    /// the 20 of "10-20" is not.
    @inline(__always)
    private static func isNegative(_ bytes: UnsafeRawBufferPointer, _ place: Int, _ start: Int) -> Bool {
        var before = place - 1
        guard before >= start else { return false }
        if bytes[before] == 0x92, before - 2 >= start, bytes[before - 1] == 0x88, bytes[before - 2] == 0xE2 {
            before -= 2
        } else if bytes[before] != minus {
            return false
        }
        return before == start || bytes[before - 1] == 0x20 || bytes[before - 1] == 0x28
    }

    /// A digit that is not ASCII, as the ASCII digit of its value. NFKC has made ASCII of the wide and the raised ones.
    private static func otherDigit(_ bytes: UnsafeRawBufferPointer, _ place: Int, _ end: Int) -> (value: UInt8, length: Int)? {
        let length = bytes[place] < 0xE0 ? 2 : bytes[place] < 0xF0 ? 3 : 4
        guard place + length <= end else { return nil }
        var scalars = UTF8Scalars(UnsafeBufferPointer(rebasing: bytes.bindMemory(to: UInt8.self)[place..<place + length]))
        guard let value = scalars.next(), !(0x2000...0xA61F).contains(value), !(0xAC00...0xFFFF).contains(value),
            let scalar = Unicode.Scalar(value), scalar.properties.numericType == .decimal, let digit = scalar.properties.numericValue
        else { return nil }
        return (0x30 + UInt8(digit), length)
    }
}

/// The character encodings a file may be in.
enum TextEncoding: Equatable {
    case utf8
    case utf16LittleEndian
    case utf16BigEndian
    case windows1252
    /// UTF-8 with pieces of Windows-1252 in it, as of files that were joined: what is no UTF-8 is taken for that.
    case utf8OrWindows1252
}

/// Turns bytes into Unicode scalar values, one byte at a time, so that a piece of a file may end anywhere.
struct ScalarDecoder {
    /// What one byte led to.
    enum Step: Equatable {
        /// More bytes are needed.
        case pending
        case scalar(UInt32)
        /// One or two bytes beyond ASCII that were read as Windows-1252. `again` as below.
        case foreign(UInt32, UInt32?, again: Bool)
        /// So many bytes make no scalar. With `again` the byte just given was not one of them and must be given once more.
        case undecodable(bytes: Int, again: Bool)
    }

    private let encoding: TextEncoding
    private var value: UInt32 = 0
    private var bytesSeen = 0
    private var bytesNeeded = 0
    private var lowestNext: UInt8 = 0x80
    private var highestNext: UInt8 = 0xBF
    /// The first two bytes of the sequence of UTF-8 that has begun.
    private var begun: (UInt8, UInt8) = (0, 0)
    private var firstByte: UInt8?
    private var highSurrogate: UInt32?

    init(encoding: TextEncoding) {
        self.encoding = encoding
    }

    mutating func step(_ byte: UInt8) -> Step {
        switch encoding {
        case .utf8: stepUTF8(byte)
        case .utf16LittleEndian, .utf16BigEndian: stepUTF16(byte)
        case .windows1252: Self.stepWindows1252(byte)
        case .utf8OrWindows1252: stepMixed(byte)
        }
    }

    /// Whether the next byte begins a sequence of UTF-8, so that a run of clean text may be passed over without the decoder.
    var isBetweenUTF8: Bool { (encoding == .utf8 || encoding == .utf8OrWindows1252) && bytesNeeded == 0 }

    /// At the end of the file: how many bytes were left over.
    mutating func finish() -> Int {
        let left = bytesSeen + (firstByte == nil ? 0 : 1) + (highSurrogate == nil ? 0 : 2)
        self = ScalarDecoder(encoding: encoding)
        return left
    }

    /// UTF-8 as table 3-7 of the Unicode standard has it: the second byte's range excludes overlong forms, surrogates and
    /// values beyond U+10FFFF.
    private mutating func stepUTF8(_ byte: UInt8) -> Step {
        guard bytesNeeded > 0 else {
            lowestNext = 0x80
            highestNext = 0xBF
            switch byte {
            case 0x00...0x7F:
                return .scalar(UInt32(byte))
            case 0xC2...0xDF:
                bytesNeeded = 1
                value = UInt32(byte & 0x1F)
            case 0xE0...0xEF:
                bytesNeeded = 2
                value = UInt32(byte & 0x0F)
                if byte == 0xE0 { lowestNext = 0xA0 }
                if byte == 0xED { highestNext = 0x9F }
            case 0xF0...0xF4:
                bytesNeeded = 3
                value = UInt32(byte & 0x07)
                if byte == 0xF0 { lowestNext = 0x90 }
                if byte == 0xF4 { highestNext = 0x8F }
            default:
                return .undecodable(bytes: 1, again: false)
            }
            bytesSeen = 1
            begun.0 = byte
            return .pending
        }
        guard byte >= lowestNext, byte <= highestNext else {
            let wrong = bytesSeen
            bytesSeen = 0
            bytesNeeded = 0
            return .undecodable(bytes: wrong, again: true)
        }
        lowestNext = 0x80
        highestNext = 0xBF
        value = value << 6 | UInt32(byte & 0x3F)
        if bytesSeen == 1 { begun.1 = byte }
        bytesSeen += 1
        bytesNeeded -= 1
        if bytesNeeded > 0 { return .pending }
        bytesSeen = 0
        return .scalar(value)
    }

    private mutating func stepUTF16(_ byte: UInt8) -> Step {
        guard let first = firstByte else {
            firstByte = byte
            return .pending
        }
        let unit = encoding == .utf16LittleEndian ? UInt32(byte) << 8 | UInt32(first) : UInt32(first) << 8 | UInt32(byte)
        let isLow = (0xDC00...0xDFFF).contains(unit)
        if let high = highSurrogate {
            highSurrogate = nil
            // The first byte stays, so that the same unit is looked at afresh when its second byte comes again.
            guard isLow else { return .undecodable(bytes: 2, again: true) }
            firstByte = nil
            return .scalar(0x10000 + (high - 0xD800) << 10 + (unit - 0xDC00))
        }
        firstByte = nil
        if (0xD800...0xDBFF).contains(unit) {
            highSurrogate = unit
            return .pending
        }
        return isLow ? .undecodable(bytes: 2, again: false) : .scalar(unit)
    }

    /// What UTF-8 does not allow is read as Windows-1252 if it makes sense there: a single byte, or a letter with a mark of punctuation
    /// behind it, which begin a longer sequence by chance ("é»"). Anything else is a sequence that was cut.
    private mutating func stepMixed(_ byte: UInt8) -> Step {
        let step = stepUTF8(byte)
        guard case .undecodable(let bytes, let again) = step else { return step }
        let first = Self.windows1252(again ? begun.0 : byte)
        switch bytes {
        case 1: return first.map { .foreign($0, nil, again: again) } ?? step
        case 2 where Self.followsLetter(begun.1):
            guard let first, let second = Self.windows1252(begun.1) else { return step }
            return .foreign(first, second, again: again)
        default: return step
        }
    }

    private static func stepWindows1252(_ byte: UInt8) -> Step {
        if byte < 0x80 { return .scalar(UInt32(byte)) }
        return windows1252(byte).map { .foreign($0, nil, again: false) } ?? .undecodable(bytes: 1, again: false)
    }

    /// Whether a byte of Windows-1252 is what stands behind a letter: an ellipsis, a dash, a closing quote, a no-break space.
    private static func followsLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x85, 0x91...0x94, 0x96, 0x97, 0x99, 0xA0, 0xAB, 0xBB: true
        default: false
        }
    }

    /// The character of Windows-1252 for a byte; `nil` if it has none.
    private static func windows1252(_ byte: UInt8) -> UInt32? {
        guard (0x80...0x9F).contains(byte) else { return UInt32(byte) }
        let scalar = controls1252[Int(byte) - 0x80]
        return scalar == 0 ? nil : UInt32(scalar)
    }

    /// The 32 values in which Windows-1252 differs from ISO 8859-1, from the Unicode consortium's CP1252 table; 0 = undefined.
    private static let controls1252: [UInt16] = [
        0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
        0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178,
    ]
}

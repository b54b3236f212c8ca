/// Builds the value of a small piece of JSON that `JSONGrammar` has accepted, so that depth and syntax are settled.
struct JSONValueParser {
    private let bytes: [UInt8]
    private var place = 0

    /// The value of the whole piece. Throws `ExtractionFailure.crashed` if it is not valid after all, which would be our fault.
    static func parse(_ bytes: [UInt8]) throws -> JSONValue {
        var parser = JSONValueParser(bytes: bytes)
        return try parser.value()
    }

    static func hexValue(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 0x30...0x39: UInt32(byte - 0x30)
        case 0x41...0x46: UInt32(byte - 0x41 + 10)
        case 0x61...0x66: UInt32(byte - 0x61 + 10)
        default: nil
        }
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private mutating func value() throws -> JSONValue {
        skipSpace()
        switch try peek() {
        case 0x7B: return try object()
        case 0x5B: return try array()
        case 0x22: return .string(try string())
        case 0x74:
            place += 4
            return .boolean(true)
        case 0x66:
            place += 5
            return .boolean(false)
        case 0x6E:
            place += 4
            return .null
        default:
            let begin = place
            while place < bytes.count, "+-.0123456789eE".utf8.contains(bytes[place]) { place += 1 }
            if begin == place { throw Self.broken }
            return .number(Array(bytes[begin..<place]))
        }
    }

    private mutating func object() throws -> JSONValue {
        var members: [(key: [UInt8], value: JSONValue)] = []
        place += 1
        skipSpace()
        while try peek() != 0x7D {
            let key = try string()
            skipSpace()
            place += 1  // the colon
            members.append((key, try value()))
            try passComma()
        }
        place += 1
        return .object(members)
    }

    private mutating func array() throws -> JSONValue {
        var elements: [JSONValue] = []
        place += 1
        skipSpace()
        while try peek() != 0x5D {
            elements.append(try value())
            try passComma()
        }
        place += 1
        return .array(elements)
    }

    private mutating func string() throws -> [UInt8] {
        var text = CleanText()
        place += 1
        while true {
            let byte = try peek()
            place += 1
            switch byte {
            case 0x22:
                return text.finish()
            case 0x5C:
                let escape = try peek()
                place += 1
                switch escape {
                case 0x62, 0x66: text.append(scalar: 0x08)
                case 0x6E: text.append(scalar: 0x0A)
                case 0x72: text.append(scalar: 0x0D)
                case 0x74: text.append(scalar: 0x09)
                case 0x75: text.append(codeUnit: try codeUnit())
                default: text.append(scalar: UInt32(escape))
                }
            default:
                text.append(byte: byte)
            }
        }
    }

    private mutating func codeUnit() throws -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Self.hexValue(try peek()) else { throw Self.broken }
            value = value << 4 | digit
            place += 1
        }
        return value
    }

    private mutating func passComma() throws {
        skipSpace()
        guard try peek() == 0x2C else { return }
        place += 1
        skipSpace()
    }

    private mutating func skipSpace() {
        while place < bytes.count, JSONGrammar.isSpace(bytes[place]) { place += 1 }
    }

    private func peek() throws -> UInt8 {
        guard place < bytes.count else { throw Self.broken }
        return bytes[place]
    }

    private static let broken = ExtractionFailure.crashed("JSON that had been accepted could not be read.")
}

/// Text that is being decoded from a JSON string, under the rules that hold for every text: LF at line ends, no other
/// control characters but tab. A surrogate without its partner becomes U+FFFD.
private struct CleanText {
    private var bytes: [UInt8] = []
    private var highSurrogate: UInt32?
    private var afterReturn = false

    mutating func append(byte: UInt8) {
        endPair()
        afterReturn = false
        bytes.append(byte)
    }

    mutating func append(scalar: UInt32) {
        endPair()
        let followsReturn = afterReturn
        afterReturn = scalar == 0x0D
        switch scalar {
        case 0x0D: bytes.append(0x0A)
        case 0x0A: if !followsReturn { bytes.append(0x0A) }
        case 0x09, 0x20...: UTF8Bytes.append(scalar, to: &bytes)
        default: break
        }
    }

    mutating func append(codeUnit: UInt32) {
        switch codeUnit {
        case 0xD800...0xDBFF:
            endPair()
            highSurrogate = codeUnit
        case 0xDC00...0xDFFF:
            if let high = highSurrogate {
                highSurrogate = nil
                append(scalar: 0x10000 + (high - 0xD800) << 10 + (codeUnit - 0xDC00))
            } else {
                append(scalar: 0xFFFD)
            }
        default:
            append(scalar: codeUnit)
        }
    }

    mutating func finish() -> [UInt8] {
        endPair()
        return bytes
    }

    private mutating func endPair() {
        guard highSurrogate != nil else { return }
        highSurrogate = nil
        afterReturn = false
        UTF8Bytes.append(0xFFFD, to: &bytes)
    }
}

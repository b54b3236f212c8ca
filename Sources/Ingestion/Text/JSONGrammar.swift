/// Checks JSON (RFC 8259) one byte at a time, so that a document of any size is checked in a few bytes of memory.
///
/// It also tells where in the structure the bytes are, which is how elements and members are found in a stream.
struct JSONGrammar {
    /// What may come next.
    enum State: Equatable {
        case value
        /// After `[`: a value or `]`.
        case firstElement
        /// After `{`: a key or `}`.
        case firstKey
        case key
        case colon
        /// After a value: `,` or a closing bracket, or the end.
        case afterValue
        case string, escape
        case hexDigits(left: Int)
        case minus, zero, integer, point, fraction, exponent, exponentSign, exponentDigits
        case literal(Literal, matched: Int)
    }

    enum Literal: Equatable {
        case yes, no, null

        var letters: [UInt8] {
            switch self {
            case .yes: [0x74, 0x72, 0x75, 0x65]
            case .no: [0x66, 0x61, 0x6C, 0x73, 0x65]
            case .null: [0x6E, 0x75, 0x6C, 0x6C]
            }
        }
    }

    private(set) var state = State.value

    /// The line of the next byte, counted from 1.
    private(set) var line: Int

    /// Whether a line feed occurred inside of an array or object.
    private(set) var hasInnerLineFeed = false

    /// Whether each open bracket is an object's.
    private var open: [Bool] = []

    private var column = 1
    private var stringIsKey = false
    private let depthLimit: Int

    init(depthLimit: Int, line: Int = 1) {
        self.depthLimit = depthLimit
        self.line = line
    }

    /// How many arrays and objects are open.
    var depth: Int { open.count }

    /// Whether the next byte belongs to a string that has begun.
    var isInString: Bool {
        switch state {
        case .string, .escape, .hexDigits: true
        default: false
        }
    }

    /// Takes the next byte. Throws `ExtractionFailure.refused` with line and column if it cannot stand there.
    mutating func consume(_ byte: UInt8) throws {
        if !UTF8Bytes.beginsScalar(byte), isInString { return }
        try step(byte)
        if byte == UTF8Bytes.lineFeed {
            line += 1
            column = 1
            if depth > 0 { hasInnerLineFeed = true }
        } else {
            column += 1
        }
    }

    /// Says that there are no more bytes. Throws `ExtractionFailure.refused` if the value is not complete.
    ///
    /// - Parameter whole: what has ended, for the message.
    mutating func finish(at whole: String = "file") throws {
        switch state {
        case .zero, .integer, .fraction, .exponentDigits: state = .afterValue
        default: break
        }
        guard state == .afterValue, depth == 0 else { throw invalid("the end of the \(whole) comes too early") }
    }

    static func hexValue(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 0x30...0x39: UInt32(byte - 0x30)
        case 0x41...0x46: UInt32(byte - 0x41 + 10)
        case 0x61...0x66: UInt32(byte - 0x61 + 10)
        default: nil
        }
    }

    static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    private mutating func step(_ byte: UInt8) throws {
        switch state {
        case .string: try stepString(byte)
        case .escape:
            guard "\"\\/bfnrtu".utf8.contains(byte) else { throw unexpected(byte, "an escape such as \\n or \\u00e9") }
            state = byte == 0x75 ? .hexDigits(left: 4) : .string
        case .hexDigits(let left):
            guard JSONGrammar.hexValue(byte) != nil else { throw unexpected(byte, "a hexadecimal digit") }
            state = left == 1 ? .string : .hexDigits(left: left - 1)
        case .literal(let literal, let matched):
            guard byte == literal.letters[matched] else { throw unexpected(byte, "true, false or null") }
            state = matched + 1 == literal.letters.count ? .afterValue : .literal(literal, matched: matched + 1)
        case .minus, .zero, .integer, .point, .fraction, .exponent, .exponentSign, .exponentDigits:
            try stepNumber(byte)
        default:
            if !Self.isSpace(byte) { try stepStructure(byte) }
        }
    }

    private mutating func stepStructure(_ byte: UInt8) throws {
        switch (state, byte) {
        case (.firstElement, 0x5D), (.firstKey, 0x7D):
            close()
        case (.value, _), (.firstElement, _):
            try beginValue(byte)
        case (.firstKey, 0x22), (.key, 0x22):
            state = .string
            stringIsKey = true
        case (.firstKey, _), (.key, _):
            throw unexpected(byte, "a key in double quotes")
        case (.colon, 0x3A):
            state = .value
        case (.colon, _):
            throw unexpected(byte, "\":\"")
        default:
            try stepAfterValue(byte)
        }
    }

    private mutating func stepAfterValue(_ byte: UInt8) throws {
        guard let isObject = open.last else {
            switch byte {
            case 0x7B: throw invalid("nothing may follow the first value (a file with one object a line is named .jsonl)")
            case 0x2C: throw invalid("nothing may follow the value, not even a comma; remove it")
            default: throw invalid("nothing may follow the first value")
            }
        }
        switch byte {
        case 0x2C: state = isObject ? .key : .value
        case isObject ? 0x7D : 0x5D: close()
        default: throw unexpected(byte, isObject ? "\",\" or \"}\"" : "\",\" or \"]\"")
        }
    }

    private mutating func close() {
        open.removeLast()
        state = .afterValue
    }

    private mutating func beginValue(_ byte: UInt8) throws {
        switch byte {
        case 0x7B, 0x5B:
            if depth == depthLimit {
                throw ExtractionFailure.refused("The JSON is nested deeper than \(depthLimit) levels at line \(line), column \(column).")
            }
            open.append(byte == 0x7B)
            state = byte == 0x7B ? .firstKey : .firstElement
        case 0x22:
            state = .string
            stringIsKey = false
        case 0x2D: state = .minus
        case 0x30: state = .zero
        case 0x31...0x39: state = .integer
        case 0x74: state = .literal(.yes, matched: 1)
        case 0x66: state = .literal(.no, matched: 1)
        case 0x6E: state = .literal(.null, matched: 1)
        case 0x4E, 0x49: throw invalid("NaN and Infinity are not JSON; write null, or the word in quotes")
        default: throw unexpected(byte, "a value")
        }
    }

    private mutating func stepString(_ byte: UInt8) throws {
        switch byte {
        case 0x22: state = stringIsKey ? .colon : .afterValue
        case 0x5C: state = .escape
        case 0..<0x20: throw invalid("a string may not contain a line break or a tab; write \\n or \\t")
        default: break
        }
    }

    private mutating func stepNumber(_ byte: UInt8) throws {
        let isDigit = (0x30...0x39).contains(byte)
        switch state {
        case .minus where isDigit: state = byte == 0x30 ? .zero : .integer
        case .integer where isDigit, .fraction where isDigit, .exponentDigits where isDigit: break
        case .zero where byte == 0x2E, .integer where byte == 0x2E: state = .point
        case .point where isDigit: state = .fraction
        case .zero where byte | 0x20 == 0x65, .integer where byte | 0x20 == 0x65, .fraction where byte | 0x20 == 0x65:
            state = .exponent
        case .exponent where byte == 0x2B || byte == 0x2D: state = .exponentSign
        case .exponent where isDigit, .exponentSign where isDigit: state = .exponentDigits
        case .zero where isDigit: throw invalid("a number may not begin with 0")
        case .zero, .integer, .fraction, .exponentDigits:
            // The number has ended; this byte belongs to what follows it.
            state = .afterValue
            try step(byte)
        default: throw unexpected(byte, "a digit")
        }
    }

    private func unexpected(_ byte: UInt8, _ expected: String) -> ExtractionFailure {
        let isPrintable = (0x21...0x7E).contains(byte)
        let found = isPrintable ? "\"\(UTF8Bytes.string([byte]))\"" : byte == 0x0A ? "the end of the line" : "another character"
        return invalid("\(expected) was expected but \(found) was found")
    }

    private func invalid(_ what: String) -> ExtractionFailure {
        .refused("The JSON is invalid at line \(line), column \(column): \(what).")
    }
}

/// Writes JSON straight to bytes: an encoder that builds a tree first would be most of the time of an extraction.
enum JSONText {
    /// Appends a string literal. Only what JSON requires is escaped, so that the text stays readable.
    static func appendString(_ text: some Collection<UInt8>, to output: inout [UInt8]) {
        let done: Void? = text.withContiguousStorageIfAvailable { bytes in
            guard let base = bytes.baseAddress else { return output.append(contentsOf: [0x22, 0x22]) }
            appendString(base, 0, bytes.count, to: &output)
        }
        if done == nil { appendString(Array(text), to: &output) }
    }

    /// Appends `start..<end` of the bytes at a pointer as a string literal.
    static func appendString(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int, to output: inout [UInt8]) {
        output.append(0x22)
        var place = start
        while true {
            let special = ByteScan.stringSpecial(bytes, place, end)
            if special > place { output.append(bytes, place, special) }
            guard special < end else { break }
            appendEscape(bytes[special], to: &output)
            place = special + 1
        }
        output.append(0x22)
    }

    private static func appendEscape(_ byte: UInt8, to output: inout [UInt8]) {
        output.append(0x5C)
        switch byte {
        case 0x22, 0x5C: output.append(byte)
        case 0x0A: output.append(0x6E)
        case 0x09: output.append(0x74)
        case 0x0D: output.append(0x72)
        default: output.append(contentsOf: "u00\(byte < 16 ? "0" : "")\(String(byte, radix: 16))".utf8)
        }
    }

    /// Appends `,"key":value`.
    static func appendMember(_ key: StaticString, _ value: Int, to output: inout [UInt8]) {
        output.append(contentsOf: [0x2C, 0x22])
        output.append(contentsOf: UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount))
        output.append(contentsOf: [0x22, 0x3A])
        appendNumber(value, to: &output)
    }

    /// Appends a number in decimal.
    static func appendNumber(_ value: Int, to output: inout [UInt8]) {
        if value < 0 { return output.append(contentsOf: "\(value)".utf8) }
        let first = output.count
        var rest = value
        repeat {
            output.append(0x30 + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        output[first...].reverse()
    }
}

import Foundation

/// Decodes the inside of JSON strings that `JSONScanner` has checked.
enum JSONStrings {
    /// Appends the text of `start..<end`. A surrogate without its partner becomes U+FFFD.
    static func decode(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int, into output: inout [UInt8]) {
        var place = start
        while place < end {
            let next = memchr(bytes + place, 0x5C, end - place).map { UnsafePointer($0.assumingMemoryBound(to: UInt8.self)) - bytes } ?? end
            if next > place { output.append(bytes, place, next) }
            guard next + 1 < end else { return }
            place = next + 2
            var scalar: UInt32
            switch bytes[next + 1] {
            case 0x62: scalar = 0x08
            case 0x66: scalar = 0x0C
            case 0x6E: scalar = 0x0A
            case 0x72: scalar = 0x0D
            case 0x74: scalar = 0x09
            case 0x75:
                scalar = codeUnit(bytes, place, end) ?? 0xFFFD
                place += 4
                if scalar & 0xF800 == 0xD800 {
                    let low = scalar < 0xDC00 ? lowSurrogate(bytes, place, end) : nil
                    scalar = low.map { 0x10000 + (scalar - 0xD800) << 10 + ($0 - 0xDC00) } ?? 0xFFFD
                    if low != nil { place += 6 }
                }
            default: scalar = UInt32(bytes[next + 1])
            }
            UTF8Bytes.append(scalar, to: &output)
        }
    }

    /// Appends a value that `JSONScanner` has checked without the white space around its parts, and with the strings decoded and
    /// written again, so that equal values look equal. Numbers stay as they are.
    static func compact(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int, into output: inout [UInt8]) {
        var scanner = JSONScanner(bytes, start: start, end: end, depthLimit: 0)
        var decoded: [UInt8] = []
        while let byte = scanner.peek() {
            if byte == 0x22 {
                guard let string = scanner.string() else { return }
                if string.kind == .plainString {
                    output.append(bytes, string.start - 1, string.end + 1)
                } else {
                    decoded.removeAll(keepingCapacity: true)
                    decode(bytes, string.start, string.end, into: &decoded)
                    JSONText.appendString(decoded, to: &output)
                }
            } else {
                output.append(byte)
                scanner.move(to: scanner.place + 1)
            }
        }
    }

    private static func codeUnit(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> UInt32? {
        guard start + 4 <= end else { return nil }
        var value: UInt32 = 0
        for place in start..<(start + 4) {
            guard let digit = JSONGrammar.hexValue(bytes[place]) else { return nil }
            value = value << 4 | digit
        }
        return value
    }

    private static func lowSurrogate(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> UInt32? {
        guard start + 6 <= end, bytes[start] == 0x5C, bytes[start + 1] == 0x75, let unit = codeUnit(bytes, start + 2, end),
            (0xDC00...0xDFFF).contains(unit)
        else { return nil }
        return unit
    }
}

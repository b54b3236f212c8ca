/// Writes JSON straight to bytes: an encoder that builds a tree first would be most of the time of an extraction.
enum JSONText {
    /// Appends a string literal. Only what JSON requires is escaped, so that the text stays readable.
    static func appendString(_ text: some Collection<UInt8>, to output: inout [UInt8]) {
        output.append(0x22)
        for byte in text {
            switch byte {
            case 0x22, 0x5C:
                output.append(0x5C)
                output.append(byte)
            case 0x0A: output.append(contentsOf: [0x5C, 0x6E])
            case 0x09: output.append(contentsOf: [0x5C, 0x74])
            case 0..<0x20: output.append(contentsOf: "\\u00\(byte < 16 ? "0" : "")\(String(byte, radix: 16))".utf8)
            default: output.append(byte)
            }
        }
        output.append(0x22)
    }

    /// Appends `,"key":value`.
    static func appendMember(_ key: StaticString, _ value: Int, to output: inout [UInt8]) {
        output.append(contentsOf: ",\"\(key)\":\(value)".utf8)
    }
}

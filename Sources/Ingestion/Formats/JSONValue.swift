/// A JSON value that keeps numbers as they are written and the order of keys.
indirect enum JSONValue {
    case null
    case boolean(Bool)
    /// The digits of the source, because `1.10` is not `1.1` and a long id does not fit a floating-point number.
    case number([UInt8])
    /// Decoded, with the control characters left out that text has no use for.
    case string([UInt8])
    case array([JSONValue])
    case object([(key: [UInt8], value: JSONValue)])

    /// The value as a table cell: text as it is, `null` as no cell, nested values as compact JSON.
    var cell: [UInt8]? {
        switch self {
        case .null: return nil
        case .boolean(let value): return Array((value ? "true" : "false").utf8)
        case .number(let digits): return digits
        case .string(let text): return text
        case .array, .object:
            var output: [UInt8] = []
            appendCompact(to: &output)
            return output
        }
    }

    private func appendCompact(to output: inout [UInt8]) {
        switch self {
        case .null: output.append(contentsOf: "null".utf8)
        case .boolean(let value): output.append(contentsOf: (value ? "true" : "false").utf8)
        case .number(let digits): output.append(contentsOf: digits)
        case .string(let text): JSONText.appendString(text, to: &output)
        case .array(let elements):
            output.append(0x5B)
            for (index, element) in elements.enumerated() {
                if index > 0 { output.append(0x2C) }
                element.appendCompact(to: &output)
            }
            output.append(0x5D)
        case .object(let members):
            output.append(0x7B)
            for (index, member) in members.enumerated() {
                if index > 0 { output.append(0x2C) }
                JSONText.appendString(member.key, to: &output)
                output.append(0x3A)
                member.value.appendCompact(to: &output)
            }
            output.append(0x7D)
        }
    }
}

/// A cell as a place in the bytes of its record, so that reading a record makes no copy of anything.
struct RawCell: Sendable {
    /// What has to be done to the bytes to have the value.
    enum Kind: UInt8, Sendable {
        /// There is none.
        case null
        /// Nothing: they are the text. In JSON it may have to be escaped.
        case text
        /// The inside of a JSON string without escapes: the text, and as JSON it needs but quotes.
        case plainString
        /// The inside of a JSON string with escapes.
        case escapedString
        /// A field of CSV from its opening quote on, with doubled quotes or something behind the closing one.
        case quotedField
        /// Text that has been decoded elsewhere, where its place is.
        case decodedText
        /// Compact JSON that has been made elsewhere, where its place is.
        case decodedJSON
        /// A number, `true` or `false`, as it stands.
        case scalar
        /// An array or object of JSON, perhaps with white space.
        case nested
    }

    static let null = RawCell(kind: .null, start: 0, end: 0)

    var kind: Kind
    var start: Int
    var end: Int
}

extension RawCell {
    /// The text of a cell of JSON, decoded; what is no string as it stands.
    func text(_ bytes: UnsafePointer<UInt8>) -> String {
        guard kind == .escapedString else { return string(bytes) }
        var text: [UInt8] = []
        text.reserveCapacity(end - start)
        JSONStrings.decode(bytes, start, end, into: &text)
        return UTF8Bytes.string(text)
    }

    /// The bytes of the cell as they stand.
    func string(_ bytes: UnsafePointer<UInt8>) -> String {
        String(decoding: UnsafeBufferPointer(start: bytes + start, count: end - start), as: UTF8.self)
    }
}

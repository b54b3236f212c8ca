/// Writes the integers of a segment file: fixed widths little-endian, variable ones seven bits a byte, lowest first (LEB128).
struct ByteWriter {
    var bytes = [UInt8]()

    mutating func fixed(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func variable(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    mutating func variable(_ value: Int) { variable(UInt64(max(0, value))) }

    /// A string as its length in UTF-8 and its bytes.
    mutating func string(_ text: String) {
        variable(text.utf8.count)
        bytes.append(contentsOf: text.utf8)
    }
}

/// Reads what `ByteWriter` wrote; whatever the bytes are, it throws rather than reads outside of them.
struct ByteReader {
    private let bytes: UnsafeRawBufferPointer
    private(set) var position: Int
    private let end: Int

    /// A reader of `range` of the bytes; throws when the range does not lie in them.
    init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) throws(SegmentError) {
        guard range.lowerBound >= 0, range.upperBound <= bytes.count else { throw .corrupt("a range outside of the file") }
        self.bytes = bytes
        position = range.lowerBound
        end = range.upperBound
    }

    var isAtEnd: Bool { position == end }

    mutating func fixed<Value: FixedWidthInteger>(_ type: Value.Type) throws(SegmentError) -> Value {
        let size = MemoryLayout<Value>.size
        guard end - position >= size else { throw .corrupt("an integer cut off") }
        defer { position += size }
        return Value(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: Value.self))
    }

    mutating func variable() throws(SegmentError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while position < end, shift < 64 {
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        throw .corrupt("an integer without an end")
    }

    /// An integer up to `limit`: 2^53 unless told otherwise, so that sums of a few never overflow.
    mutating func count(limit: Int = 1 << 53) throws(SegmentError) -> Int {
        let value = try variable()
        guard value <= UInt64(limit) else { throw .corrupt("an integer out of range") }
        return Int(value)
    }

    mutating func string() throws(SegmentError) -> String {
        let count = try count()
        guard end - position >= count else { throw .corrupt("a text cut off") }
        defer { position += count }
        return String(decoding: UnsafeRawBufferPointer(rebasing: bytes[position..<position + count]), as: UTF8.self)
    }
}

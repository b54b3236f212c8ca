/// The numbers of a segment as its summary section has them.
struct SegmentSummary {
    let passageCount: Int
    let termCount: Int
    /// The sum of the passages' lengths in terms.
    let totalLength: Int
    let language: Language

    init(passageCount: Int, termCount: Int, totalLength: Int, language: Language) {
        self.passageCount = passageCount
        self.termCount = termCount
        self.totalLength = totalLength
        self.language = language
    }

    /// Reads the section at `range` of a file.
    init(_ file: UnsafeRawBufferPointer, _ range: Range<Int>) throws(SegmentError) {
        var reader = try ByteReader(file, range)
        passageCount = Int(try reader.fixed(UInt32.self))
        termCount = Int(try reader.fixed(UInt32.self))
        let total = try reader.fixed(UInt64.self)
        guard total < 1 << 40 else { throw .corrupt("the total length") }
        totalLength = Int(total)
        guard let language = Language(rawValue: try reader.string()) else { throw .corrupt("the language") }
        self.language = language
    }

    /// The section's bytes.
    var encoded: [UInt8] {
        var writer = ByteWriter()
        writer.fixed(UInt32(passageCount))
        writer.fixed(UInt32(termCount))
        writer.fixed(UInt64(totalLength))
        writer.string(language.rawValue)
        return writer.bytes
    }
}

/// Why a segment cannot be written or read.
package enum SegmentError: Error, Hashable {
    /// The file is not a segment, is cut off, or was changed; the words say where it was noticed.
    case corrupt(String)
    /// The file was written by another version of Quarry, which laid out segments differently.
    case unknownVersion(UInt32)
    /// One segment cannot hold that much; the words name the limit.
    case tooLarge(String)
    /// Segments of different languages cannot become one.
    case mixedLanguages
    /// There is no passage of that number.
    case noSuchPassage(Int)
}

/// The segment file: an immutable set of passages with its postings, of one content or merged from the segments of several.
///
/// A header of 24 bytes (magic, version, number of sections, size of the file), a table of contents of 24 bytes a section (identifier,
/// CRC-32, offset, size), the CRC-32 of both, then the sections. Integers are little-endian. A reader ignores sections it does not know, so
/// others can join the file later without a new version; a change of what is here needs one.
enum SegmentLayout {
    static let magic: [UInt8] = Array("QUARRYSG".utf8)
    static let version: UInt32 = 2
    static let headerBytes = 24
    static let entryBytes = 24
    /// More sections than this are taken for damage.
    static let maximumSections = 64

    /// The sections of version 2.
    enum Section: UInt32, CaseIterable {
        /// Passage count (u32), term count (u32), total length in terms (u64), language (string).
        case summary = 1
        /// For each passage, and once more for the end, its offset in `passages` (u64).
        case passageOffsets = 2
        /// For each passage: start, length, page + 1, row + 1, tokens (variable; 0 = none), heading count, headings, text (strings).
        case passages = 3
        /// For each passage its length in terms (u32).
        case lengths = 4
        /// For each term in order of `TermHash` and then of its bytes: the hash, its offsets in `termText` and `postings` (u32 each); once
        /// more for the end.
        case terms = 5
        /// The terms' UTF-8, one behind the other.
        case termText = 6
        /// For each term its posting list: see `PostingList`.
        case postings = 7
        /// In merged segments, what they were merged from: the number of parts, then for each its name (string) and how many passages it
        /// has (variable).
        case parts = 8
        /// For each value of the hash's first bits the number of terms before it (u32); once more for the end.
        case termDirectory = 9
        /// For each passage its length in terms, or 255 when it is more (u8): what a search reads, because it is a quarter of `lengths`.
        case shortLengths = 10

        /// Whether every segment has the section.
        var isRequired: Bool { self != .parts }
    }

    /// A section about to be written: its size and checksum are known before its bytes are.
    struct Outline {
        var identifier: UInt32
        var checksum: UInt32
        var size: Int
    }

    /// The size of header, table of contents and their checksum.
    static func headSize(sections: Int) -> Int { headerBytes + entryBytes * sections + 4 }

    /// Header, table of contents and their checksum for these sections in this order.
    static func head(_ sections: [Outline]) -> [UInt8] {
        var writer = ByteWriter()
        var offset = headSize(sections: sections.count)
        writer.bytes = magic
        writer.fixed(version)
        writer.fixed(UInt32(sections.count))
        writer.fixed(UInt64(sections.reduce(offset) { $0 + $1.size }))
        for section in sections {
            writer.fixed(section.identifier)
            writer.fixed(section.checksum)
            writer.fixed(UInt64(offset))
            writer.fixed(UInt64(section.size))
            offset += section.size
        }
        writer.fixed(writer.bytes.withUnsafeBytes { Checksum.of($0) })
        return writer.bytes
    }

    /// Where each section lies in a file; throws unless the head and, as far as `isIntact` gets to see and approves of them, the known
    /// sections are exactly as they were written. `isIntact` is given a section's place and checksum.
    static func sections(
        of file: UnsafeRawBufferPointer, isIntact: (Range<Int>, UInt32) -> Bool
    ) throws(SegmentError) -> [Section: Range<Int>] {
        guard file.count >= headerBytes, file.prefix(8).elementsEqual(magic) else { throw .corrupt("not a segment file") }
        var reader = try ByteReader(file, 8..<file.count)
        let version = try reader.fixed(UInt32.self)
        guard version == Self.version else { throw .unknownVersion(version) }
        let count = Int(try reader.fixed(UInt32.self))
        guard try reader.fixed(UInt64.self) == UInt64(file.count) else { throw .corrupt("the size of the file") }
        let headEnd = headerBytes + entryBytes * count
        guard count <= maximumSections, headEnd + 4 <= file.count else { throw .corrupt("the table of contents") }
        var end = try ByteReader(file, headEnd..<file.count)
        guard try end.fixed(UInt32.self) == Checksum.of(UnsafeRawBufferPointer(rebasing: file[..<headEnd])) else {
            throw .corrupt("the checksum of the table of contents")
        }
        var result = [Section: Range<Int>]()
        for _ in 0..<count {
            let identifier = try reader.fixed(UInt32.self)
            let checksum = try reader.fixed(UInt32.self)
            let offset = try reader.fixed(UInt64.self)
            let size = try reader.fixed(UInt64.self)
            guard offset >= UInt64(headEnd + 4), offset <= UInt64(file.count), size <= UInt64(file.count) - offset else {
                throw .corrupt("the place of a section")
            }
            guard let section = Section(rawValue: identifier) else { continue }
            let range = Int(offset)..<Int(offset + size)
            guard isIntact(range, checksum) else { throw .corrupt("the checksum of \(section)") }
            result[section] = range
        }
        for section in Section.allCases where section.isRequired && result[section] == nil {
            throw .corrupt("the section \(section) is missing")
        }
        return result
    }

    /// As above, with every checksum looked at.
    static func sections(of file: UnsafeRawBufferPointer) throws(SegmentError) -> [Section: Range<Int>] {
        try sections(of: file) { Checksum.of(UnsafeRawBufferPointer(rebasing: file[$0])) == $1 }
    }
}

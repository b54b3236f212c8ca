package import Foundation

/// One of the segments that a merged segment was made of.
package struct SegmentPart: Sendable, Hashable {
    /// What the merging caller named it.
    package var name: String
    /// Its passages' numbers in the merged segment.
    package var passages: Range<Int>
}

/// A segment file, open for reading: a small one is read into memory, a larger one mapped. Opening verifies the file as a whole, and every
/// later read stays within its bounds and throws on nonsense, so that no file whatsoever can bring the process down. The file must not be
/// changed while it is open (segments are immutable: they are replaced, never rewritten). Opening and reading passages touch the disk and
/// therefore block.
package final class Segment: Sendable {
    /// So much of a large file is verified before its pages are given back.
    private static let verifiedBytes = 4 << 20

    package let passageCount: Int
    /// The sum of the passages' lengths in terms.
    package let totalLength: Int
    package let language: Language
    package let byteSize: Int

    let termCount: Int
    private let file: MappedBytes
    private let directoryBits: Int
    private let offsets: Range<Int>
    private let passages: Range<Int>
    private let lengths: Range<Int>
    private let shortLengths: Range<Int>
    private let directory: Range<Int>
    private let terms: Range<Int>
    private let termText: Range<Int>
    private let postings: Range<Int>
    private let partList: Range<Int>?

    /// Opens a segment.
    ///
    /// - Throws: `SegmentError` for a file that is not an intact segment, `POSIXError` when it cannot be read.
    package convenience init(contentsOf url: URL) throws {
        try self.init(MappedBytes(contentsOf: url))
    }

    convenience init(_ data: Data) throws { try self.init(MappedBytes(data)) }

    private init(_ file: consuming MappedBytes) throws {
        let bytes = file.bytes
        let sections = try SegmentLayout.sections(of: bytes) { Self.isIntact(file, $0, $1) }
        func range(_ section: SegmentLayout.Section, size: Int? = nil) throws -> Range<Int> {
            guard let range = sections[section], size == nil || range.count == size else {
                throw SegmentError.corrupt("the size of \(section)")
            }
            return range
        }
        let summary = try SegmentSummary(bytes, range(.summary))
        passageCount = summary.passageCount
        totalLength = summary.totalLength
        language = summary.language
        termCount = summary.termCount
        byteSize = bytes.count
        directoryBits = TermDirectory.bits(terms: termCount)
        offsets = try range(.passageOffsets, size: (passageCount + 1) * 8)
        passages = try range(.passages)
        lengths = try range(.lengths, size: passageCount * 4)
        shortLengths = try range(.shortLengths, size: passageCount)
        directory = try range(.termDirectory, size: ((1 << directoryBits) + 1) * 4)
        terms = try range(.terms, size: (termCount + 1) * TermDirectory.entryBytes)
        termText = try range(.termText)
        postings = try range(.postings)
        partList = sections[.parts]
        self.file = file
        self.file.releasePages()
    }

    /// What a merged segment was made of, in the order of its passages; empty for one that was not merged.
    package var parts: [SegmentPart] {
        get throws {
            guard let partList else { return [] }
            var reader = try ByteReader(bytes, partList)
            let count = try reader.count(limit: partList.count)
            var parts = [SegmentPart]()
            var next = 0
            for _ in 0..<count {
                let name = try reader.string()
                let size = try reader.count(limit: passageCount - next)
                parts.append(SegmentPart(name: name, passages: next..<next + size))
                next += size
            }
            guard reader.isAtEnd, next == passageCount else { throw SegmentError.corrupt("the parts") }
            return parts
        }
    }

    /// Stops counting the pages of a mapped file as this process's memory, until they are touched again. For segments that nobody has
    /// searched for a while; searching one at the same time is safe.
    package func releasePages() { file.releasePages() }

    /// The passage of a number from 0 to `passageCount` - 1, exactly as it was appended.
    package func passage(at number: Int) throws -> Passage {
        guard number >= 0, number < passageCount else { throw SegmentError.noSuchPassage(number) }
        let range = try passageBytes(number..<number + 1)
        var reader = try ByteReader(bytes, range)
        let start = try reader.count()
        let length = try reader.count()
        let page = try reader.count()
        let row = try reader.count()
        let tokens = try reader.count()
        var headings = [String]()
        for _ in 0..<(try reader.count(limit: range.count)) { headings.append(try reader.string()) }
        let text = try reader.string()
        guard reader.isAtEnd else { throw SegmentError.corrupt("the end of a passage") }
        return Passage(
            text: text, start: start, end: start + length, page: page == 0 ? nil : page - 1, row: row == 0 ? nil : row - 1,
            headings: headings, tokens: tokens)
    }

    /// The whole file; good as long as the segment is.
    var bytes: UnsafeRawBufferPointer { file.bytes }

    /// The length of a passage in terms. The number is one of the segment's.
    func length(of passage: Int) -> Int { file.number(at: lengths.lowerBound &+ passage &* 4) }

    /// The lengths of all passages in terms (u32, little-endian).
    var lengthBytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[lengths]) }

    /// The lengths of all passages in terms, one byte each; 255 stands for 255 and more.
    var shortLengthBytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[shortLengths]) }

    /// Where the bytes of some passages lie in the file; the numbers are the segment's.
    func passageBytes(_ numbers: Range<Int>) throws(SegmentError) -> Range<Int> {
        let place = offsets.lowerBound + numbers.lowerBound * 8
        let start = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
        let end = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place + numbers.count * 8, as: UInt64.self))
        return try Self.range(start, end, in: passages)
    }

    /// The postings of a term, and in how many passages it is; nil when it is in none.
    func postings(of term: HashedTerm) throws(SegmentError) -> (cursor: PostingCursor, count: Int)? {
        let bucket = directory.lowerBound &+ (Int(term.hash >> 1) >> (31 &- directoryBits)) &* 4
        var low = file.number(at: bucket)
        var high = file.number(at: bucket &+ 4)
        guard high <= termCount else { throw .corrupt("the term directory") }
        while low < high {
            let middle = (low + high) / 2
            let hash = termHash(middle)
            if hash == term.hash {
                let text = try termBytes(middle)
                let order = term.utf8.withUnsafeBytes { TermSource.compare(text, $0) }
                if order == 0 { return try postingList(middle) }
                if order < 0 { low = middle + 1 } else { high = middle }
            } else if hash < term.hash {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return nil
    }

    /// The hash of the term of a number below `termCount`.
    func termHash(_ number: Int) -> UInt32 {
        UInt32(truncatingIfNeeded: file.number(at: terms.lowerBound &+ number &* TermDirectory.entryBytes))
    }

    /// The UTF-8 of the term of a number below `termCount`.
    func termBytes(_ number: Int) throws(SegmentError) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[try termRange(number, 4, in: termText)])
    }

    /// The postings of the term of a number below `termCount`, and in how many passages it is.
    func postingList(_ number: Int) throws(SegmentError) -> (cursor: PostingCursor, count: Int) {
        let list = try termRange(number, 8, in: postings)
        var reader = try ByteReader(bytes, list)
        let count = try reader.count(limit: passageCount)
        guard count > 0 else { throw .corrupt("an empty posting list") }
        return (PostingCursor(bytes, reader.position..<list.upperBound, count: count, passageCount: passageCount), count)
    }

    /// What the entry of a term says about its place in a section. The number is below `termCount`, and behind every entry is another.
    private func termRange(_ number: Int, _ offset: Int, in section: Range<Int>) throws(SegmentError) -> Range<Int> {
        let place = terms.lowerBound &+ number &* TermDirectory.entryBytes &+ offset
        let (start, end) = (file.number(at: place), file.number(at: place &+ TermDirectory.entryBytes))
        guard start <= end, end <= section.count else { throw .corrupt("a place outside of its section") }
        return section.lowerBound &+ start..<section.lowerBound &+ end
    }

    private static func range(_ start: UInt64, _ end: UInt64, in section: Range<Int>) throws(SegmentError) -> Range<Int> {
        guard start <= end, end <= UInt64(section.count) else { throw .corrupt("a place outside of its section") }
        return section.lowerBound + Int(start)..<section.lowerBound + Int(end)
    }

    private static func isIntact(_ file: borrowing MappedBytes, _ section: Range<Int>, _ expected: UInt32) -> Bool {
        var checksum = Checksum()
        for start in stride(from: section.lowerBound, to: section.upperBound, by: verifiedBytes) {
            checksum.add(UnsafeRawBufferPointer(rebasing: file.bytes[start..<min(start + verifiedBytes, section.upperBound)]))
            file.releasePages()
        }
        return checksum.value == expected
    }
}

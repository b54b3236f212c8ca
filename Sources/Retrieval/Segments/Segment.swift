package import Foundation

/// A segment file, open for reading: a small one is read into memory, a larger one mapped. Opening verifies the file as a whole, and every
/// later read stays within its bounds and throws on nonsense, so that no file whatsoever can bring the process down. The file must not be
/// changed while it is open (segments are immutable: they are replaced, never rewritten). Opening and reading passages touch the disk and
/// therefore block.
package final class Segment: Sendable {
    /// Larger files are mapped.
    static let mappedBytes = 64 * 1024

    package let passageCount: Int
    /// The sum of the passages' lengths in terms.
    package let totalLength: Int
    package let language: Language
    package var byteSize: Int { data.count }

    let termCount: Int
    private let data: Data
    private let offsets: Range<Int>
    private let passages: Range<Int>
    private let lengths: Range<Int>
    private let terms: Range<Int>
    private let termText: Range<Int>
    private let postings: Range<Int>

    /// Opens a segment; throws `SegmentError` for a file that is not an intact segment, and errors of the file system.
    package convenience init(contentsOf url: URL) throws {
        let size = try url.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
        try self.init(Data(contentsOf: url, options: size > Self.mappedBytes ? .alwaysMapped : []))
    }

    init(_ data: Data) throws {
        let (sections, summary) = try data.withUnsafeBytes { file in
            let sections = try SegmentLayout.sections(of: file)
            return (sections, try Summary(file, sections[.summary] ?? 0..<0))
        }
        func range(_ section: SegmentLayout.Section, size: Int? = nil) throws -> Range<Int> {
            guard let range = sections[section], size == nil || range.count == size else {
                throw SegmentError.corrupt("the size of \(section)")
            }
            return range
        }
        self.data = data
        passageCount = summary.passageCount
        totalLength = summary.totalLength
        language = summary.language
        termCount = summary.termCount
        offsets = try range(.passageOffsets, size: (passageCount + 1) * 8)
        passages = try range(.passages)
        lengths = try range(.lengths, size: passageCount * 4)
        terms = try range(.terms, size: (termCount + 1) * 8)
        termText = try range(.termText)
        postings = try range(.postings)
    }

    /// The passage of a number from 0 to `passageCount` - 1, exactly as it was appended.
    package func passage(at number: Int) throws -> Passage {
        guard number >= 0, number < passageCount else { throw SegmentError.noSuchPassage(number) }
        return try data.withUnsafeBytes { file in
            var place = try ByteReader(file, offsets.lowerBound + number * 8..<offsets.upperBound)
            let range = try Self.range(try place.fixed(UInt64.self), try place.fixed(UInt64.self), in: passages)
            var reader = try ByteReader(file, range)
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
    }

    /// Finds terms: calls `body` for each that some passage has, with its index among `wanted`, where its postings lie in the file, and in
    /// how many passages it is. All terms of a question are looked up in one call, because a search may go over thousands of small
    /// segments.
    func locate(_ wanted: [[UInt8]], _ body: (_ index: Int, _ postings: Range<Int>, _ passages: Int) -> Void) throws {
        try data.withUnsafeBytes { file in
            for (index, term) in wanted.enumerated() {
                var low = 0
                var high = termCount
                while low < high {
                    let middle = (low + high) / 2
                    let order = Self.compare(file, try slice(of: middle, from: 0, in: termText, file), term)
                    if order == 0 {
                        let list = try slice(of: middle, from: 4, in: postings, file)
                        var reader = try ByteReader(file, list)
                        let count = try reader.count(limit: passageCount)
                        if count > 0 { body(index, reader.position..<list.upperBound, count) }
                        break
                    }
                    if order < 0 { low = middle + 1 } else { high = middle }
                }
            }
        }
    }

    /// Calls `body` with the number, the term's frequency and the length in terms of each passage in a posting list, in order.
    func forEachPosting(in range: Range<Int>, count: Int, _ body: (_ passage: Int, _ frequency: Int, _ length: Int) -> Void) throws {
        try data.withUnsafeBytes { file in
            var reader = try ByteReader(file, range)
            var passage = 0
            for index in 0..<count {
                let distance = try reader.count(limit: passageCount)
                guard index == 0 || distance > 0 else { throw SegmentError.corrupt("the order of postings") }
                passage += distance
                let frequency = try reader.count(limit: Int(UInt32.max))
                guard passage < passageCount, frequency > 0 else { throw SegmentError.corrupt("a posting out of range") }
                let length = file.loadUnaligned(fromByteOffset: lengths.lowerBound + passage * 4, as: UInt32.self)
                body(passage, frequency, Int(UInt32(littleEndian: length)))
            }
        }
    }

    /// What the term of a number has in `section`: its text (`from` 0) or its postings (`from` 4). The number is below `termCount`, whose
    /// entries the size of the section was checked for.
    private func slice(of number: Int, from: Int, in section: Range<Int>, _ file: UnsafeRawBufferPointer) throws -> Range<Int> {
        let place = terms.lowerBound + number * 8 + from
        let start = UInt32(littleEndian: file.loadUnaligned(fromByteOffset: place, as: UInt32.self))
        let end = UInt32(littleEndian: file.loadUnaligned(fromByteOffset: place + 8, as: UInt32.self))
        return try Self.range(UInt64(start), UInt64(end), in: section)
    }

    private static func range(_ start: UInt64, _ end: UInt64, in section: Range<Int>) throws -> Range<Int> {
        guard start <= end, end <= UInt64(section.count) else { throw SegmentError.corrupt("an offset out of range") }
        return section.lowerBound + Int(start)..<section.lowerBound + Int(end)
    }

    /// Negative, zero or positive as the bytes of the file sort before, at or after the term.
    private static func compare(_ file: UnsafeRawBufferPointer, _ range: Range<Int>, _ term: [UInt8]) -> Int {
        let common = min(range.count, term.count)
        for index in 0..<common {
            let (left, right) = (file[range.lowerBound + index], term[index])
            if left != right { return left < right ? -1 : 1 }
        }
        return range.count - term.count
    }

    private struct Summary {
        let passageCount: Int
        let termCount: Int
        let totalLength: Int
        let language: Language

        init(_ file: UnsafeRawBufferPointer, _ range: Range<Int>) throws {
            var reader = try ByteReader(file, range)
            passageCount = Int(try reader.fixed(UInt32.self))
            termCount = Int(try reader.fixed(UInt32.self))
            let total = try reader.fixed(UInt64.self)
            guard total < 1 << 40 else { throw SegmentError.corrupt("the total length") }
            totalLength = Int(total)
            guard let language = Language(rawValue: try reader.string()) else { throw SegmentError.corrupt("the language") }
            self.language = language
        }
    }
}

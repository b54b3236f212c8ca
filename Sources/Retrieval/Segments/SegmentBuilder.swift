package import Foundation

/// What a written segment holds.
package struct SegmentStatistics: Sendable, Hashable {
    package var passages: Int
    /// Distinct terms.
    package var terms: Int
    /// The sum of the passages' lengths in terms.
    package var totalLength: Int
    package var language: Language
    package var bytes: Int
}

/// Builds one segment: passages go in one after the other, the file comes out. Texts wait in a temporary file once they are many; postings
/// are kept in memory, compressed. The calls write files and therefore block. A copy
/// shares the temporary file: use one value only.
package struct SegmentBuilder {
    /// More passages than this in one content are refused.
    package static let maximumPassages = 5_000_000
    /// The language is detected from the first passages up to this many scalars.
    static let languageSampleScalars = 10_000

    private struct PostingList {
        var bytes = ByteWriter()
        var count: UInt32 = 0
        var last: UInt32 = 0
    }

    private let limit: Int
    private var analyzer: TextAnalyzer?
    private var language = Language.english
    /// Passages that wait for the language to be known.
    private var waiting = [Passage]()
    private var waitingScalars = 0
    private var terms = [String: Int]()
    private var postings = [PostingList]()
    private var lengths = ByteWriter()
    private var offsets = ByteWriter()
    private var passageCount = 0
    private var totalLength = 0
    private let spool = PassageSpool()

    /// A builder for one content. Without a language it is detected from the first passages.
    package init(language: Language? = nil) {
        self.init(language: language, limit: Self.maximumPassages)
    }

    init(language: Language?, limit: Int) {
        self.limit = limit
        if let language { use(language) }
    }

    /// Adds the next passage; its number in the segment is the count of those before it. Throws `SegmentError.tooLarge` beyond the limit,
    /// and errors of the file system.
    package mutating func append(_ passage: Passage) throws {
        guard passageCount + waiting.count < limit else { throw SegmentError.tooLarge("\(limit) passages in one content") }
        if analyzer != nil { return try index(passage) }
        waiting.append(passage)
        waitingScalars += passage.end - passage.start
        if waitingScalars >= Self.languageSampleScalars { try settleLanguage() }
    }

    /// Writes the segment, completely or not at all, in place of what is at `url`. Nothing may be appended afterwards.
    package mutating func write(to url: URL) throws -> SegmentStatistics {
        try settleLanguage()
        let sorted = terms.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        var index = ByteWriter()
        var text = ByteWriter()
        var lists = ByteWriter()
        for (term, number) in sorted {
            index.fixed(UInt32(truncatingIfNeeded: text.bytes.count))
            index.fixed(UInt32(truncatingIfNeeded: lists.bytes.count))
            text.bytes.append(contentsOf: term.utf8)
            lists.variable(UInt64(postings[number].count))
            lists.bytes.append(contentsOf: postings[number].bytes.bytes)
            postings[number].bytes.bytes = []
        }
        guard text.bytes.count <= Int(UInt32.max), lists.bytes.count <= Int(UInt32.max) else {
            throw SegmentError.tooLarge("4 GiB of postings")
        }
        index.fixed(UInt32(text.bytes.count))
        index.fixed(UInt32(lists.bytes.count))
        offsets.fixed(UInt64(spool.count))
        var summary = ByteWriter()
        summary.fixed(UInt32(passageCount))
        summary.fixed(UInt32(sorted.count))
        summary.fixed(UInt64(totalLength))
        summary.string(language.rawValue)
        let before: [(SegmentLayout.Section, [UInt8])] = [
            (.summary, summary.bytes), (.passageOffsets, offsets.bytes), (.lengths, lengths.bytes), (.terms, index.bytes),
            (.termText, text.bytes), (.postings, lists.bytes),
        ]
        var outlines = before.map { section, bytes in
            SegmentLayout.Outline(identifier: section.rawValue, checksum: bytes.withUnsafeBytes { Checksum.of($0) }, size: bytes.count)
        }
        outlines.append(.init(identifier: SegmentLayout.Section.passages.rawValue, checksum: spool.checksumValue, size: spool.count))
        let head = SegmentLayout.head(outlines)
        try write([head] + before.map(\.1), to: url)
        return SegmentStatistics(
            passages: passageCount, terms: sorted.count, totalLength: totalLength, language: language,
            bytes: head.count + outlines.reduce(0) { $0 + $1.size })
    }

    private func write(_ pieces: [[UInt8]], to url: URL) throws {
        let partial = url.appendingPathExtension("partial")
        try Data().write(to: partial)
        let output = try FileHandle(forWritingTo: partial)
        do {
            for piece in pieces { try output.write(contentsOf: Data(piece)) }
            try spool.copy(to: output)
            try output.synchronize()
            try output.close()
            guard rename(partial.path, url.path) == 0 else { throw CocoaError(.fileWriteUnknown) }
        } catch {
            try? FileManager.default.removeItem(at: partial)
            throw error
        }
    }

    private mutating func use(_ language: Language) {
        self.language = language
        analyzer = TextAnalyzer(language: language)
    }

    private mutating func settleLanguage() throws {
        guard analyzer == nil else { return }
        use(Language.detect(waiting.map(\.text).joined(separator: "\n")))
        let passages = waiting
        waiting = []
        for passage in passages { try index(passage) }
    }

    private mutating func index(_ passage: Passage) throws {
        guard let analyzer else { return }
        var frequencies = [Int: UInt64]()
        var length = 0
        for text in passage.headings + [passage.text] {
            for term in analyzer.terms(text) {
                length += 1
                if let number = terms[term] {
                    frequencies[number, default: 0] += 1
                } else {
                    terms[term] = postings.count
                    frequencies[postings.count] = 1
                    postings.append(PostingList())
                }
            }
        }
        let number = UInt32(passageCount)
        for (term, frequency) in frequencies {
            postings[term].bytes.variable(UInt64(number - postings[term].last))
            postings[term].bytes.variable(frequency)
            postings[term].last = number
            postings[term].count += 1
        }
        lengths.fixed(UInt32(length))
        totalLength += length
        passageCount += 1
        offsets.fixed(UInt64(spool.count))
        try spool.append(Self.encoded(passage))
    }

    private static func encoded(_ passage: Passage) -> [UInt8] {
        var writer = ByteWriter()
        writer.variable(passage.start)
        writer.variable(passage.end - passage.start)
        writer.variable(passage.page.map { $0 + 1 } ?? 0)
        writer.variable(passage.row.map { $0 + 1 } ?? 0)
        writer.variable(passage.tokens)
        writer.variable(passage.headings.count)
        for heading in passage.headings { writer.string(heading) }
        writer.string(passage.text)
        return writer.bytes
    }
}

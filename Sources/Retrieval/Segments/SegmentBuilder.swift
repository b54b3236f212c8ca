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
/// are kept in memory, compressed. The calls write files and therefore block. A copy shares the temporary file: use one value only.
package struct SegmentBuilder {
    /// More passages than this in one segment are refused.
    package static let maximumPassages = 5_000_000
    /// The language is detected from the first passages up to this many scalars.
    static let languageSampleScalars = 10_000

    private let limit: Int
    private var analyzer: TextAnalyzer?
    private var language = Language.english
    /// Passages that wait for the language to be known.
    private var waiting = [Passage]()
    private var waitingScalars = 0
    private var terms = [String: Int]()
    private var postings = [PostingList]()
    private var lengths = ByteWriter()
    private var shortLengths = [UInt8]()
    private var offsets = ByteWriter()
    private var passageCount = 0
    private var totalLength = 0
    private let spool = ByteSpool()

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
        guard passageCount + waiting.count < limit else { throw SegmentError.tooLarge("\(limit) passages in one segment") }
        if analyzer != nil { return try index(passage) }
        waiting.append(passage)
        waitingScalars += passage.end - passage.start
        if waitingScalars >= Self.languageSampleScalars { try settleLanguage() }
    }

    /// Writes the segment, completely or not at all, in place of what is at `url`. Nothing may be appended afterwards.
    package mutating func write(to url: URL) throws -> SegmentStatistics {
        try settleLanguage()
        let writer = try SegmentWriter(to: url, sections: 9)
        do {
            offsets.fixed(UInt64(spool.count))
            try writer.write(.passageOffsets, offsets.bytes)
            try writer.write(.lengths, lengths.bytes)
            try writer.write(.shortLengths, shortLengths)
            var sorted = terms.map { (hash: TermHash.of($0.key.utf8), term: $0.key, number: $0.value) }
            sorted.sort {
                $0.hash != $1.hash ? $0.hash < $1.hash : $0.term.utf8.lexicographicallyPrecedes($1.term.utf8)
            }
            var directory = TermDirectory()
            for (hash, term, number) in sorted {
                try directory.append(hash, term.utf8, postings[number], to: writer)
                postings[number] = PostingList()
            }
            try directory.write(to: writer)
            let summary = SegmentSummary(
                passageCount: passageCount, termCount: sorted.count, totalLength: totalLength, language: language)
            try writer.write(.summary, summary.encoded)
            try writer.write(.passages, spool)
            return SegmentStatistics(
                passages: passageCount, terms: sorted.count, totalLength: totalLength, language: language, bytes: try writer.finish())
        } catch {
            writer.abandon()
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
        var frequencies = [Int: Int]()
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
        for (term, frequency) in frequencies { postings[term].append(passage: passageCount, frequency: frequency) }
        lengths.fixed(UInt32(length))
        shortLengths.append(UInt8(clamping: length))
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

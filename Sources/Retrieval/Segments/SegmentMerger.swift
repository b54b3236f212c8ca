package import Foundation

/// Makes one segment of several: the passages of all, in the order of the parts, as if they had been appended to one builder. Lists of
/// passages and postings are copied from file to file; in memory are four bytes for each distinct term, some dozen for each part, and the
/// postings of one term at a time.
package enum SegmentMerger {
    /// More parts than this in one segment are refused.
    package static let maximumParts = 1_000_000
    /// Bytes of UTF-8 that the name of a part may have.
    package static let maximumNameBytes = 256

    /// Writes the merged segment, completely or not at all, in place of what is at `url`. Its `parts` say what it was made of, by the names
    /// given here; a part that is itself merged counts as the parts it was made of, and its own name is dropped. Blocks.
    ///
    /// - Throws: `SegmentError.mixedLanguages`, `.tooLarge` beyond a limit, `.corrupt` for a damaged part, and errors of the file system.
    @discardableResult
    package static func merge(_ parts: [(name: String, segment: Segment)], to url: URL) throws -> SegmentStatistics {
        try merge(parts, to: url, passageLimit: SegmentBuilder.maximumPassages, partLimit: maximumParts)
    }

    static func merge(
        _ parts: [(name: String, segment: Segment)], to url: URL, passageLimit: Int, partLimit: Int
    ) throws -> SegmentStatistics {
        let segments = parts.map(\.segment)
        let language = segments.first?.language ?? .english
        guard segments.allSatisfy({ $0.language == language }) else { throw SegmentError.mixedLanguages }
        let passageCount = segments.reduce(0) { $0 + $1.passageCount }
        guard passageCount <= passageLimit else { throw SegmentError.tooLarge("\(passageLimit) passages in one segment") }
        let totalLength = segments.reduce(0) { $0 + $1.totalLength }
        let names = try names(of: parts, limit: partLimit)
        let writer = try SegmentWriter(to: url, sections: 10)
        do {
            try copyPassageTables(of: segments, to: writer)
            let termCount = try mergeTerms(of: segments, to: writer)
            let summary = SegmentSummary(passageCount: passageCount, termCount: termCount, totalLength: totalLength, language: language)
            try writer.write(.summary, summary.encoded)
            for segment in segments {
                try writer.append(passages(of: segment))
                segment.releasePages()
            }
            writer.end(.passages)
            try writer.write(.parts, names)
            return SegmentStatistics(
                passages: passageCount, terms: termCount, totalLength: totalLength, language: language, bytes: try writer.finish())
        } catch {
            writer.abandon()
            throw error
        }
    }

    private static func names(of parts: [(name: String, segment: Segment)], limit: Int) throws -> [UInt8] {
        var count = 0
        var list = ByteWriter()
        func append(_ name: String, _ passages: Int) throws {
            count += 1
            guard count <= limit else { throw SegmentError.tooLarge("\(limit) parts in one segment") }
            guard name.utf8.count <= maximumNameBytes else { throw SegmentError.tooLarge("\(maximumNameBytes) bytes in a part's name") }
            list.string(name)
            list.variable(passages)
        }
        for (name, segment) in parts {
            let own = try segment.parts
            if own.isEmpty { try append(name, segment.passageCount) }
            for part in own { try append(part.name, part.passages.count) }
        }
        var section = ByteWriter()
        section.variable(count)
        return section.bytes + list.bytes
    }

    private static func passages(of segment: Segment) throws -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: segment.bytes[try segment.passageBytes(0..<segment.passageCount)])
    }

    private static func copyPassageTables(of segments: [Segment], to writer: SegmentWriter) throws {
        var base = 0
        for segment in segments {
            let whole = try segment.passageBytes(0..<segment.passageCount)
            var offsets = ByteWriter()
            for number in 0..<segment.passageCount {
                let bytes = try segment.passageBytes(number..<number + 1)
                guard bytes.lowerBound >= whole.lowerBound else { throw SegmentError.corrupt("the order of passages") }
                offsets.fixed(UInt64(base + bytes.lowerBound - whole.lowerBound))
                if offsets.bytes.count >= 1 << 16 {
                    try writer.append(offsets.bytes)
                    offsets.bytes.removeAll(keepingCapacity: true)
                }
            }
            try writer.append(offsets.bytes)
            base += whole.count
        }
        var end = ByteWriter()
        end.fixed(UInt64(base))
        try writer.append(end.bytes)
        writer.end(.passageOffsets)
        for segment in segments { try writer.append(segment.lengthBytes) }
        writer.end(.lengths)
        for segment in segments { try writer.append(segment.shortLengthBytes) }
        writer.end(.shortLengths)
    }

    /// Merges the terms and their postings; returns how many different terms there are.
    private static func mergeTerms(of segments: [Segment], to writer: SegmentWriter) throws -> Int {
        var queue = TermQueue(segments)
        var directory = TermDirectory()
        var list = PostingList()
        while let (hash, sources) = try queue.next(of: segments) {
            var term = sources[0].term
            for source in sources {
                if TermSource.compare(source.term, term) != 0 {
                    try directory.append(hash, term, list, to: writer)
                    list.removeAll()
                    term = source.term
                }
                let (cursor, count) = try segments[source.part].postingList(source.number)
                try list.append(cursor, count, base: queue.bases[source.part])
            }
            try directory.append(hash, term, list, to: writer)
            list.removeAll()
        }
        try directory.write(to: writer)
        return directory.count
    }
}

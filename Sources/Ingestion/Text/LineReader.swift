/// One line of a file without its line feed.
struct Line {
    var bytes: [UInt8]
    /// False only for a last line that nothing ends.
    var endsWithLineFeed: Bool
    /// Counted from 1.
    var number: Int
}

/// Cuts what a source delivers into lines; no more than one line and one piece are in memory.
struct LineReader<Source: ChunkSource> {
    /// The source, for what it knows at the end (such as the replaced bytes).
    private(set) var source: Source

    private let limit: Int
    private var chunk: ArraySlice<UInt8> = []
    private var number = 0

    /// - Parameter limit: the most bytes a line may have.
    init(_ source: Source, limit: Int) {
        self.source = source
        self.limit = limit
    }

    /// The next line; `nil` at the end. Throws `ExtractionFailure.refused` for a line over the limit.
    mutating func next() throws -> Line? {
        var bytes: [UInt8] = []
        var hasContent = false
        while true {
            if chunk.isEmpty {
                guard let more = try source.next() else { break }
                chunk = more[...]
            }
            hasContent = true
            let end = chunk.firstIndex(of: UTF8Bytes.lineFeed)
            bytes.append(contentsOf: chunk[chunk.startIndex..<(end ?? chunk.endIndex)])
            if bytes.count > limit {
                throw ExtractionFailure.refused("Line \(number + 1) is longer than \(limit) bytes. Break it into shorter lines.")
            }
            if let end {
                chunk = chunk[(end + 1)...]
                number += 1
                return Line(bytes: bytes, endsWithLineFeed: true, number: number)
            }
            chunk = []
        }
        guard hasContent else { return nil }
        number += 1
        return Line(bytes: bytes, endsWithLineFeed: false, number: number)
    }
}

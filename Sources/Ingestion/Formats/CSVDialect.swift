/// Which character divides the cells of a file, found by trying each on its beginning.
struct CSVDialect: Equatable {
    /// Comma, semicolon, tab or vertical bar.
    var delimiter: UInt8

    /// Whether the first line is Excel's `sep=;`, which names the delimiter and is no header.
    var hasSeparatorLine: Bool

    /// How much of the file is tried.
    static let sampleBytes = 64 << 10

    /// The length of a line that names the delimiter, without its end.
    static let separatorLineBytes = 5

    private static let candidates = Array(",;\t|".utf8)

    /// - Parameters:
    ///   - sample: the beginning of the text.
    ///   - isWhole: whether it is all of it; else its last record may be cut and does not count.
    init(sample: [UInt8], isWhole: Bool, limits: ExtractionLimits) {
        let firstLine = sample.prefix { $0 != UTF8Bytes.lineFeed && $0 != UTF8Bytes.carriageReturn }
        if firstLine.count == Self.separatorLineBytes, firstLine.starts(with: "sep=".utf8), let last = firstLine.last,
            Self.candidates.contains(last)
        {
            self.init(delimiter: last, hasSeparatorLine: true)
            return
        }
        var best = (delimiter: Self.candidates[0], agreement: 0.0, cells: 1)
        for candidate in Self.candidates {
            let counts = Self.cellCounts(of: sample, isWhole: isWhole, delimiter: candidate, limits: limits)
            guard let header = counts.first, header > 1 else { continue }
            let agreement = Double(counts.count { $0 == header }) / Double(counts.count)
            if (agreement, header) > (best.agreement, best.cells) { best = (candidate, agreement, header) }
        }
        self.init(delimiter: best.delimiter, hasSeparatorLine: false)
    }

    private init(delimiter: UInt8, hasSeparatorLine: Bool) {
        self.delimiter = delimiter
        self.hasSeparatorLine = hasSeparatorLine
    }

    private static func cellCounts(of sample: [UInt8], isWhole: Bool, delimiter: UInt8, limits: ExtractionLimits) -> [Int] {
        var counts: [Int] = []
        var scanner = CSVScanner(delimiter: delimiter, limits: limits)
        sample.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return }
            var place = 0
            // A fault here only ends the sample: the real reading reports it with the delimiter that was chosen.
            while place < bytes.count {
                switch scanner.scan(base, start: place, end: bytes.count, isWhole: isWhole) {
                case .record(let end, _):
                    counts.append(scanner.cells.count)
                    place = end
                case .blank(let end): place = end
                case .incomplete where counts.isEmpty: return counts.append(scanner.cells.count)
                case .incomplete, .tooManyCells: return
                }
            }
        }
        return counts
    }
}

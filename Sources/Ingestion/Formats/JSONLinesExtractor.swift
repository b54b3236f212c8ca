/// JSON Lines: one object a line. Blank lines are no records.
struct JSONLinesExtractor {
    private var table: TableWriter
    private let limits: ExtractionLimits
    private var records: RecordReader

    init(table: TableWriter, limits: ExtractionLimits) {
        self.table = table
        self.limits = limits
        records = RecordReader(limits: limits)
    }

    /// Writes every record of the text.
    consuming func extract(_ source: TextSource) throws -> ExtractionSummary {
        var lines = LineWindow(source, limit: limits.lineBytes)
        while let line = try lines.next() {
            try lines.window.bytes.withUnsafeBufferPointer { bytes in
                guard let base = bytes.baseAddress, !UTF8Bytes.isBlank(bytes[line]) else { return }
                try read(base, line, number: lines.number)
            }
        }
        if table.rows == 0 { throw ExtractionFailure.empty("The file holds no records: every line is blank.") }
        return try table.finish(decoding: lines.window.source.report)
    }

    private mutating func read(_ bytes: UnsafePointer<UInt8>, _ line: Range<Int>, number: Int) throws {
        let rest = UnsafeBufferPointer(start: bytes + line.lowerBound, count: line.count)
        // The cheap reading would write a record before it saw what follows it on its line.
        if let end = try records.read(bytes, start: line.lowerBound, end: line.upperBound, outerDepth: 0, line: number, into: &table),
            UTF8Bytes.isBlank(UnsafeBufferPointer(start: bytes + end, count: line.upperBound - end))
        {
            return
        }
        var grammar = JSONGrammar(depthLimit: limits.jsonDepth, line: number)
        for byte in rest { try grammar.consume(byte) }
        try grammar.finish(at: "line")
        throw ExtractionFailure.refused("Line \(number) is not a JSON object. Each line must look like {\"name\": \"value\"}.")
    }
}

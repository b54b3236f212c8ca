import Foundation

/// JSON Lines: one object a line, read once for the columns and once for the rows.
struct JSONLinesExtractor {
    let writer: ArtefactWriter
    let directory: URL
    let limits: ExtractionLimits

    /// - Parameter open: starts the text from its beginning.
    func extract(_ open: () throws -> TextSource) throws -> ExtractionSummary {
        var columns = RecordColumns()
        var records = 0
        _ = try forEachRecord(open()) { record, line in
            records += 1
            try columns.add(record, line: line, limits: limits)
        }
        if records == 0 { throw ExtractionFailure.refused("The file holds no records: every line is blank.") }
        let names = try ColumnNames.make(columns.keys, limits: limits)
        var table = try TableWriter(writer: writer, directory: directory, columns: names, limits: limits)
        let source = try forEachRecord(open()) { record, line in
            try table.append(columns.cells(of: record), line: line)
        }
        return try table.finish(replacedBytes: source.replacedBytes)
    }

    private func forEachRecord(
        _ source: TextSource, _ body: ([(key: [UInt8], value: JSONValue)], _ line: Int) throws -> Void
    ) throws -> TextSource {
        var lines = LineReader(source, limit: limits.lineBytes)
        while let line = try lines.next() {
            if UTF8Bytes.isBlank(line.bytes) { continue }
            var grammar = JSONGrammar(depthLimit: limits.jsonDepth, line: line.number)
            for byte in line.bytes { try grammar.consume(byte) }
            try grammar.finish(at: "line")
            guard case .object(let record) = try JSONValueParser.parse(line.bytes) else {
                throw ExtractionFailure.refused("Line \(line.number) is not a JSON object. Each line must look like {\"name\": \"value\"}.")
            }
            try body(record, line.number)
        }
        return lines.source
    }
}

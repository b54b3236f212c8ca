import Foundation

/// CSV with a header row: finds the delimiter, names the columns, and writes each record as a row.
struct CSVExtractor {
    let writer: ArtefactWriter
    let directory: URL
    let limits: ExtractionLimits

    /// Reads the file twice: its beginning to find the delimiter, then all of it.
    ///
    /// - Parameter open: starts the text from its beginning.
    func extract(_ open: () throws -> TextSource) throws -> ExtractionSummary {
        let dialect = try Self.dialect(open(), limits: limits)
        var table: TableWriter?
        var columnCount = 0
        var skipsRecord = dialect.hasSeparatorLine
        let consume: (CSVRecord) throws -> Void = { record in
            if skipsRecord {
                skipsRecord = false
                return
            }
            guard table != nil else {
                let columns = try ColumnNames.make(record.fields, limits: limits)
                columnCount = columns.count
                table = try TableWriter(writer: writer, directory: directory, columns: columns, limits: limits)
                return
            }
            if record.fields.count > columnCount {
                throw ExtractionFailure.refused(Self.tooManyCells(record, columnCount, dialect.delimiter))
            }
            try table?.append(record.fields, line: record.line)
        }

        var source = try open()
        var parser = CSVParser(delimiter: dialect.delimiter, limits: limits)
        while let chunk = try source.next() { try parser.consume(chunk, record: consume) }
        try parser.finish(record: consume)
        guard let table else { throw ExtractionFailure.refused("The file has no header row: it holds nothing but blank lines.") }
        return try table.finish(replacedBytes: source.replacedBytes)
    }

    private static func dialect(_ source: TextSource, limits: ExtractionLimits) throws -> CSVDialect {
        var source = source
        var sample: [UInt8] = []
        while sample.count < CSVDialect.sampleBytes {
            guard let chunk = try source.next() else { return CSVDialect(sample: sample, isWhole: true, limits: limits) }
            sample.append(contentsOf: chunk)
        }
        return CSVDialect(sample: sample, isWhole: false, limits: limits)
    }

    private static func tooManyCells(_ record: CSVRecord, _ columns: Int, _ delimiter: UInt8) -> String {
        let name = delimiter == 0x09 ? "a tab" : "\"\(UTF8Bytes.string([delimiter]))\""
        return "Line \(record.line) has \(record.fields.count) cells, but the header has \(columns). "
            + "Put cells that contain \(name) in double quotes, or remove the cells that are too many."
    }
}

/// CSV with a header row: finds the delimiter, names the columns, and writes each record as a row.
///
/// A record with fewer cells than the header is filled with null and reported; one with more is refused, unless the cells that are too
/// many are empty, as spreadsheets leave them at the end of lines. Columns at the end of the header that have no name are there only if
/// some record has a value in them.
struct CSVExtractor {
    private var table: TableWriter
    private let limits: ExtractionLimits
    private var delimiter: UInt8 = 0x2C
    private var line = 1
    /// The header, once it has been read.
    private var header: [[UInt8]]?
    private var shortRows = ExtractionSummary.ShortRows(count: 0, firstLines: [])

    init(table: TableWriter, limits: ExtractionLimits) {
        self.table = table
        self.limits = limits
    }

    /// Writes every record of the text.
    consuming func extract(_ source: TextSource) throws -> ExtractionSummary {
        var window = ByteWindow(source)
        try chooseDelimiter(&window)
        var scanner = CSVScanner(delimiter: delimiter, limits: limits)
        var isWhole = false
        while true {
            let (start, end) = (window.start, window.bytes.count)
            if start == end, isWhole { break }
            let used = try window.bytes.withUnsafeBufferPointer { bytes in
                guard let base = bytes.baseAddress else { return 0 }
                return try takeRecords(base, start, end, isWhole, &scanner)
            }
            window.skip(used)
            if used == 0 || window.count == 0 {
                let grew = try window.grow()
                isWhole = !grew
            }
        }
        guard header != nil else { throw ExtractionFailure.empty("The file has no header row: it holds nothing but blank lines.") }
        if table.rows == 0 { throw ExtractionFailure.empty("The file has a header row but no rows below it.") }
        return try table.finish(
            decoding: window.source.report, shortRows: shortRows.count == 0 ? nil : shortRows)
    }

    /// Takes the records that are whole, and returns how many bytes they have.
    private mutating func takeRecords(
        _ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int, _ isWhole: Bool, _ scanner: inout CSVScanner
    ) throws -> Int {
        var place = start
        while place < end {
            switch scanner.scan(bytes, start: place, end: end, isWhole: isWhole) {
            case .blank(let next):
                line += 1
                place = next
            case .record(let next, let lineFeeds):
                if next - place > limits.recordBytes + 2 { throw tooLong(quoteLine: nil) }
                try take(scanner.cells, bytes)
                line += lineFeeds
                place = next
            case .incomplete(let quoteLine):
                if end - place > limits.recordBytes { throw tooLong(quoteLine: quoteLine) }
                if isWhole, let quoteLine { throw openQuote(line + quoteLine) }
                return place - start
            case .tooManyCells:
                throw ExtractionFailure.refused("The record on line \(line) has more than \(limits.columns) cells.")
            }
        }
        return place - start
    }

    private mutating func take(_ cells: [RawCell], _ bytes: UnsafePointer<UInt8>) throws {
        guard let header else { return try takeHeader(cells, bytes) }
        if cells.count < header.count {
            shortRows.count += 1
            if shortRows.firstLines.count < ExtractionSummary.ShortRows.keptLines { shortRows.firstLines.append(line) }
        }
        if cells.count > table.columns {
            let filled = (cells.lastIndex { $0.end > $0.start } ?? -1) + 1
            if filled > header.count { throw tooManyCells(cells.count, header.count) }
            while table.columns < filled { try table.addColumn(header[table.columns]) }
        }
        try table.append(cells, bytes, line: line)
    }

    private mutating func takeHeader(_ cells: [RawCell], _ bytes: UnsafePointer<UInt8>) throws {
        if cells.count > limits.columns {
            throw ExtractionFailure.refused("The table has more than \(limits.columns) columns.")
        }
        let fields = cells.map { cell in
            var field: [UInt8] = []
            if cell.kind == .quotedField {
                CSVField.appendUnquoted(bytes, cell.start, cell.end, to: &field)
            } else {
                field.append(bytes, cell.start, cell.end)
            }
            return field
        }
        let named = (fields.lastIndex { !UTF8Bytes.isBlank($0) } ?? 0) + 1
        for field in fields.prefix(named) { try table.addColumn(field) }
        header = fields
    }

    /// Looks at the beginning, and passes a line that only names the delimiter.
    private mutating func chooseDelimiter(_ window: inout ByteWindow<TextSource>) throws {
        var isWhole = false
        while window.count < CSVDialect.sampleBytes, !isWhole { isWhole = try !window.grow() }
        let dialect = CSVDialect(sample: Array(window.bytes.prefix(CSVDialect.sampleBytes)), isWhole: isWhole, limits: limits)
        delimiter = dialect.delimiter
        if dialect.hasSeparatorLine {
            window.skip(CSVDialect.separatorLineBytes)
            let ending = window.bytes.dropFirst(window.start).prefix(2)
            window.skip(ending.elementsEqual([UTF8Bytes.carriageReturn, UTF8Bytes.lineFeed]) ? 2 : min(1, ending.count))
            line += 1
        }
    }

    private func tooLong(quoteLine: Int?) -> ExtractionFailure {
        let hint = quoteLine.map { " Is the quote missing that closes the cell which begins on line \(line + $0)?" } ?? ""
        return .refused("The record that begins on line \(line) is longer than \(limits.recordBytes) bytes.\(hint)")
    }

    private func openQuote(_ line: Int) -> ExtractionFailure {
        .refused(
            "A quoted cell begins on line \(line) and is never closed. Add the missing quote, or double the quotes inside the cell.")
    }

    private func tooManyCells(_ cells: Int, _ columns: Int) -> ExtractionFailure {
        let name = delimiter == 0x09 ? "a tab" : "\"\(UTF8Bytes.string([delimiter]))\""
        return .refused(
            "Line \(line) has \(cells) cells, but the header has \(columns). "
                + "Put cells that contain \(name) in double quotes, or remove the cells that are too many.")
    }
}

/// One record of a CSV file.
struct CSVRecord {
    var fields: [[UInt8]]
    /// Where it begins, counted from 1.
    var line: Int
}

/// Cuts text into records and fields, in pieces of any size.
///
/// RFC 4180 as it is met in practice: a quote opens only at the beginning of a field, elsewhere it is a character; what
/// follows a closing quote belongs to the field; blank lines are no records.
struct CSVParser {
    private enum State {
        case fieldStart, bare, quoted, afterQuote
    }

    private let delimiter: UInt8
    private let limits: ExtractionLimits
    private var state = State.fieldStart
    private var field: [UInt8] = []
    private var fields: [[UInt8]] = []
    private var bytes = 0
    private var line = 1
    private var recordLine = 1
    private var quoteLine = 1
    private var sawQuote = false

    init(delimiter: UInt8, limits: ExtractionLimits) {
        self.delimiter = delimiter
        self.limits = limits
    }

    /// Takes the next piece and hands over each record that it completes.
    mutating func consume(_ chunk: [UInt8], record: (CSVRecord) throws -> Void) throws {
        for byte in chunk {
            try step(byte, record: record)
            if byte == UTF8Bytes.lineFeed { line += 1 }
        }
    }

    /// Hands over a last record that no line feed ends. Throws for a quoted field that is still open.
    mutating func finish(record: (CSVRecord) throws -> Void) throws {
        if state == .quoted {
            throw ExtractionFailure.refused(
                "A quoted cell begins on line \(quoteLine) and is never closed. Add the missing quote, or double the quotes inside the cell."
            )
        }
        try endRecord(record)
    }

    private mutating func step(_ byte: UInt8, record: (CSVRecord) throws -> Void) throws {
        if state == .quoted {
            if byte == UTF8Bytes.quote {
                state = .afterQuote
            } else {
                try append(byte)
            }
            return
        }
        switch byte {
        case delimiter:
            try endField()
        case UTF8Bytes.lineFeed:
            try endRecord(record)
            recordLine = line + 1
        case UTF8Bytes.quote where state == .fieldStart:
            state = .quoted
            quoteLine = line
            sawQuote = true
        case UTF8Bytes.quote where state == .afterQuote:
            // A doubled quote inside a quoted field is one quote.
            state = .quoted
            try append(byte)
        default:
            state = .bare
            try append(byte)
        }
    }

    private mutating func append(_ byte: UInt8) throws {
        field.append(byte)
        bytes += 1
        if bytes > limits.recordBytes {
            let hint = state == .quoted ? " Is the quote missing that closes the cell which begins on line \(quoteLine)?" : ""
            throw ExtractionFailure.refused(
                "The record that begins on line \(recordLine) is longer than \(limits.recordBytes) bytes.\(hint)"
            )
        }
    }

    private mutating func endField() throws {
        fields.append(field)
        field.removeAll(keepingCapacity: true)
        state = .fieldStart
        // One field more than any table may have is enough to refuse the record.
        if fields.count > limits.columns + 1 {
            throw ExtractionFailure.refused("The record on line \(recordLine) has more than \(limits.columns) cells.")
        }
    }

    private mutating func endRecord(_ record: (CSVRecord) throws -> Void) throws {
        let isBlank = fields.isEmpty && !sawQuote && field.allSatisfy(UTF8Bytes.isSpaceOrTab)
        if isBlank {
            field.removeAll(keepingCapacity: true)
            state = .fieldStart
        } else {
            try endField()
            try record(CSVRecord(fields: fields, line: recordLine))
        }
        fields.removeAll(keepingCapacity: true)
        bytes = 0
        sawQuote = false
    }
}

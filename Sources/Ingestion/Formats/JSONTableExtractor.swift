/// A JSON file that is an array of objects, read as a table.
struct JSONTableExtractor {
    /// How the reading ended.
    enum Outcome {
        case table(ExtractionSummary)
        /// It may be valid, but no array of objects; why not, in a sentence for the owner of the file.
        case noTable(String)
        /// What begins on this line is not valid, or no record of a length that is allowed.
        case invalid(line: Int)
    }

    private var table: TableWriter
    private let limits: ExtractionLimits
    private var records: RecordReader
    private var line = 1

    init(table: TableWriter, limits: ExtractionLimits) {
        self.table = table
        self.limits = limits
        records = RecordReader(limits: limits)
    }

    /// Reads until the end, or until it is clear that the text is no table.
    consuming func extract(_ source: TextSource) throws -> Outcome {
        var window = ByteWindow(source)
        let first = try peek(&window)
        if first == nil { throw ExtractionFailure.empty("The file holds nothing but blank lines.") }
        guard first == 0x5B else {
            return .noTable("The JSON is not an array of objects: a table looks like [{\"name\": \"value\"}].")
        }
        window.skip(1)
        var elements = 0
        while true {
            switch try peek(&window) {
            case 0x7B:
                guard try read(&window) else { return .invalid(line: line) }
                elements += 1
            case 0x5D where elements == 0:
                window.skip(1)
                guard try peek(&window) == nil else { return .invalid(line: line) }
                throw ExtractionFailure.empty("The JSON is an array without elements.")
            case nil:
                return .invalid(line: line)
            default:
                return .noTable("Element \(elements + 1) of the JSON array, on line \(line), is not an object.")
            }
            switch try peek(&window) {
            case 0x2C: window.skip(1)
            case 0x5D:
                window.skip(1)
                guard try peek(&window) == nil else { return .invalid(line: line) }
                return .table(try table.finish(decoding: window.source.report))
            default: return .invalid(line: line)
            }
        }
    }

    /// The next byte after white space, which it passes; `nil` at the end.
    private mutating func peek(_ window: inout ByteWindow<TextSource>) throws -> UInt8? {
        while true {
            while window.count > 0 {
                let byte = window.bytes[window.start]
                guard JSONGrammar.isSpace(byte) else { return byte }
                if byte == UTF8Bytes.lineFeed { line += 1 }
                window.skip(1)
            }
            guard try window.grow() else { return nil }
        }
    }

    /// Reads one record, fetching more until it is whole; false if it is not valid or too long.
    private mutating func read(_ window: inout ByteWindow<TextSource>) throws -> Bool {
        while true {
            let (start, end) = (window.start, window.bytes.count)
            let length = try window.bytes.withUnsafeBufferPointer { bytes -> Int? in
                guard let base = bytes.baseAddress else { return nil }
                let stop = min(end, start + limits.recordBytes)
                guard let last = try records.read(base, start: start, end: stop, outerDepth: 1, line: line, into: &table) else {
                    return nil
                }
                line += ByteScan.lineFeeds(base, start, last)
                return last - start
            }
            if let length {
                window.skip(length)
                return true
            }
            guard end - start < limits.recordBytes, try window.grow() else { return false }
        }
    }
}

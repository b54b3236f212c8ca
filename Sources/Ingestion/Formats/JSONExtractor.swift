import Foundation

/// A JSON file: an array of objects is a table, any other valid value a document.
struct JSONExtractor {
    let writer: ArtefactWriter
    let directory: URL
    let limits: ExtractionLimits

    /// A document on one line is laid out over several if the line is longer than this many bytes.
    static let longLineBytes = 200

    /// - Parameter open: starts the text from its beginning.
    func extract(_ open: () throws -> TextSource) throws -> ExtractionSummary {
        var elements = JSONElements(limits: limits)
        var columns = RecordColumns()
        var source = try open()
        var bytes = 0
        while let chunk = try source.next() {
            bytes += chunk.count
            try elements.consume(chunk) { try columns.add($0, line: $1, limits: limits) }
        }
        try elements.finish()
        guard elements.isTable else {
            let isOneLongLine = !elements.hasInnerLineFeed && bytes > Self.longLineBytes
            var document = JSONDocumentWriter(writer: writer, isLaidOut: isOneLongLine, limits: limits)
            source = try open()
            while let chunk = try source.next() { try document.consume(chunk) }
            try document.finish()
            return try writer.finish(kind: .document, replacedBytes: source.replacedBytes)
        }
        let names = try ColumnNames.make(columns.keys, limits: limits)
        var table = try TableWriter(writer: writer, directory: directory, columns: names, limits: limits)
        elements = JSONElements(limits: limits)
        source = try open()
        while let chunk = try source.next() {
            try elements.consume(chunk) { try table.append(columns.cells(of: $0), line: $1) }
        }
        return try table.finish(replacedBytes: source.replacedBytes)
    }
}

/// Finds the elements of a top-level array in a stream; each is held only until it has been handed over.
struct JSONElements {
    /// Whether all elements so far are objects, and there is one.
    var isTable: Bool { mayBeTable && count > 0 }

    var hasInnerLineFeed: Bool { grammar.hasInnerLineFeed }

    private let limits: ExtractionLimits
    private var grammar: JSONGrammar
    private var mayBeTable = true
    private var count = 0
    private var element: [UInt8] = []
    private var line = 1

    init(limits: ExtractionLimits) {
        self.limits = limits
        grammar = JSONGrammar(depthLimit: limits.jsonDepth)
    }

    /// Takes the next piece and hands over each object that it completes, with the line on which the object begins.
    /// After an element that is no object nothing more is handed over, but the syntax is still checked.
    mutating func consume(_ chunk: [UInt8], record: ([(key: [UInt8], value: JSONValue)], Int) throws -> Void) throws {
        for byte in chunk {
            if mayBeTable, !JSONGrammar.isSpace(byte), !grammar.isInString { look(at: byte) }
            try grammar.consume(byte)
            guard mayBeTable, !element.isEmpty || grammar.depth == 2 else { continue }
            element.append(byte)
            if element.count > limits.recordBytes {
                throw ExtractionFailure.refused("The record that begins on line \(line) is longer than \(limits.recordBytes) bytes.")
            }
            if grammar.depth == 1 {
                guard case .object(let members) = try JSONValueParser.parse(element) else { continue }
                count += 1
                try record(members, line)
                element.removeAll(keepingCapacity: true)
            }
        }
    }

    mutating func finish() throws {
        try grammar.finish()
    }

    /// A table has an array at the top and nothing but objects in it.
    private mutating func look(at byte: UInt8) {
        switch (grammar.depth, grammar.state) {
        case (0, .value): mayBeTable = byte == 0x5B
        case (1, .firstElement): mayBeTable = byte == 0x7B || byte == 0x5D
        case (1, .value): mayBeTable = byte == 0x7B
        default: break
        }
        if element.isEmpty { line = grammar.line }
    }
}

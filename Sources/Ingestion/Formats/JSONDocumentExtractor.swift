/// A JSON file that is no table: any valid value.
struct JSONDocumentExtractor {
    let writer: ArtefactWriter
    let limits: ExtractionLimits

    /// A document on one line is laid out over several if the line is longer than this many bytes.
    static let longLineBytes = 200

    /// Reads the file twice, as its layout is decided before it is written.
    ///
    /// - Parameters:
    ///   - open: starts the text from its beginning.
    ///   - whyNoTable: a sentence for the summary.
    func extract(_ open: () throws -> TextSource, _ whyNoTable: String) throws -> ExtractionSummary {
        let layout = try Self.check(open(), limits: limits)
        let isOneLongLine = !layout.hasInnerLineFeed && layout.bytes > Self.longLineBytes
        var document = JSONDocumentWriter(writer: writer, isLaidOut: isOneLongLine, limits: limits)
        var source = try open()
        while let chunk = try source.next() { try document.consume(chunk) }
        try document.finish()
        return try writer.finish(kind: .document, decoding: source.report, whyNoTable: whyNoTable)
    }

    /// Throws `ExtractionFailure.refused` with line and column if the text is not valid JSON.
    @discardableResult
    static func check(_ source: TextSource, limits: ExtractionLimits) throws -> (bytes: Int, hasInnerLineFeed: Bool) {
        var source = source
        var grammar = JSONGrammar(depthLimit: limits.jsonDepth)
        var bytes = 0
        while let chunk = try source.next() {
            bytes += chunk.count
            for byte in chunk { try grammar.consume(byte) }
        }
        try grammar.finish()
        return (bytes, grammar.hasInnerLineFeed)
    }
}

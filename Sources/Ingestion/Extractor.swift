package import Foundation

/// Turns the bytes of one file into text, blocks and rows, streaming: it holds a few megabytes whatever the size of the file.
///
/// It runs synchronously inside the child process. Files are read twice: to know the encoding, and then for what they hold.
package struct Extractor {
    /// The limits that it checks itself; memory, time and disk are the kernel's (`applyLimits`).
    package let limits: ExtractionLimits

    private let passageColumns: [String]?
    private let chunkBytes: Int

    /// An extractor with the limits of the product or others.
    ///
    /// - Parameter passageColumns: the columns of which a table's text and blocks are made, in this order, if the table has
    ///   them all; `nil` means all, as for a table that lacks one. The rows have all columns in any case.
    package init(limits: ExtractionLimits = ExtractionLimits(), passageColumns: [String]? = nil) {
        self.init(limits: limits, passageColumns: passageColumns, chunkBytes: ByteSource.defaultChunkBytes)
    }

    /// For tests, which cut files at every place.
    init(limits: ExtractionLimits, passageColumns: [String]? = nil, chunkBytes: Int) {
        self.limits = limits
        self.passageColumns = passageColumns
        self.chunkBytes = chunkBytes
    }

    /// Reads `input` and writes the files named in `ArtefactFiles` to `directory`, which is created if it is missing.
    ///
    /// Throws `ExtractionFailure.refused` or `.empty` with a sentence for the owner of the file, or what the file system throws.
    package func extract(format: FileFormat, input: URL, into directory: URL) throws -> ExtractionSummary {
        let inspection = try FileInspection(file: input, chunkBytes: chunkBytes)
        let writer = try ArtefactWriter(directory: directory)
        let open = {
            try TextSource(file: input, inspection: inspection, controls: controls(format), chunkBytes: chunkBytes)
        }
        switch format {
        case .text:
            var lines = LineReader(try open(), limit: limits.lineBytes)
            var extractor = PlainTextExtractor(writer: writer, hasPages: inspection.hasFormFeed, limits: limits)
            try extractor.extract(&lines)
            return try finishDocument(writer, lines)
        case .markdown:
            var beginning = LineReader(try open(), limit: limits.lineBytes)
            let frontMatter = try MarkdownExtractor.frontMatterLength(&beginning)
            var lines = LineReader(try open(), limit: limits.lineBytes)
            var extractor = MarkdownExtractor(writer: writer, limits: limits)
            try extractor.extract(&lines, skipping: frontMatter)
            return try finishDocument(writer, lines)
        case .csv:
            return try CSVExtractor(table: table(writer, directory), limits: limits).extract(open())
        case .parquet:
            // It takes another program to read it, which must not be the child of one that may be killed (`ExtractionProcess`).
            throw ExtractionFailure.crashed("Parquet must be turned into JSON Lines before it is extracted.")
        case .jsonl:
            return try JSONLinesExtractor(table: table(writer, directory), limits: limits).extract(open())
        case .json:
            switch try JSONTableExtractor(table: table(writer, directory), limits: limits).extract(open()) {
            case .table(let summary): return summary
            case .noTable(let reason):
                // What was written of it so far is written anew.
                return try JSONDocumentExtractor(writer: try ArtefactWriter(directory: directory), limits: limits).extract(open, reason)
            case .invalid(let line):
                try JSONDocumentExtractor.check(open(), limits: limits)
                throw ExtractionFailure.refused("The record that begins on line \(line) is longer than \(limits.recordBytes) bytes.")
            }
        }
    }

    /// Cells of CSV hold line ends and control characters as they stand in the file; in JSON such stand as escapes.
    private func controls(_ format: FileFormat) -> TextSource.Controls {
        switch format {
        case .text: .cleanedExceptFormFeeds
        case .csv: .kept
        case .markdown, .json, .jsonl, .parquet: .cleaned
        }
    }

    private func table(_ writer: ArtefactWriter, _ directory: URL) throws -> TableWriter {
        try TableWriter(writer: writer, directory: directory, passageColumns: passageColumns, limits: limits)
    }

    private func finishDocument(_ writer: ArtefactWriter, _ lines: LineReader<TextSource>) throws -> ExtractionSummary {
        if writer.blocks == 0 { throw ExtractionFailure.empty("The file holds no text.") }
        return try writer.finish(kind: .document, decoding: lines.source.report)
    }
}

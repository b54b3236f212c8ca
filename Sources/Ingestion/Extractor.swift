package import Foundation

/// Turns the bytes of one file into text, blocks and rows, streaming: it holds a few megabytes whatever the size of the file.
///
/// It runs synchronously inside the child process. Files are read more than once: to know the encoding, and for tables the columns.
package struct Extractor {
    /// The limits that it checks itself; memory, time and disk are the kernel's (`applyLimits`).
    package let limits: ExtractionLimits

    private let chunkBytes: Int

    /// An extractor with the limits of the product or others.
    package init(limits: ExtractionLimits = ExtractionLimits()) {
        self.init(limits: limits, chunkBytes: ByteSource.defaultChunkBytes)
    }

    /// For tests, which cut files at every place.
    init(limits: ExtractionLimits, chunkBytes: Int) {
        self.limits = limits
        self.chunkBytes = chunkBytes
    }

    /// Reads `input` and writes the files named in `ArtefactFiles` to `directory`, which is created if it is missing.
    ///
    /// Throws `ExtractionFailure.refused` with a sentence for the owner of the file, or what the file system throws.
    package func extract(format: FileFormat, input: URL, into directory: URL) throws -> ExtractionSummary {
        let inspection = try FileInspection(file: input, chunkBytes: chunkBytes)
        let writer = try ArtefactWriter(directory: directory)
        let open = {
            try TextSource(file: input, inspection: inspection, keepsFormFeeds: format == .text, chunkBytes: chunkBytes)
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
            return try CSVExtractor(writer: writer, directory: directory, limits: limits).extract(open)
        case .jsonl:
            return try JSONLinesExtractor(writer: writer, directory: directory, limits: limits).extract(open)
        case .json:
            return try JSONExtractor(writer: writer, directory: directory, limits: limits).extract(open)
        }
    }

    private func finishDocument(_ writer: ArtefactWriter, _ lines: LineReader<TextSource>) throws -> ExtractionSummary {
        if writer.blocks == 0 { throw ExtractionFailure.refused("The file holds no text.") }
        return try writer.finish(kind: .document, replacedBytes: lines.source.replacedBytes)
    }
}

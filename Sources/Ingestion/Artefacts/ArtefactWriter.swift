import Foundation

/// Writes the text and its blocks while a file is read, and counts the Unicode scalars on the way.
final class ArtefactWriter {
    /// Which end of a block loses its spaces and line feeds.
    enum Trim {
        case both
        /// For code, whose first indentation means something.
        case end
        case none
    }

    /// Length of the text so far in Unicode scalars: where the next text will begin.
    private(set) var scalars = 0

    /// Number of blocks so far.
    private(set) var blocks = 0

    private let directory: URL
    private let text: BufferedFile
    private let blockLines: BufferedFile
    private var line: [UInt8] = []

    /// Creates the directory if it is missing, and removes what would make an earlier attempt look complete.
    init(directory: URL) throws {
        self.directory = directory
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        for name in [ArtefactFiles.summary, ArtefactFiles.rows] {
            let file = directory.appendingPathComponent(name)
            if FileManager.default.fileExists(atPath: file.path) { try FileManager.default.removeItem(at: file) }
        }
        text = try BufferedFile(directory.appendingPathComponent(ArtefactFiles.text))
        blockLines = try BufferedFile(directory.appendingPathComponent(ArtefactFiles.blocks))
    }

    /// Appends valid UTF-8 to the text.
    func appendText(_ bytes: some Collection<UInt8>) throws {
        try text.append(bytes)
        scalars += UTF8Bytes.scalarCount(bytes)
    }

    /// Appends a block whose untrimmed bytes begin at the scalar `start`. One that is empty after trimming is left out.
    func appendBlock(
        _ kind: Block.Kind, _ bytes: some BidirectionalCollection<UInt8>, start: Int, page: Int? = nil, trim: Trim = .both
    ) throws {
        var first = bytes.startIndex
        var last = bytes.endIndex
        var start = start
        if trim != .none {
            while last > first, Self.isWhite(bytes[bytes.index(before: last)]) { last = bytes.index(before: last) }
        }
        if trim == .both {
            while first < last, Self.isWhite(bytes[first]) {
                first = bytes.index(after: first)
                start += 1
            }
        }
        if first == last { return }
        let content = bytes[first..<last]

        var line: [UInt8] = []
        line.reserveCapacity(content.count + 96)
        line.append(contentsOf: "{\"kind\":\"\(kind.name)\"".utf8)
        if case .heading(let level) = kind { JSONText.appendMember("level", level, to: &line) }
        line.append(contentsOf: ",\"text\":".utf8)
        JSONText.appendString(content, to: &line)
        JSONText.appendMember("start", start, to: &line)
        JSONText.appendMember("end", start + UTF8Bytes.scalarCount(content), to: &line)
        if let page { JSONText.appendMember("page", page, to: &line) }
        line.append(contentsOf: [0x7D, 0x0A])
        try blockLines.append(line)
        blocks += 1
    }

    /// Appends the text of one row and its block, which is there even if the text is empty. Rows are divided by a blank line.
    ///
    /// - Parameter row: counted from 1.
    func appendRow(_ bytes: [UInt8], row: Int) throws {
        if row > 1 {
            try text.append([UTF8Bytes.lineFeed, UTF8Bytes.lineFeed])
            scalars += 2
        }
        let start = scalars
        scalars += bytes.withUnsafeBufferPointer(ByteScan.scalarCount)
        try text.append(bytes)
        line.removeAll(keepingCapacity: true)
        line.append(contentsOf: "{\"kind\":\"row\",\"text\":".utf8)
        JSONText.appendString(bytes, to: &line)
        JSONText.appendMember("start", start, to: &line)
        JSONText.appendMember("end", scalars, to: &line)
        JSONText.appendMember("row", row, to: &line)
        line.append(contentsOf: [0x7D, 0x0A])
        try blockLines.append(line)
        blocks += 1
    }

    /// Ends the files and then writes the summary: a directory with a summary is complete.
    func finish(
        kind: ExtractionSummary.Kind, rows: Int = 0, columns: [String] = [], decoding: DecodingReport,
        shortRows: ExtractionSummary.ShortRows? = nil, whyNoTable: String? = nil
    ) throws -> ExtractionSummary {
        try text.close()
        try blockLines.close()
        let summary = ExtractionSummary(
            kind: kind, scalars: scalars, blocks: blocks, rows: rows, columns: columns, decoding: decoding,
            shortRows: shortRows, whyNoTable: whyNoTable
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try encoder.encode(summary).write(to: directory.appendingPathComponent(ArtefactFiles.summary), options: .atomic)
        return summary
    }

    private static func isWhite(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A
    }
}

import Foundation
import Ingestion
import Retrieval
import Storage

/// Makes of a file's bytes what a content consists of: text, rows and a segment with keywords. Done twice it makes the same.
struct ContentProcessing: Sendable {
    /// What was made, as files of a folder.
    struct Outcome: Sendable {
        let folder: URL
        let summary: ExtractionSummary
        let passages: Int

        var isTable: Bool { summary.kind == .table }
    }

    private static let segmentName = "segment"
    /// What a run makes of a row: a table that has these columns is found by them, instead of by everything in it, so that a row is not found
    /// twice by what it was and what it became.
    private static let searchedColumns = ["enhanced_prompt", "enhanced_completion"]
    /// How the reason begins for which a file without anything in it is refused.
    private static let emptiness = "There is nothing in this file."

    /// Whether a file was refused because there is nothing in it.
    static func isAboutEmptiness(_ reason: String) -> Bool { reason.hasPrefix(emptiness) }

    let extraction: ExtractionProcess
    let blobs: BlobStore

    /// Reads the bytes in a child process into a folder.
    ///
    /// - Throws: `JobRefusal` when the file cannot be read or is more than the limits allow.
    func extract(_ format: FileFormat, _ input: URL, into folder: URL) async throws -> ExtractionSummary {
        do {
            return try await extraction.run(
                format: format, input: input, into: folder, passageColumns: Self.searchedColumns)
        } catch ExtractionFailure.refused(let reason) {
            throw JobRefusal(reason)
        } catch ExtractionFailure.empty(let reason) {
            throw JobRefusal("\(Self.emptiness) \(reason)")
        } catch ExtractionFailure.limitExceeded(let reason) {
            throw JobRefusal(reason)
        }
    }

    /// Splits what was extracted into passages and writes their segment.
    func index(_ summary: ExtractionSummary, in folder: URL) async throws -> Outcome {
        let passages = try await BlockingWork.run { try Self.index(folder) }
        return Outcome(folder: folder, summary: summary, passages: passages)
    }

    /// Moves the files into the store. The caller holds the blob lock until the database names them.
    func adopt(_ outcome: Outcome, of organization: OrganizationID) async throws -> DerivedContent {
        let text = try await blobs.adopt(outcome.folder.appending(path: ArtefactFiles.text), organization: organization.text)
        let segment = try await blobs.adopt(outcome.folder.appending(path: Self.segmentName), organization: organization.text)
        let isTable = outcome.isTable
        let rows =
            isTable ? try await blobs.adopt(outcome.folder.appending(path: ArtefactFiles.rows), organization: organization.text) : nil
        return DerivedContent(
            textSHA256: text.sha256, rowsSHA256: rows?.sha256, segmentSHA256: segment.sha256,
            rowCount: isTable ? outcome.summary.rows : nil, columns: isTable ? outcome.summary.columns : nil,
            remarks: outcome.summary.remarks,
            passageCount: outcome.passages)
    }

    /// Returns how many passages there are.
    private static func index(_ folder: URL) throws -> Int {
        var splitter = PassageSplitter()
        var text = try ContentTextReader(contentsOf: folder.appending(path: ArtefactFiles.text))
        var segment = SegmentBuilder()
        try BlockReader(directory: folder).forEachBlock { block in
            // A row without a single value has nothing to be found by.
            if block.text.isEmpty { return }
            let gap = try text.text(splitter.end..<block.start)
            for passage in try splitter.append(PassageBlock(block), gap: gap) { try segment.append(passage) }
            _ = try text.text(block.start..<block.end)
        }
        for passage in splitter.finish() { try segment.append(passage) }
        return try segment.write(to: folder.appending(path: segmentName)).passages
    }
}

extension ExtractionSummary {
    /// What the owner of the file should know although it could be read.
    fileprivate var remarks: String? {
        var sentences: [String] = []
        if let short = shortRows {
            let lines = short.firstLines.map(String.init).joined(separator: ", ")
            sentences.append(
                short.count == 1
                    ? "The row on line \(lines) has fewer cells than the header and was filled with null."
                    : "\(short.count) rows have fewer cells than the header and were filled with null, the first of them on these lines: \(lines)."
            )
        }
        if let whyNoTable { sentences.append(whyNoTable) }
        if decoding.foreignBytes > 0 {
            sentences.append("Bytes beyond ASCII that are no UTF-8 were read as Windows-1252: \(decoding.foreignBytes).")
        }
        if decoding.replacedBytes > 0 {
            sentences.append("Bytes that are no text in the file's encoding became U+FFFD: \(decoding.replacedBytes).")
        }
        return sentences.isEmpty ? nil : sentences.joined(separator: " ")
    }
}

extension PassageBlock {
    fileprivate init(_ block: Block) {
        let kind: Kind
        switch block.kind {
        case .heading(let level): kind = .heading(level: level)
        case .paragraph: kind = .paragraph
        case .listItem: kind = .listItem
        case .code: kind = .code
        case .table: kind = .table
        case .row: kind = .row
        }
        self.init(kind: kind, text: block.text, start: block.start, end: block.end, page: block.page, row: block.row)
    }
}

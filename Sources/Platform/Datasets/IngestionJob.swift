package import Foundation
package import Ingestion
import Retrieval
package import Storage

/// Makes text, rows, passages and a segment of a content's bytes: in a child process, then in one publishing write.
///
/// Everything before the last write can be done twice without harm, as blobs are named by what they contain.
package struct IngestionJob: Sendable {
    package static let kind = "ingest"

    /// Shares of the progress shown, in percent, when a step begins.
    private enum Step { static let extracting = 5, indexing = 50, publishing = 95 }

    private let database: any Database
    private let blobs: BlobStore
    private let extraction: ExtractionProcess
    private let workspace: URL
    private let clock: any Clock
    private let faults: Faults
    private let blobLock: SharedExclusiveLock
    private let contents = ContentRepository()
    private let items = ItemRepository()
    private let sweep: BlobSweep

    /// - Parameter workspace: a folder for what the child writes; its contents may be removed when the process starts.
    package init(
        database: any Database, blobs: BlobStore, extraction: ExtractionProcess, workspace: URL, clock: any Clock, faults: Faults,
        blobLock: SharedExclusiveLock
    ) {
        self.database = database
        self.blobs = blobs
        self.extraction = extraction
        self.workspace = workspace
        self.clock = clock
        self.faults = faults
        self.blobLock = blobLock
        sweep = BlobSweep(database: database, blobs: blobs, blobLock: blobLock)
    }

    package var handler: JobHandler {
        JobHandler(kind: Self.kind) { context in
            try await perform(context)
        } failed: { connection, job, reason in
            try contents.markFailed(connection, job.organization, ContentID(job.payload), reason: reason, at: clock.now)
        }
    }

    private func perform(_ context: JobContext) async throws {
        let organization = context.job.organization
        let id = ContentID(context.job.payload)
        let contents = contents
        guard let content = try await database.read({ try contents.find($0, organization, id) }) else {
            throw JobRefusal("The content was erased before it was processed.")
        }
        if content.status == .ready { return try await context.complete { _ in } }
        try await report(context, id, progress: Step.extracting)
        let folder = workspace.appending(path: "\(context.job.id)-\(context.job.attempt)")
        try await BlockingWork.run { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }
        defer { try? FileManager.default.removeItem(at: folder) }

        let summary = try await extract(content, organization, into: folder)
        try await faults.pass(.duringIngestion)
        try await report(context, id, progress: Step.indexing)
        let passages = try await BlockingWork.run { try Self.index(folder) }
        try await report(context, id, progress: Step.publishing)
        try await publish(context, content, folder: folder, summary: summary, passageCount: passages)
    }

    private func report(_ context: JobContext, _ id: ContentID, progress: Int) async throws {
        let (contents, organization) = (contents, context.job.organization)
        try await database.write { try contents.markProcessing($0, organization, id, progress: progress) }
        try await context.report(progress: progress)
    }

    private func extract(_ content: Content, _ organization: OrganizationID, into folder: URL) async throws -> ExtractionSummary {
        let input = try blobs.localFile(BlobKey(organization: organization.text, sha256: content.sha256))
        do {
            return try await extraction.run(format: content.format, input: input, into: folder)
        } catch ExtractionFailure.refused(let reason) {
            throw JobRefusal(reason)
        } catch ExtractionFailure.limitExceeded(let reason) {
            throw JobRefusal(reason)
        }
    }

    private func publish(
        _ context: JobContext, _ content: Content, folder: URL, summary: ExtractionSummary, passageCount: Int
    ) async throws {
        let (contents, items, clock, blobs) = (contents, items, clock, blobs)
        let organization = context.job.organization
        let orphans = try await blobLock.shared {
            let text = try await blobs.adopt(folder.appending(path: ArtefactFiles.text), organization: organization.text)
            let segment = try await blobs.adopt(folder.appending(path: Self.segmentName), organization: organization.text)
            let isTable = summary.kind == .table
            let rows = isTable ? try await blobs.adopt(folder.appending(path: ArtefactFiles.rows), organization: organization.text) : nil
            let derived = DerivedContent(
                textSHA256: text.sha256, rowsSHA256: rows?.sha256, segmentSHA256: segment.sha256, rowCount: isTable ? summary.rows : nil,
                passageCount: passageCount)
            let isPublished = try await context.complete { connection in
                let now = clock.now
                guard try contents.markReady(connection, organization, content.id, derived: derived, at: now) else { return false }
                try items.showAll(connection, organization, of: content.id, at: now)
                return true
            }
            return isPublished ? [] : [text.sha256, segment.sha256, rows?.sha256].compactMap { $0 }
        }
        // The content was purged meanwhile: what was made of it must go too.
        if !orphans.isEmpty { try await sweep.erase(orphans, of: organization) }
    }

    private static let segmentName = "segment"

    /// Splits the extracted blocks into passages and writes them as a segment; returns how many there are.
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

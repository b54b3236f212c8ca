import Foundation
import Ingestion
import Retrieval
import Storage

/// Makes text, rows, passages and a segment of a content's bytes in a child process, and publishes them in one write; then the vectors, if
/// they are wanted, in another.
///
/// Everything before a write can be done twice without harm, as blobs are named by what they contain.
struct IngestionJob: Sendable {
    static let kind = "ingest"

    /// Shares of the progress shown, in percent, when a step begins.
    private enum Step { static let extracting = 5, indexing = 30, publishing = 45, encoding = 50, encoded = 99 }

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
    private let vectors: Vectors?

    /// How vectors are made and published.
    typealias Vectors = (encoding: ContentEncoding, publishing: VectorPublishing)

    /// - Parameter vectors: nil without an encoder.
    /// - Parameter workspace: a folder for what the child writes; its contents may be removed when the process starts.
    init(
        database: any Database, blobs: BlobStore, extraction: ExtractionProcess, workspace: URL, clock: any Clock, faults: Faults,
        blobLock: SharedExclusiveLock, sweep: BlobSweep, vectors: Vectors?
    ) {
        self.database = database
        self.blobs = blobs
        self.extraction = extraction
        self.workspace = workspace
        self.clock = clock
        self.faults = faults
        self.blobLock = blobLock
        self.sweep = sweep
        self.vectors = vectors
    }

    var handler: JobHandler {
        JobHandler(kind: Self.kind) { context in
            try await perform(context)
        } failed: { connection, job, reason in
            try contents.markFailed(connection, job.organization, ContentID(job.payload), reason: reason, at: clock.now)
            try contents.markEncodingFailed(connection, job.organization, ContentID(job.payload), reason: reason)
        }
    }

    private func perform(_ context: JobContext) async throws {
        let organization = context.job.organization
        let id = ContentID(context.job.payload)
        let contents = contents
        guard let content = try await database.read({ try contents.find($0, organization, id) }) else {
            throw JobRefusal("The content was erased before it was processed.")
        }
        let folder = workspace.appending(path: "\(context.job.id)-\(context.job.attempt)")
        try await BlockingWork.run { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }
        defer { try? FileManager.default.removeItem(at: folder) }

        if content.status != .ready { try await makeFindable(context, content, in: folder) }
        let published = try await database.read { try contents.find($0, organization, id) }
        if let published, published.vectorStatus == .ingesting { return try await encode(context, published, in: folder) }
        try await context.complete { _ in }
    }

    /// Extraction, passages and keywords, up to the write with which the content can be found.
    private func makeFindable(_ context: JobContext, _ content: Content, in folder: URL) async throws {
        let id = content.id
        try await report(context, id, progress: Step.extracting)
        let summary = try await extract(content, context.job.organization, into: folder)
        try await faults.pass(.duringIngestion)
        try await report(context, id, progress: Step.indexing)
        let passages = try await BlockingWork.run { try Self.index(folder) }
        try await report(context, id, progress: Step.publishing)
        try await publish(context, content, folder: folder, summary: summary, passageCount: passages)
    }

    private func encode(_ context: JobContext, _ content: Content, in folder: URL) async throws {
        let (contents, database, clock, organization) = (contents, database, clock, context.job.organization)
        guard let vectors, let segment = content.segmentSHA256 else {
            // The server was started without an encoder meanwhile: keywords are all that can be had.
            return try await context.complete { try contents.forgoVectors($0, organization, content.id, at: clock.now) }
        }
        let url = folder.appending(path: Self.vectorsName)
        try await vectors.encoding.run(segment: BlobKey(organization: organization.text, sha256: segment), into: url) { done in
            let progress = Step.encoding + Int(done * Double(Step.encoded - Step.encoding))
            if done < 1 { try await database.write { try contents.reportEncoding($0, organization, content.id, progress: progress) } }
        }
        try await vectors.publishing.publish(url, of: content.id, organization) { effect in try await context.complete(effect) }
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
        } catch ExtractionFailure.empty(let reason) {
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
            // A document is encoded at once; the rows of a table when somebody wants to search them.
            let hasEncoder = vectors != nil
            let isPublished = try await context.publish { connection in
                let now = clock.now
                let awaitsVectors =
                    try hasEncoder && (!isTable || contents.isInDatasetThatWantsVectors(connection, organization, content.id))
                guard
                    try contents.markReady(
                        connection, organization, content.id, derived: derived, awaitsVectors: awaitsVectors, at: now)
                else { return false }
                try items.showAll(connection, organization, of: content.id, at: now)
                return true
            }
            return isPublished ? [] : [text.sha256, segment.sha256, rows?.sha256].compactMap { $0 }
        }
        // The content was purged meanwhile: what was made of it must go too.
        if !orphans.isEmpty { try await sweep.erase(orphans, of: organization) }
    }

    private static let segmentName = "segment"
    private static let vectorsName = "vectors"

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

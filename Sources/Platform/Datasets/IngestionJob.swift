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
    private let processing: ContentProcessing
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
        database: any Database, blobs: BlobStore, processing: ContentProcessing, workspace: URL, clock: any Clock, faults: Faults,
        blobLock: SharedExclusiveLock, sweep: BlobSweep, vectors: Vectors?
    ) {
        self.database = database
        self.blobs = blobs
        self.processing = processing
        self.workspace = workspace
        self.clock = clock
        self.faults = faults
        self.blobLock = blobLock
        self.sweep = sweep
        self.vectors = vectors
    }

    var handler: JobHandler {
        // What is hostile in a file is read by a child process.
        JobHandler(kind: Self.kind, mostCrashes: JobRepository.mostCrashesOfHarmlessWork) { context in
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
        let input = try blobs.localFile(BlobKey(organization: context.job.organization.text, sha256: content.sha256))
        let summary = try await processing.extract(content.format, input, into: folder)
        try await faults.pass(.duringIngestion)
        try await report(context, id, progress: Step.indexing)
        let outcome = try await processing.index(summary, in: folder)
        try await report(context, id, progress: Step.publishing)
        try await publish(context, content, outcome)
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

    private func publish(_ context: JobContext, _ content: Content, _ outcome: ContentProcessing.Outcome) async throws {
        let (contents, items, clock, processing) = (contents, items, clock, processing)
        let organization = context.job.organization
        let isTable = outcome.isTable
        let orphans = try await blobLock.shared {
            let derived = try await processing.adopt(outcome, of: organization)
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
            return isPublished ? [] : derived.blobs
        }
        // The content was purged meanwhile: what was made of it must go too.
        if !orphans.isEmpty { try await sweep.erase(orphans, of: organization) }
    }

    private static let vectorsName = "vectors"
}

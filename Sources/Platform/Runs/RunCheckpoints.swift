import Foundation
import Ingestion
import Storage

/// What a run has written down so far, and how it writes down more: each part is a blob that is named in the transaction behind the job's
/// fence, so that a part is there completely or not at all.
struct RunCheckpoints: Sendable {
    let run: RunID
    let organization: OrganizationID
    let context: JobContext
    let database: any Database
    let blobs: BlobStore
    let blobLock: SharedExclusiveLock
    let sweep: BlobSweep
    let folder: URL
    private let parts = RunPartRepository()
    private let answers = RunAnswerRepository()
    private let runs = RunRepository()

    init(
        run: RunID, context: JobContext, database: any Database, blobs: BlobStore, blobLock: SharedExclusiveLock,
        sweep: BlobSweep, folder: URL
    ) {
        self.run = run
        organization = context.job.organization
        self.context = context
        self.database = database
        self.blobs = blobs
        self.blobLock = blobLock
        self.sweep = sweep
        self.folder = folder
    }

    /// Everything recorded, in the order of batches.
    func recorded() async throws -> [RunPart.Kind: [RunPart]] {
        let (parts, organization, run) = (parts, organization, run)
        return Dictionary(grouping: try await database.read { try parts.all($0, organization, of: run) }, by: \.kind)
            .mapValues { $0.sorted { $0.batch < $1.batch } }
    }

    /// The answers that were recorded for rows of this range.
    func answers(rows: ClosedRange<Int>) async throws -> [RunAnswer] {
        let (answers, organization, run) = (answers, organization, run)
        return try await database.read { try answers.all($0, organization, of: run, rows: rows) }
    }

    /// A finished part that is to be recorded: a file of the run's folder.
    struct Draft: Sendable {
        let kind: RunPart.Kind
        let batch: Int
        let rowCount: Int
        let file: URL
    }

    /// The finished rows of a batch and their ledger, with what became of them.
    struct Batch: Sendable {
        let drafts: [Draft]
        let counts: Run.RowCounts
    }

    /// Where a part is written before it is recorded.
    func place(_ kind: RunPart.Kind, _ batch: Int) -> URL { folder.appending(path: "\(kind.rawValue)-\(batch)") }

    /// A part that consists of JSON.
    func draft(_ value: some Encodable, as kind: RunPart.Kind, batch: Int, rowCount: Int) throws -> Draft {
        let file = place(kind, batch)
        try JSONText.bytes(value).write(to: file)
        return Draft(kind: kind, batch: batch, rowCount: rowCount, file: file)
    }

    /// Stores the parts and names them, all or none.
    ///
    /// - Throws: `JobLeaseLost`.
    func record(_ drafts: [Draft]) async throws {
        try await store(drafts) { name in try await context.publish { try name($0) } }
    }

    /// The same for what became of a batch, which is counted in the same write.
    ///
    /// - Throws: `JobLeaseLost`.
    func record(_ batch: Batch) async throws {
        try await store(batch.drafts, counting: batch.counts) { name in try await context.publish { try name($0) } }
    }

    /// Ends the run and its job, with what is left of a batch, if there is such a rest: all in one write.
    ///
    /// - Throws: `JobLeaseLost`.
    func end(with rest: Batch?, _ end: @escaping @Sendable (any Connection) throws -> Void) async throws {
        try await store(rest?.drafts ?? [], counting: rest?.counts) { name in
            try await context.complete { connection in
                try name(connection)
                try end(connection)
            }
        }
    }

    /// - Parameter commit: calls what it is given, which names the stored parts, in a write behind the job's fence.
    private func store(
        _ drafts: [Draft], counting counts: Run.RowCounts? = nil,
        _ commit: @Sendable (@escaping @Sendable (any Connection) throws -> Void) async throws -> Void
    ) async throws {
        let (parts, runs, organization, run) = (parts, runs, organization, run)
        let orphans = try await blobLock.shared {
            var recorded: [RunPart] = []
            for draft in drafts {
                let blob = try await blobs.adopt(draft.file, organization: organization.text)
                recorded.append(RunPart(kind: draft.kind, batch: draft.batch, sha256: blob.sha256, rowCount: draft.rowCount))
            }
            let named = recorded
            do {
                try await commit { connection in
                    let isNew = try parts.insert(connection, organization, run, named) > 0
                    if isNew, let counts { try runs.count(connection, organization, run, counts) }
                }
                return [String]?.none
            } catch is JobLeaseLost {
                return named.map(\.sha256)
            }
        }
        guard let orphans else { return }
        try await erase(orphans)
        throw JobLeaseLost()
    }

    /// Erases what a worker stored that had lost the run, if the run is over: it may hold rows that were purged meanwhile.
    func erase(_ digests: [String]) async throws {
        let (runs, organization, run) = (runs, organization, run)
        let found = try await database.read { try runs.find($0, organization, run) }
        // Another worker that goes on with the run stores the same bytes.
        if found?.isActive != true { try await sweep.erase(digests, of: organization) }
    }

    /// A recorded part's file.
    func file(_ part: RunPart) throws -> URL { try blobs.localFile(BlobKey(organization: organization.text, sha256: part.sha256)) }

    /// A recorded part that consists of JSON. Blocks.
    func read<Value: Decodable>(_ type: Value.Type, _ part: RunPart) throws -> Value {
        try JSONDecoder().decode(type, from: Data(contentsOf: file(part)))
    }
}

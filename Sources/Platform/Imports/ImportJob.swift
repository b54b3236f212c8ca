import Ingestion
import Storage
import Synchronization

/// Fetches the files of an import, then records all of them in one write; from there on they are files like any other.
struct ImportJob: Sendable {
    static let kind = "import"
    /// How often it is looked whether somebody still wants what is being fetched.
    static let lookInterval = Duration.seconds(1)

    let database: any Database
    let blobs: BlobStore
    let blobLock: SharedExclusiveLock
    let importer: Importer
    let sites: RemoteSites
    let mostBytes: Int64
    let clock: any Clock
    let jobEnqueued: @Sendable () async -> Void
    private let datasets = DatasetRepository()
    private let imports = DatasetImportRepository()
    private let recording = FileRecording()

    init(
        database: any Database, blobs: BlobStore, blobLock: SharedExclusiveLock, importer: Importer, sites: RemoteSites, mostBytes: Int64,
        clock: any Clock, jobEnqueued: @escaping @Sendable () async -> Void
    ) {
        self.database = database
        self.blobs = blobs
        self.blobLock = blobLock
        self.importer = importer
        self.sites = sites
        self.mostBytes = mostBytes
        self.clock = clock
        self.jobEnqueued = jobEnqueued
    }

    var handler: JobHandler {
        JobHandler(kind: Self.kind, mostCrashes: JobRepository.mostCrashesOfHarmlessWork, waitsForOthers: true) { context in
            try await perform(context)
        } failed: { connection, job, reason in
            try imports.markFailed(connection, job.organization, DatasetID(job.payload), reason: reason)
        }
    }

    private func perform(_ context: JobContext) async throws {
        let (imports, datasets, organization) = (imports, datasets, context.job.organization)
        let id = DatasetID(context.job.payload)
        let (wanted, dataset) = try await database.read {
            (try imports.find($0, organization, id), try datasets.find($0, organization, id))
        }
        guard let wanted, wanted.isWaiting, dataset != nil else { return try await context.complete { _ in } }
        let plan = try ImportPlan(url: wanted.source.url, files: wanted.source.files, sites: sites, at: ["source"])
        // Held until the database names the blobs: many large files may take long, so that each is stored under a lock of its own and a blob
        // without a name is left alone for a day.
        var arrived: [ArrivedFile] = []
        for (index, file) in plan.files.enumerated() {
            arrived.append(try await fetch(file, of: plan, context))
            try await context.report(progress: 100 * (index + 1) / (plan.files.count + 1))
        }
        let (recording, clock, files) = (recording, clock, arrived)
        try await blobLock.shared {
            try await context.complete { connection in
                guard try datasets.find(connection, organization, id) != nil else { return }
                for file in files {
                    _ = try recording.record(connection, organization, file, by: wanted.createdBy, in: id, at: clock.now)
                }
                try imports.markDone(connection, organization, id)
            }
        }
        await jobEnqueued()
    }

    private func fetch(_ file: ImportFile, of plan: ImportPlan, _ context: JobContext) async throws -> ArrivedFile {
        let organization = context.job.organization
        let lastLook = Mutex(ContinuousClock.now)
        let upload = Upload(spool: try await blobs.makeSpool(), mostBytes: mostBytes)
        do {
            _ = try await importer.fetch(file, of: plan, for: organization, limit: mostBytes) { piece in
                try await upload.write(piece)
                let isTime = lastLook.withLock { last in
                    guard ContinuousClock.now - last >= Self.lookInterval else { return false }
                    last = ContinuousClock.now
                    return true
                }
                if isTime { try await context.publish { _ in } }
            }
            let finished = try await upload.finish()
            let blobs = blobs
            _ = try await blobLock.shared { try await blobs.store(finished.spool, organization: organization.text) }
            guard let format = FileFormat(rawValue: file.format.rawValue) else {
                throw PlatformError.internal("a table format without a file format")
            }
            return ArrivedFile(filename: file.name, format: format, sha256: finished.sha256, size: finished.size)
        } catch let failure as WebFailure {
            await upload.discard()
            let reason = "\(failure.description)."
            throw failure.isWorthRetrying ? JobRetry(reason) : JobRefusal(reason)
        } catch {
            await upload.discard()
            throw error
        }
    }
}

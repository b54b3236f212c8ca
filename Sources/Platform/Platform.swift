package import Foundation
import Ingestion
package import Logging
package import Providers
package import Retrieval
package import Storage

/// Everything that the product does, wired by hand from what an installation brings along.
package struct Platform: Sendable {
    package let access: AccessService
    package let rateLimiter: RateLimiter
    package let failureThrottle: FailureThrottle
    package let idempotency: IdempotencyService
    package let models: ModelService
    package let associations: AssociationService
    package let datasets: DatasetService
    package let files: FileService
    package let search: PassageSearch
    package let chats: ChatService
    package let turns: TurnService
    package let jobs: JobRunner
    package let integrations: IntegrationService
    package let overviews: DatasetOverviewService
    package let uploads: UploadService
    package let imports: DatasetImportService
    package let runs: RunService
    package let results: ResultService
    package let rows: RowService
    package let publications: PublicationService
    /// The address that clients use; nil when nobody said.
    package let publicURL: String?
    package let showsAwaitingInput: Bool
    package let faults: Faults
    package let clock: any Clock
    private let database: any Database
    private let maintenance: Maintenance

    /// - Parameters:
    ///   - workspace: a folder for passing files; emptied here.
    ///   - indexFolder: a folder for merged copies of what is searched; kept, and rebuilt when it is lost.
    ///   - encoder: nil to search by keywords alone.
    ///   - executable: this program, which is run again as `extract`.
    ///   - providers: by name, beside the built-in one.
    ///   - keys: made from the installation's secret.
    package init(
        configuration: PlatformConfiguration, database: any Database, blobs: BlobStore, workspace: URL, indexFolder: URL,
        encoder: SentenceEncoder?, executable: String, providers: [String: any ModelProvider], keys: InstallationKeys, clock: any Clock,
        logger: Logger
    ) throws {
        try? FileManager.default.removeItem(at: workspace)
        try FileManager.default.createDirectory(at: workspace, withIntermediateDirectories: true)
        let process = Identifier<Platform>.make(at: clock.now).text
        let blobLock = SharedExclusiveLock()
        let blobSweep = BlobSweep(database: database, blobs: blobs, blobLock: blobLock)
        let vectors = encoder.map { encoder in
            (
                encoding: ContentEncoding(encoder: encoder, blobs: blobs),
                publishing: VectorPublishing(
                    family: SentenceEncoder.family, blobs: blobs, blobLock: blobLock, sweep: blobSweep, clock: clock)
            )
        }
        let processing = ContentProcessing(
            extraction: ExtractionProcess(executable: executable, limits: configuration.extractionLimits), blobs: blobs)
        let ingestion = IngestionJob(
            database: database, blobs: blobs, processing: processing, workspace: workspace, clock: clock, faults: configuration.faults,
            blobLock: blobLock, sweep: blobSweep, vectors: vectors)
        let encoding = vectors.map { encoding, publishing in
            EncodingJob(database: database, encoding: encoding, publishing: publishing, workspace: workspace)
        }
        let doorbell = JobDoorbell()
        let jobEnqueued: @Sendable () async -> Void = { await doorbell.ring() }
        let vectorDemand = VectorDemand(family: encoder == nil ? nil : SentenceEncoder.family, jobEnqueued: jobEnqueued)
        let web = WebClient(allowsPrivate: configuration.allowsPrivateNetwork)
        let integrations = IntegrationService(database: database, clock: clock, box: SecretBox(key: keys.encryption))
        let results = ResultService(database: database, blobs: blobs, workspace: workspace, clock: clock)
        let importing = ImportJob(
            database: database, blobs: blobs, blobLock: blobLock,
            importer: Importer(client: web, sites: configuration.sites, integrations: integrations), sites: configuration.sites,
            mostBytes: configuration.mostDatasetBytes, clock: clock, jobEnqueued: jobEnqueued)
        let publishing = PublicationJob(
            database: database, results: results, publisher: Publisher(client: web, sites: configuration.sites, clock: clock),
            integrations: integrations, workspace: workspace, publicURL: configuration.publicURL, clock: clock)
        let running = RunJob(
            database: database, blobs: blobs, blobLock: blobLock,
            publishing: RunPublishing(
                database: database, blobs: blobs, blobLock: blobLock, processing: processing, vectorDemand: vectorDemand, sweep: blobSweep,
                clock: clock),
            workspace: workspace, encoder: encoder, catalogue: configuration.catalogue, providers: providers,
            concurrency: configuration.generatorConcurrency, sleep: configuration.sleep, clock: clock, faults: configuration.faults,
            logger: logger)
        let jobs = JobRunner(
            database: database, clock: clock, logger: logger,
            handlers: [ingestion.handler, importing.handler, running.handler, publishing.handler] + [encoding?.handler].compactMap { $0 },
            concurrency: configuration.jobConcurrency, worker: process)
        doorbell.answer { await jobs.nudge() }
        let models = ModelService(database: database, catalogue: configuration.catalogue, clock: clock)
        let indexes = DatasetIndexes(folder: indexFolder, blobs: blobs, family: vectorDemand.family, logger: logger)
        let search = PassageSearch(
            database: database, indexes: indexes, encoder: encoder, vectorDemand: vectorDemand, clock: clock,
            parameters: FusionParameters(
                minimumCosine: configuration.minimumCosine, minimumMatchedShare: configuration.minimumMatchedShare))
        var all = providers
        all[SystemModel.quoting.provider] = Self.quotingProvider(encoder, configuration)
        let turns = TurnService(
            database: database, clock: clock, models: models, search: search, providers: all, faults: configuration.faults, owner: process,
            logger: logger)

        self.database = database
        self.clock = clock
        self.jobs = jobs
        self.models = models
        self.search = search
        self.turns = turns
        faults = configuration.faults
        publicURL = configuration.publicURL
        showsAwaitingInput = configuration.showsAwaitingInput
        let forgetIndexes: ForgetIndexes = { datasets, organization in
            await BlockingWork.run { indexes.forget(datasets, of: organization) }
        }
        access = AccessService(database: database, clock: clock)
        rateLimiter = RateLimiter(
            perMember: configuration.requestsPerMinutePerMember, perOrganization: configuration.requestsPerMinutePerOrganization,
            database: database, clock: clock)
        failureThrottle = FailureThrottle(clock: clock)
        idempotency = IdempotencyService(database: database, clock: clock)
        associations = AssociationService(database: database, clock: clock, vectorDemand: vectorDemand)
        datasets = DatasetService(
            database: database, clock: clock, endWork: RunEnding.endWork, forgetIndexes: forgetIndexes)
        files = FileService(
            database: database, blobs: blobs, clock: clock, faults: configuration.faults, mostBytes: configuration.mostUploadBytes,
            blobLock: blobLock, endWork: RunEnding.endWork, forgetIndexes: forgetIndexes, jobEnqueued: jobEnqueued)
        chats = ChatService(database: database, clock: clock)
        self.integrations = integrations
        self.results = results
        overviews = DatasetOverviewService(database: database)
        uploads = UploadService(
            database: database, blobs: blobs, blobLock: blobLock, clock: clock, signer: UploadSigner(key: keys.presigning),
            mostBytes: configuration.mostDatasetBytes, jobEnqueued: jobEnqueued)
        imports = DatasetImportService(database: database, clock: clock, sites: configuration.sites, jobEnqueued: jobEnqueued)
        runs = RunService(
            database: database, clock: clock,
            planner: RunPlanner(
                generator: configuration.generator, deduplicationThreshold: configuration.deduplicationThreshold),
            jobEnqueued: jobEnqueued)
        rows = RowService(database: database, blobs: blobs)
        publications = PublicationService(database: database, clock: clock, integrations: integrations, jobEnqueued: jobEnqueued)
        maintenance = Maintenance(
            turns: turns, uploads: uploads, blobSweep: blobSweep, idempotency: idempotency, logger: logger)
    }

    /// Takes up what a process before this one left undone. On SQLite nobody else can be at work, so nothing is waited for.
    package func recover() async throws {
        let isSoleOwner = database.dialect == .sqlite
        if isSoleOwner {
            try await database.write { try JobRepository().expireLeases($0) }
            try await idempotency.releaseAll()
        }
        try await turns.recover(all: isSoleOwner)
    }

    /// Works in the background until the task is cancelled.
    package func runMaintenance() async { await maintenance.run() }

    /// Whether the database answers.
    package func checkDatabase() async throws { try await database.read { _ = try $0.query("SELECT 1 AS alive") } }

    /// Jobs that wait or run, by kind and state.
    package func jobDepths() async throws -> [(kind: String, state: String, count: Int)] {
        try await database.read { try JobRepository().depths($0) }
    }

    /// Lets turns and jobs come to an end, side by side, within `grace`.
    package func drain(grace: Duration) async {
        async let turnsEnded: Void = turns.drain(grace: grace)
        async let jobsEnded: Void = jobs.stop(grace: grace)
        _ = await (turnsEnded, jobsEnded)
    }

    /// The built-in model, with sentence selection as its brain.
    private static func quotingProvider(_ encoder: SentenceEncoder?, _ configuration: PlatformConfiguration) -> QuotingProvider {
        let limits = QuoteLimits(
            minimumMatchedShare: configuration.minimumMatchedShare, minimumCosine: configuration.minimumCosine)
        return QuotingProvider { question, passages in
            await BlockingWork.run {
                // Somebody waits for the answer: its sentences go through the query lane, ahead of documents that come in.
                let meaning = encoder.map { encoder in
                    QuoteMeaning(question: encoder.encode(query: question), cosines: passages.map(\.cosine)) { texts in
                        texts.map { encoder.encode(query: $0) }
                    }
                }
                return QuoteSelector().select(
                    question: question, passages: passages.map(\.text), matchedShares: passages.map(\.matchedShare),
                    headings: passages.map(\.headings), limits: limits, meaning: meaning
                ).map { QuotingProvider.Quote(passage: $0.passage, text: $0.text) }
            }
        } countTokens: { text in
            TokenCounter.count(text)
        }
    }
}

import Foundation
import Logging
import Providers
import Retrieval
import Storage

/// Does runs in the background: the work, then one write that publishes it, or one that says why not.
struct RunJob: Sendable {
    static let kind = "run"
    /// How often progress is written down and a wish to cancel looked for.
    static let watchInterval = Duration.seconds(1)
    /// Deaths of the process beyond those after which a run is given up, should they come while it is given up.
    private static let deathsWhileEnding = 5

    let database: any Database
    let blobs: BlobStore
    let blobLock: SharedExclusiveLock
    let publishing: RunPublishing
    let workspace: URL
    let encoder: SentenceEncoder?
    let catalogue: Catalogue
    let providers: [String: any ModelProvider]
    let concurrency: Int
    /// How a retry is waited for.
    let sleep: Sleep
    let clock: any Clock
    let faults: Faults
    let logger: Logger
    private let runs = RunRepository()
    private let ending = RunEnding()

    init(
        database: any Database, blobs: BlobStore, blobLock: SharedExclusiveLock, publishing: RunPublishing, workspace: URL,
        encoder: SentenceEncoder?, catalogue: Catalogue, providers: [String: any ModelProvider], concurrency: Int, sleep: @escaping Sleep,
        clock: any Clock, faults: Faults, logger: Logger
    ) {
        self.database = database
        self.blobs = blobs
        self.blobLock = blobLock
        self.publishing = publishing
        self.workspace = workspace
        self.encoder = encoder
        self.catalogue = catalogue
        self.providers = providers
        self.concurrency = concurrency
        self.sleep = sleep
        self.clock = clock
        self.faults = faults
        self.logger = logger
    }

    var handler: JobHandler {
        JobHandler(kind: Self.kind, mostCrashes: JobRepository.mostCrashesOfHarmlessWork + Self.deathsWhileEnding) { context in
            try await perform(context)
        } failed: { connection, job, reason in
            let failure = DatasetFailure(.interrupted, reason)
            try ending.end(connection, job.organization, RunID(job.payload), as: .failed, failure, at: clock.now)
        }
    }

    private func perform(_ context: JobContext) async throws {
        let (runs, organization, id, clock) = (runs, context.job.organization, RunID(context.job.payload), clock)
        let found = try await database.read { try runs.find($0, organization, id) }
        guard let run = found, run.isActive else { return try await context.complete { _ in } }
        let folder = workspace.appending(path: "\(context.job.id)-\(context.job.attempt)")
        try await BlockingWork.run { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }
        defer { try? FileManager.default.removeItem(at: folder) }

        try await context.publish { try runs.markRunning($0, organization, id, at: clock.now) }
        let progress = RunProgress(total: run.totalRows, generates: run.plan.generates)
        let checkpoints = RunCheckpoints(
            run: id, context: context, database: database, blobs: blobs, blobLock: blobLock, sweep: publishing.sweep, folder: folder)
        do {
            if context.job.crashes >= JobRepository.mostCrashesOfHarmlessWork {
                throw RunStop(.interrupted, JobFailure.died(context.job.crashes))
            }
            try await watched(run, context, progress) {
                let work = RunWork(
                    run: run, checkpoints: checkpoints, blobs: blobs, encoder: encoder,
                    generator: try generator(for: run, organization), progress: progress, faults: faults)
                try await work.perform()
                progress.reach(.publish, 0)
                try await publishing.publish(run, checkpoints, folder: folder, context)
            }
        } catch let stop as RunStop {
            try await end(run, checkpoints, as: .failed, stop.failure)
        } catch BlobError.notFound {
            let failure = DatasetFailure(.interrupted, "A file of the dataset was erased while the run read it.")
            try await end(run, checkpoints, as: .failed, failure)
        } catch  where progress.isCancelled {
            try await end(run, checkpoints, as: .cancelled, .runCancelled)
        } catch  where Self.isGivenUp(context.job, after: error) {
            logger.error("a run failed for good", metadata: ["run": "\(id)", "error": "\(error)"])
            let failure = DatasetFailure(.interrupted, JobFailure.failed(context.job.attempt))
            try await end(run, checkpoints, as: .failed, failure)
        }
    }

    /// Ends the run with everything that it has finished.
    private func end(_ run: Run, _ checkpoints: RunCheckpoints, as state: Run.State, _ failure: DatasetFailure) async throws {
        let (ending, clock) = (ending, clock)
        let rest = try await RunSalvage(run: run, checkpoints: checkpoints, blobs: blobs).batch()
        try await checkpoints.end(with: rest) {
            try ending.end($0, checkpoints.organization, run.id, as: state, failure, at: clock.now)
        }
    }

    /// Whether the job would not be tried again after this failure: then the run ends here, as its rows cannot be put together elsewhere.
    private static func isGivenUp(_ job: Job, after error: any Error) -> Bool {
        !(error is JobLeaseLost) && !Task.isCancelled && job.attempt - job.crashes >= JobRepository.mostAttempts
    }

    /// Runs the work beside somebody who writes its progress down and ends it when that is wished.
    private func watched(
        _ run: Run, _ context: JobContext, _ progress: RunProgress, _ work: @escaping @Sendable () async throws -> Void
    ) async throws {
        let task = Task { try await work() }
        let watcher = Task {
            while !Task.isCancelled {
                if try await !report(run, context, progress) {
                    progress.cancel()
                    task.cancel()
                }
                try await Task.sleep(for: Self.watchInterval)
            }
        }
        let outcome = await withTaskCancellationHandler {
            await task.result
        } onCancel: {
            task.cancel()
        }
        watcher.cancel()
        // Where it came to is told before it ends, as the watcher's last look may have been at an earlier step; by a task of its own, since
        // this one may be cancelled.
        if case .failure = outcome { _ = try await Task { try await report(run, context, progress) }.value }
        try outcome.get()
    }

    /// False when somebody asked to cancel the run.
    private func report(_ run: Run, _ context: JobContext, _ progress: RunProgress) async throws -> Bool {
        let (runs, organization, now) = (runs, context.job.organization, progress.now)
        do {
            return try await database.write {
                try runs.report($0, organization, run.id, step: now.step, processedRows: now.processedRows)
            }
        } catch {
            logger.warning("the progress of a run could not be written down", metadata: ["run": "\(run.id)", "error": "\(error)"])
            return true
        }
    }

    /// - Throws: `RunStop` when the model of the plan is not there any more.
    private func generator(for run: Run, _ organization: OrganizationID) throws -> RowGenerator? {
        guard run.plan.asksGenerator, let name = run.plan.generator else { return nil }
        guard let model = catalogue.find(name: name), let provider = providers[model.provider] else {
            throw RunStop(.generatorFailed, "The model \(name), which this run was to generate with, is not configured any more.")
        }
        return RowGenerator(
            run: run.id, organization: organization, plan: run.plan, model: model, provider: provider, database: database,
            concurrency: concurrency, sleep: sleep, logger: logger)
    }
}

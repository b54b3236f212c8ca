package import Logging
package import Storage

/// What is to be done for one kind of job.
package struct JobHandler: Sendable {
    package let kind: String
    /// Deaths of the process in a job before it fails for good.
    let mostCrashes: Int
    /// Whether it waits for other machines most of its time, so that many may run where few that compute may.
    let waitsForOthers: Bool
    /// Does the work and ends it with `JobContext.complete`. At least once: it may have been begun before.
    let perform: @Sendable (JobContext) async throws -> Void
    /// Tells whoever waits that the job failed for good; runs in the transaction that says so.
    let failed: @Sendable (any Connection, Job, String) throws -> Void

    package init(
        kind: String, mostCrashes: Int = JobRepository.mostCrashes, waitsForOthers: Bool = false,
        perform: @escaping @Sendable (JobContext) async throws -> Void,
        failed: @escaping @Sendable (any Connection, Job, String) throws -> Void
    ) {
        self.kind = kind
        self.mostCrashes = mostCrashes
        self.waitsForOthers = waitsForOthers
        self.perform = perform
        self.failed = failed
    }
}

/// What a handler may do about its job.
package struct JobContext: Sendable {
    package let job: Job
    private let database: any Database
    private let clock: any Clock
    private let repository = JobRepository()

    init(job: Job, database: any Database, clock: any Clock) {
        self.job = job
        self.database = database
        self.clock = clock
    }

    /// Tells how far the work has come, 0 to 100.
    package func report(progress: Int) async throws {
        let (repository, job) = (repository, job)
        try await database.write { try repository.report($0, job, progress: progress) }
    }

    /// Publishes a part of the effect, if this worker still holds the job, which goes on.
    ///
    /// - Throws: `JobLeaseLost` when it does not; then nothing was published.
    @discardableResult package func publish<Value: Sendable>(
        _ effect: @escaping @Sendable (any Connection) throws -> Value
    ) async throws -> Value {
        let (repository, job, clock) = (repository, job, clock)
        return try await database.write { connection in
            guard try repository.renew(connection, job, now: DatabaseTime.now(connection, clock: clock)) else { throw JobLeaseLost() }
            return try effect(connection)
        }
    }

    /// Publishes the effect and ends the job in one transaction, if this worker still holds it.
    ///
    /// - Throws: `JobLeaseLost` when it does not; then nothing was published.
    @discardableResult package func complete<Value: Sendable>(
        _ effect: @escaping @Sendable (any Connection) throws -> Value
    ) async throws -> Value {
        let (repository, job, clock) = (repository, job, clock)
        return try await database.write { connection in
            try repository.finish(connection, job, as: .succeeded, error: nil, now: DatabaseTime.now(connection, clock: clock))
            return try effect(connection)
        }
    }
}

/// Claims due jobs and runs them, a few of each kind at a time, until it is told to stop. No kind takes the place of another: a long run lets
/// the import of a small file pass, a site that is slow to answer holds up nothing but what is fetched.
package actor JobRunner {
    /// How long to wait when nothing is due and nobody nudges.
    static let pollInterval = Duration.seconds(2)
    /// The first wait after a failed attempt; it doubles with each.
    static let firstRetry = Duration.seconds(1)
    /// So many jobs that wait for other machines run where one runs that computes.
    static let waitingForEachWorking = 4

    private let database: any Database
    private let clock: any Clock
    private let logger: Logger
    private let handlers: [String: JobHandler]
    private let concurrency: Int
    private let worker: String
    private let repository = JobRepository()
    private var running: [JobID: (kind: String, task: Task<Void, Never>)] = [:]
    private var nudges = 0
    private var sleeper: Task<Void, Never>?
    private var isStopping = false

    /// - Parameter concurrency: jobs of each kind that this process runs at once, not counting those that wait for others.
    package init(
        database: any Database, clock: any Clock, logger: Logger, handlers: [JobHandler], concurrency: Int, worker: String
    ) {
        self.database = database
        self.clock = clock
        self.logger = logger
        self.handlers = Dictionary(handlers.map { ($0.kind, $0) }, uniquingKeysWith: { first, _ in first })
        self.concurrency = concurrency
        self.worker = worker
    }

    /// Works until `stop` is called.
    package func run() async {
        while !isStopping {
            let seen = nudges
            let started = await startNext()
            if !started, nudges == seen, !isStopping { await rest() }
        }
    }

    /// Tells that a job may have become due: called after the transaction that enqueued it.
    package func nudge() {
        nudges += 1
        sleeper?.cancel()
    }

    /// Stops claiming, waits so long for running jobs, then gives the rest back with their attempt uncounted.
    package func stop(grace: Duration) async {
        isStopping = true
        nudge()
        let tasks = running.values.map(\.task)
        let deadline = Task {
            try await Task.sleep(for: grace)
            for task in tasks { task.cancel() }
        }
        for task in tasks { await task.value }
        deadline.cancel()
    }

    private func rest() async {
        let interval = Self.pollInterval
        let sleeper = Task { _ = try? await Task.sleep(for: interval) }
        self.sleeper = sleeper
        await sleeper.value
        self.sleeper = nil
    }

    private func startNext() async -> Bool {
        let (repository, clock, worker) = (repository, clock, worker)
        let kinds = handlers.values.filter(hasRoom).map(\.kind).sorted()
        if kinds.isEmpty { return false }
        let waiting = handlers.values.filter(\.waitsForOthers).map(\.kind).sorted()
        do {
            let claimed = try await database.write { connection in
                try repository.claim(
                    connection, kinds: kinds, waiting: waiting, worker: worker, now: DatabaseTime.now(connection, clock: clock))
            }
            guard let job = claimed else { return false }
            if isStopping {
                // `stop` has counted the running jobs already: this one must not begin.
                await putBack(job, after: .zero, error: nil, counted: false)
                return false
            }
            running[job.id] = (job.kind, Task { await self.work(job) })
            return true
        } catch {
            logger.error("no job could be claimed", metadata: ["error": "\(error)"])
            return false
        }
    }

    private func hasRoom(_ handler: JobHandler) -> Bool {
        running.values.count { $0.kind == handler.kind } < (handler.waitsForOthers ? Self.waitingForEachWorking : 1) * concurrency
    }

    private func work(_ job: Job) async {
        defer {
            running[job.id] = nil
            nudge()
        }
        guard let handler = handlers[job.kind] else { return }
        if job.crashes >= handler.mostCrashes {
            await fail(job, handler, JobFailure.died(job.crashes))
            return
        }
        let work = Task { try await handler.perform(JobContext(job: job, database: database, clock: clock)) }
        let renewal = Task { await self.keepLease(of: job, cancelling: work) }
        let outcome = await withTaskCancellationHandler {
            await work.result
        } onCancel: {
            work.cancel()
        }
        renewal.cancel()
        if case .failure(let error) = outcome { await settle(job, handler, error) }
    }

    private func keepLease(of job: Job, cancelling work: Task<Void, any Error>) async {
        let (repository, clock) = (repository, clock)
        while (try? await Task.sleep(for: JobRepository.renewal)) != nil {
            let isOurs = try? await database.write { connection in
                try repository.renew(connection, job, now: DatabaseTime.now(connection, clock: clock))
            }
            if isOurs == false { work.cancel() }
        }
    }

    private func settle(_ job: Job, _ handler: JobHandler, _ error: any Error) async {
        if error is JobLeaseLost {
            logger.warning("job went to another worker", metadata: ["job": "\(job.id)", "kind": "\(job.kind)"])
        } else if let refusal = error as? JobRefusal {
            await fail(job, handler, refusal.reason)
        } else if isStopping {
            await putBack(job, after: .zero, error: nil, counted: false)
        } else if job.attempt - job.crashes >= JobRepository.mostAttempts {
            logger.error("job failed for good", metadata: ["job": "\(job.id)", "kind": "\(job.kind)", "error": "\(error)"])
            await fail(job, handler, (error as? JobRetry)?.description ?? JobFailure.failed(job.attempt))
        } else {
            logger.warning("job will be tried again", metadata: ["job": "\(job.id)", "kind": "\(job.kind)", "error": "\(error)"])
            let wait = Self.firstRetry * (1 << (job.attempt - job.crashes - 1)) * Double.random(in: 0.75...1.25)
            await putBack(job, after: wait, error: "\(error)", counted: true)
        }
    }

    private func putBack(_ job: Job, after wait: Duration, error: String?, counted: Bool) async {
        let (repository, clock) = (repository, clock)
        await logged("job could not be put back", job) {
            try await self.database.write { connection in
                let runAt = try DatabaseTime.now(connection, clock: clock).adding(wait)
                try repository.putBack(connection, job, runAt: runAt, error: error, counted: counted)
            }
        }
    }

    private func fail(_ job: Job, _ handler: JobHandler, _ reason: String) async {
        let (repository, clock) = (repository, clock)
        await logged("job could not be marked failed", job) {
            try await self.database.write { connection in
                try repository.finish(connection, job, as: .failed, error: reason, now: DatabaseTime.now(connection, clock: clock))
                try handler.failed(connection, job, reason)
            }
        }
    }

    private func logged(_ message: Logger.Message, _ job: Job, _ body: @escaping @Sendable () async throws -> Void) async {
        do {
            try await body()
        } catch {
            logger.error(message, metadata: ["job": "\(job.id)", "error": "\(error)"])
        }
    }
}

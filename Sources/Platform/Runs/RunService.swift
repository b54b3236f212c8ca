import Storage

/// Plans runs, launches them, and tells of them.
package struct RunService: Sendable {
    private let database: any Database
    private let clock: any Clock
    private let planner: RunPlanner
    private let jobEnqueued: @Sendable () async -> Void
    private let runs = RunRepository()
    private let datasets = DatasetRepository()
    private let jobs = JobRepository()
    private let ending = RunEnding()

    init(database: any Database, clock: any Clock, planner: RunPlanner, jobEnqueued: @escaping @Sendable () async -> Void) {
        self.database = database
        self.clock = clock
        self.planner = planner
        self.jobEnqueued = jobEnqueued
    }

    /// What a launch, or the wish for an estimate, came to.
    package enum Launch: Sendable {
        case estimate(RunEstimate)
        case run(Run)
    }

    /// The run that was launched with this key; nil when there is none.
    ///
    /// - Throws: `PlatformError.notFound` for the dataset.
    package func launched(with key: String, on dataset: DatasetID, for principal: Principal) async throws -> Run? {
        let (runs, datasets) = (runs, datasets)
        return try await database.read { connection in
            guard try datasets.find(connection, principal.organization, dataset) != nil else {
                throw PlatformError.notFound("Dataset not found.")
            }
            return try runs.find(connection, principal.organization, of: dataset, idempotencyKey: key)
        }
    }

    /// - Throws: `PlatformError.notFound`.
    package func requireDataset(_ dataset: DatasetID, for principal: Principal) async throws {
        let datasets = datasets
        guard try await database.read({ try datasets.find($0, principal.organization, dataset) }) != nil else {
            throw PlatformError.notFound("Dataset not found.")
        }
    }

    /// Plans the run and, unless only an estimate is asked for, launches it: one write with the plan frozen and its job.
    ///
    /// - Throws: `PlatformError.notFound`; `conflict` while nothing is imported or another run is active; `invalid`.
    package func launch(_ request: RunRequest, on dataset: DatasetID, for principal: Principal) async throws -> Launch {
        let (runs, datasets, jobs, planner) = (runs, datasets, jobs, planner)
        let (organization, now) = (principal.organization, clock.now)
        if request.isEstimate {
            return try await database.read { connection in
                let table = try DatasetTable.current(connection, organization, of: dataset)
                return .estimate(try planner.plan(request, inputs: table.inputs, columns: table.columns).estimate)
            }
        }
        let run = try await database.write { connection in
            if let key = request.idempotencyKey, let earlier = try runs.find(connection, organization, of: dataset, idempotencyKey: key) {
                return earlier
            }
            // Locked, so that it is not deleted, and no file of it is purged, between the look at its table and the run.
            guard let version = try datasets.lock(connection, organization, dataset)?.version else {
                throw PlatformError.notFound("Dataset not found.")
            }
            let table = try DatasetTable.current(connection, organization, of: dataset)
            let plan = try planner.plan(request, inputs: table.inputs, columns: table.columns)
            let run = Run(
                id: .make(at: now), dataset: dataset, state: .pending, step: .survey, plan: plan, inputVersion: version,
                totalRows: plan.rows, processedRows: 0, isCancelRequested: false, credits: plan.estimate.credits, counts: nil,
                evaluation: nil,
                outputFile: nil, ledgerSHA256: nil, failure: nil, createdBy: principal.member, createdAt: now, startedAt: nil,
                finishedAt: nil)
            guard try runs.insert(connection, organization, run, idempotencyKey: request.idempotencyKey) else {
                // Somebody with the same key was faster, or another run is active.
                if let key = request.idempotencyKey, let earlier = try runs.find(connection, organization, of: dataset, idempotencyKey: key)
                {
                    return earlier
                }
                throw PlatformError.conflict(
                    "A run of this dataset is active: wait until it has ended, or cancel it.", retryAfterSeconds: nil)
            }
            try jobs.enqueue(connection, organization, kind: RunJob.kind, uniqueKey: run.id.text, payload: run.id.text, at: now)
            return run
        }
        await jobEnqueued()
        return .run(run)
    }

    /// The dataset's runs, newest first.
    ///
    /// - Throws: `PlatformError.notFound`.
    package func page(_ request: PageRequest, of dataset: DatasetID, for principal: Principal) async throws -> Page<Run> {
        try await requireDataset(dataset, for: principal)
        let runs = runs
        return try await database.read { try runs.page($0, principal.organization, of: dataset, request) }
    }

    /// - Throws: `PlatformError.notFound`.
    package func get(_ id: RunID, of dataset: DatasetID, for principal: Principal) async throws -> Run {
        try await requireDataset(dataset, for: principal)
        let runs = runs
        guard let run = try await database.read({ try runs.find($0, principal.organization, id) }), run.dataset == dataset else {
            throw PlatformError.notFound("Run not found.")
        }
        return run
    }

    /// Asks an active run to stop: one that waits ends at once, one that works within a second or two. Its finished rows stay.
    ///
    /// - Throws: `PlatformError.notFound`, `conflict` when the run is over.
    package func cancel(_ id: RunID, of dataset: DatasetID, for principal: Principal, receipt: ReplyReceipt<Run>?) async throws -> Run {
        _ = try await get(id, of: dataset, for: principal)
        let (runs, ending, now) = (runs, ending, clock.now)
        return try await database.write { connection in
            guard try runs.requestCancel(connection, principal.organization, id) else {
                throw PlatformError.conflict("The run is over: there is nothing to cancel.", retryAfterSeconds: nil)
            }
            guard var run = try runs.find(connection, principal.organization, id) else { throw PlatformError.notFound("Run not found.") }
            if run.state == .pending {
                try ending.stop(connection, principal.organization, id, .runCancelled, at: now)
                run = try runs.find(connection, principal.organization, id) ?? run
            }
            try receipt?.finish(run, on: connection)
            return run
        }
    }
}

import Storage

/// Takes in publishings and tells what became of them.
package struct PublicationService: Sendable {
    private let database: any Database
    private let clock: any Clock
    private let integrations: IntegrationService
    private let jobEnqueued: @Sendable () async -> Void
    private let publications = PublicationRepository()
    private let runs = RunRepository()
    private let datasets = DatasetRepository()
    private let jobs = JobRepository()

    init(
        database: any Database, clock: any Clock, integrations: IntegrationService, jobEnqueued: @escaping @Sendable () async -> Void
    ) {
        self.database = database
        self.clock = clock
        self.integrations = integrations
        self.jobEnqueued = jobEnqueued
    }

    /// Checks the specification and the credentials, and enqueues the job.
    ///
    /// - Throws: `PlatformError.notFound`; `invalid` for a specification or missing credentials; `unprocessable` without any result.
    package func start(
        _ target: PublishTarget, _ fields: [String: JSONValue], of dataset: DatasetID, at location: [String], for principal: Principal,
        receipt: ReplyReceipt<Publication>?
    ) async throws -> Publication {
        let (datasets, runs, publications, jobs, now, organization) = (
            datasets, runs, publications, jobs, clock.now, principal.organization
        )
        guard try await database.read({ try datasets.find($0, organization, dataset) }) != nil else {
            throw PlatformError.notFound("Dataset not found.")
        }
        _ = try PublishSpec(target, fields, at: location)
        guard try await integrations.credentials(target.integration, of: organization) != nil else {
            throw PlatformError.invalid(
                ["body", "target"],
                "Publishing to \(target.rawValue) needs credentials: set them with PUT /v1/integrations/\(target.integration.rawValue).")
        }
        let publication = Publication(
            id: .make(at: now), dataset: dataset, target: target.rawValue, spec: fields, state: .queued, message: nil, url: nil,
            createdAt: now, finishedAt: nil)
        try await database.write { connection in
            guard try runs.latestWithRows(connection, organization, of: dataset) != nil else {
                throw PlatformError.unprocessable("There is nothing to publish yet: no run of this dataset has written any rows.")
            }
            try publications.insert(connection, organization, publication, by: principal.member)
            try jobs.enqueue(
                connection, organization, kind: PublicationJob.kind, uniqueKey: publication.id.text, payload: publication.id.text, at: now)
            try receipt?.finish(publication, on: connection)
        }
        await jobEnqueued()
        return publication
    }

    /// The dataset's publishings, newest first.
    ///
    /// - Throws: `PlatformError.notFound`.
    package func page(_ request: PageRequest, of dataset: DatasetID, for principal: Principal) async throws -> Page<Publication> {
        let (publications, datasets) = (publications, datasets)
        return try await database.read { connection in
            guard try datasets.find(connection, principal.organization, dataset) != nil else {
                throw PlatformError.notFound("Dataset not found.")
            }
            return try publications.page(connection, principal.organization, of: dataset, request)
        }
    }
}

import Storage

/// Begins imports: the dataset is there at once, its rows come in the background.
package struct DatasetImportService: Sendable {
    private let database: any Database
    private let clock: any Clock
    private let sites: RemoteSites
    private let jobEnqueued: @Sendable () async -> Void
    private let datasets = DatasetRepository()
    private let imports = DatasetImportRepository()
    private let jobs = JobRepository()

    init(database: any Database, clock: any Clock, sites: RemoteSites, jobEnqueued: @escaping @Sendable () async -> Void) {
        self.database = database
        self.clock = clock
        self.sites = sites
        self.jobEnqueued = jobEnqueued
    }

    /// Makes the dataset and the job that fetches it.
    ///
    /// - Parameters:
    ///   - name: nil for the last part of what the URL names.
    ///   - files: paths inside the dataset page; nil where the URL is the file.
    ///   - location: where `url` and `files` are in the request.
    /// - Throws: `PlatformError.invalid` for a URL that nothing can be imported from.
    package func start(
        name: String?, url: String, files: [String]?, at location: [String], for principal: Principal, receipt: ReplyReceipt<DatasetID>?
    ) async throws -> DatasetID {
        let plan = try ImportPlan(url: url, files: files, sites: sites, at: location)
        let (datasets, imports, jobs, now, organization) = (datasets, imports, jobs, clock.now, principal.organization)
        let dataset = Dataset(
            id: .make(at: now), organization: organization, name: name ?? Self.name(of: url, plan), description: nil,
            consentForTraining: false, version: 0, createdBy: principal.member, createdAt: now, updatedAt: now)
        try await database.write { connection in
            try datasets.insert(connection, organization, dataset)
            try imports.insert(
                connection, organization, dataset.id, DatasetImport.Source(url: url, files: files), by: principal.member, at: now)
            try jobs.enqueue(
                connection, organization, kind: ImportJob.kind, uniqueKey: dataset.id.text, payload: dataset.id.text, at: now)
            try receipt?.finish(dataset.id, on: connection)
        }
        await jobEnqueued()
        return dataset.id
    }

    private static func name(of url: String, _ plan: ImportPlan) -> String {
        guard plan.integration != nil, let address = try? WebAddress(url) else { return stem(plan.files.first?.name ?? "dataset") }
        // `/datasets/<owner>/<name>`: the last part before any tab of the page.
        let parts = address.segments.prefix { !["tree", "blob", "resolve", "raw", "viewer", "versions"].contains($0) }
        return parts.last ?? "dataset"
    }

    private static func stem(_ filename: String) -> String {
        filename.lastIndex(of: ".").map { String(filename[..<$0]) } ?? filename
    }
}

package import Foundation
package import Logging
package import Platform
package import Providers
package import Retrieval
package import Storage

/// One database and one blob folder on which a test starts as many platforms as it likes: replicas side by side, or one process after
/// another.
package struct TestInstallation: Sendable {
    package let backend: Backend
    package let database: any Database
    package let clock: TestClock
    private let folder = TemporaryFolder()

    /// Where everything lies that is kept in files.
    package var root: URL { folder.url }
    /// Where processes keep their merged copies of what is searched.
    package var indexFolder: URL { folder.url.appending(path: "index") }

    /// The clock begins in the past of any machine, so that a job made by it is due by the database's own clock too.
    package init(_ backend: Backend) async throws {
        self.backend = backend
        clock = TestClock(Timestamp(milliseconds: 1_735_689_600_000))
        database = try await backend.fresh(migrations: Schema.migrations)
    }

    /// A platform as one process has it.
    ///
    /// - Parameters:
    ///   - database: the installation's own, seen through something else.
    ///   - providers: by name; each gets a system model of the same name.
    package func process(
        database: (any Database)? = nil, providers: [String: any ModelProvider] = [:], encoder: SentenceEncoder? = nil,
        configure: (inout PlatformConfiguration) -> Void = { _ in }
    ) throws -> Platform {
        var configuration = PlatformConfiguration()
        configuration.requestsPerMinutePerMember = 0
        configuration.requestsPerMinutePerOrganization = 0
        configuration.catalogue = Catalogue(configured: providers.keys.sorted().map { TestPlatform.systemModel($0) })
        configure(&configuration)
        return try Platform(
            configuration: configuration, database: database ?? self.database, blobs: BlobStore(root: folder.url),
            workspace: folder.url.appending(path: "work-\(UUID().uuidString)"), indexFolder: indexFolder,
            encoder: encoder, executable: TestExecutable.path, providers: providers, keys: TestKeys.installation(), clock: clock,
            logger: Self.logger)
    }

    /// Runs `body` while `platform` works off its jobs.
    package func working<Value: Sendable>(_ platform: Platform, _ body: () async throws -> Value) async throws -> Value {
        let jobs = Task { await platform.jobs.run() }
        do {
            let value = try await body()
            await platform.jobs.stop(grace: .seconds(30))
            await jobs.value
            return value
        } catch {
            await platform.jobs.stop(grace: .zero)
            await jobs.value
            throw error
        }
    }

    package static var logger: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }

    /// Waits until no job waits or runs; those that are to be tried again are tried at once.
    package func jobsEnded() async throws {
        try await until("the jobs have ended") {
            try await execute("UPDATE job SET run_at = 0 WHERE state = 'available' AND run_at > 0")
            return try await query("SELECT id FROM job WHERE state IN ('available', 'running')").isEmpty
        }
    }

    /// Lets a process of its own work until every job has ended.
    package func finishJobs(encoder: SentenceEncoder? = nil, configure: (inout PlatformConfiguration) -> Void = { _ in }) async throws {
        let worker = try process(encoder: encoder, configure: configure)
        try await working(worker) { try await jobsEnded() }
    }

    /// A member of an organization, both made on first use.
    package func caller(organization: String = "one", member: String = "ada") async throws -> Principal {
        let access = AccessService(database: database, clock: clock)
        let key = try await access.createKey(
            organization: organization, member: member, role: .member, scopes: Scope.ofOwner, expiresAt: nil)
        return try await access.authenticate(token: key)
    }

    /// Runs one statement.
    @discardableResult
    package func execute(_ sql: SQL) async throws -> Int { try await database.write { try $0.execute(sql) } }

    /// The rows of one query.
    package func query(_ sql: SQL) async throws -> [SQLRow] { try await database.read { try $0.query(sql) } }

    /// The names of the blobs that are stored for an organization.
    package func blobs(of organization: OrganizationID) throws -> Set<String> {
        let blobs = folder.url.appending(path: "blobs").path
        return Set(files.filter { $0.path.hasPrefix(blobs) && $0.path.contains(organization.text) }.map(\.lastPathComponent))
    }

    /// The file of a blob of this name; nil when there is none.
    package func blobFile(_ sha256: String) -> URL? { files.first { $0.lastPathComponent == sha256 } }

    /// The files that hold these bytes anywhere.
    package func files(holding text: String) -> [URL] {
        files.filter { (try? Data(contentsOf: $0))?.range(of: Data(text.utf8)) != nil }
    }

    private var files: [URL] {
        let found = FileManager.default.enumerator(at: folder.url, includingPropertiesForKeys: [.isRegularFileKey])
        let all = (found?.allObjects ?? []).compactMap { $0 as? URL }
        return all.filter { (try? $0.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile) == true }
    }
}

extension Platform {
    /// Uploads a text as a file.
    package func upload(
        _ text: String, named name: String = "notes.txt", into dataset: DatasetID? = nil, for principal: Principal,
        receipt: ReplyReceipt<File>? = nil
    ) async throws -> File {
        let upload = try await files.beginUpload()
        try await upload.write(Array(text.utf8))
        let draft = try FileDraft(filename: name, declaredType: nil, resource: dataset.map { .dataset($0) })
        return try await files.create(draft, from: upload, for: principal, receipt: receipt)
    }

    /// The file once it is ready or has failed.
    package func settled(_ file: FileID, for principal: Principal) async throws -> File {
        try await eventually("file \(file) ready or failed") {
            let found = try await files.get(file, for: principal)
            return found.status == .ready || found.status == .failed ? found : nil
        }
    }

    /// A new dataset.
    package func dataset(_ name: String = "notes", for principal: Principal) async throws -> DatasetID {
        try await datasets.create(DatasetDraft(name: name, description: nil, consentForTraining: false), for: principal, receipt: nil).id
    }

    /// A model of the caller's own.
    package func model(
        from parent: String = "quoting", contextWindow: Int? = nil, maxTokens: Int? = nil,
        reading datasets: [(DatasetID, priority: Int)] = [],
        for principal: Principal
    ) async throws -> ModelID {
        let catalogue = try models.catalogue(PageRequest(limit: 100)).elements
        guard let system = catalogue.first(where: { $0.system.name == parent }) else {
            throw WaitedInVain(description: "no system model \(parent)")
        }
        let draft = ModelDraft(
            parent: system.id, displayName: "test", contextWindow: contextWindow, maxTokensPerRequest: maxTokens, supportsStreaming: true,
            enabled: true, metadata: nil, systemPromptID: nil, systemPrompt: nil)
        let model = try await models.create(draft, for: principal, receipt: nil)
        for (dataset, priority) in datasets {
            _ = try await associations.create(
                AssociationDraft(dataset: dataset, usageType: "rag", snapshotID: nil, priority: priority), on: model.id, for: principal,
                receipt: nil)
        }
        return model.id
    }
}

import Foundation
import Ingestion
import Storage

/// Writes a result to files and hands them to the publisher; tries again where that is worth it.
struct PublicationJob: Sendable {
    static let kind = "publish"

    let database: any Database
    let results: ResultService
    let publisher: Publisher
    let integrations: IntegrationService
    let workspace: URL
    let publicURL: String?
    let clock: any Clock
    private let publications = PublicationRepository()

    init(
        database: any Database, results: ResultService, publisher: Publisher, integrations: IntegrationService, workspace: URL,
        publicURL: String?, clock: any Clock
    ) {
        self.database = database
        self.results = results
        self.publisher = publisher
        self.integrations = integrations
        self.workspace = workspace
        self.publicURL = publicURL
        self.clock = clock
    }

    var handler: JobHandler {
        JobHandler(kind: Self.kind, waitsForOthers: true) { context in
            try await perform(context)
        } failed: { connection, job, reason in
            try publications.finish(
                connection, job.organization, PublicationID(job.payload), as: .failed, message: reason, url: nil, at: clock.now)
        }
    }

    private func perform(_ context: JobContext) async throws {
        let (publications, organization, clock) = (publications, context.job.organization, clock)
        let id = PublicationID(context.job.payload)
        guard let publication = try await database.read({ try publications.find($0, organization, id) }),
            publication.state == .queued || publication.state == .running, let target = PublishTarget(rawValue: publication.target)
        else { return try await context.complete { _ in } }
        try await context.publish { try publications.markRunning($0, organization, id) }
        let folder = workspace.appending(path: "\(context.job.id)-\(context.job.attempt)")
        defer { try? FileManager.default.removeItem(at: folder) }
        do {
            let spec = try PublishSpec(target, publication.spec, at: ["target_spec"])
            let source = try await results.source(publication.dataset, organization)
            let subject = try await subject(publication, source, spec.format, organization, in: folder)
            try await context.report(progress: 30)
            guard let credentials = try await integrations.credentials(target.integration, of: organization) else {
                throw JobRefusal("The credentials of \(target.integration.rawValue) were removed: set them and publish again.")
            }
            let outcome = try await publisher.publish(subject, by: spec, credentials: credentials)
            try await context.complete {
                try publications.finish(
                    $0, organization, id, as: .succeeded, message: outcome.message, url: outcome.url, at: clock.now)
            }
        } catch let failure as PublishFailure {
            throw failure.isWorthRetrying ? JobRetry(failure.description) : JobRefusal(failure.description)
        } catch let error as PlatformError {
            if case .invalid(let issues) = error { throw JobRefusal(issues.map(\.message).joined(separator: " ")) }
            throw error
        }
    }

    private func subject(
        _ publication: Publication, _ source: ResultService.Source, _ format: TableFormat, _ organization: OrganizationID, in folder: URL
    ) async throws -> PublishSubject {
        let rows = try await results.rowsFile(source, organization, in: folder)
        let name = PublishSubject.slug(source.dataset.name)
        let path = "/api/v1/datasets/\(publication.dataset)/download?fileFormat=\(format.rawValue)"
        return PublishSubject(
            publishID: publication.id.text, dataset: publication.dataset, name: source.dataset.name, rowCount: Int64(source.rowCount),
            format: format, files: try await files(rows, name, format, in: folder), downloadURL: publicURL.map { $0 + path })
    }

    private func files(_ rows: URL, _ name: String, _ format: TableFormat, in folder: URL) async throws -> [PublishFile] {
        let file = folder.appending(path: "published.\(format.rawValue)")
        if format == .parquet {
            let making = folder.appending(path: "parquet")
            try await BlockingWork.run { try FileManager.default.createDirectory(at: making, withIntermediateDirectories: true) }
            let part = try await ParquetExport().parquetFile(from: rows, in: making)
            return [try await PublishFile.reading(part, name: "\(name).parquet")]
        }
        let none = folder.appending(path: "none")
        let chunks = try await ResultService.chunks(of: rows, as: format, in: none)
        guard FileManager.default.createFile(atPath: file.path, contents: nil) else {
            throw PlatformError.internal("\(file.path) cannot be made")
        }
        let handle = try FileHandle(forWritingTo: file)
        defer { try? handle.close() }
        for try await chunk in chunks { try await BlockingWork.run { try handle.write(contentsOf: Data(chunk)) } }
        return [try await PublishFile.reading(file, name: "\(name).\(format.rawValue)")]
    }
}

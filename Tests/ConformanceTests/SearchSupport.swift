import Foundation
import Retrieval
import Storage
import TestSupport
import Testing

@testable import Platform

extension TestInstallation {
    /// Uploads texts into a dataset and lets a process of its own work until they are ingested; the files in the order of the texts.
    @discardableResult
    func ingest(
        _ texts: [(name: String, text: String)], into dataset: DatasetID, encoder: SentenceEncoder?, for principal: Principal
    ) async throws -> [File] {
        let platform = try process(encoder: encoder)
        var files: [File] = []
        for (name, text) in texts { files.append(try await platform.upload(text, named: name, into: dataset, for: principal)) }
        try await finishJobs(encoder: encoder)
        var settled: [File] = []
        for file in files { settled.append(try await platform.settled(file.id, for: principal)) }
        #expect(settled.allSatisfy { $0.status == .ready }, "\(settled.compactMap(\.error))")
        return settled
    }

    /// How many jobs of a kind there ever were.
    func jobs(_ kind: String) async throws -> Int { try await query("SELECT id FROM job WHERE kind = \(kind)").count }
}

/// A search as one process has it, whose indexes a test can look into.
struct WatchedSearch {
    let search: PassageSearch
    private let indexes: DatasetIndexes
    private let installation: TestInstallation

    /// - Parameter folder: for merged units; the installation's own unless one is given.
    init(_ installation: TestInstallation, encoder: SentenceEncoder?, folder: URL? = nil) throws {
        self.installation = installation
        let family = encoder == nil ? nil : SentenceEncoder.family
        indexes = DatasetIndexes(
            folder: folder ?? installation.indexFolder, blobs: try BlobStore(root: installation.root), family: family,
            logger: TestInstallation.logger)
        search = PassageSearch(
            database: installation.database, indexes: indexes, encoder: encoder,
            vectorDemand: VectorDemand(family: family, jobEnqueued: {}),
            clock: installation.clock, parameters: FusionParameters())
    }

    /// What the queries find, one after the other.
    func sources(_ queries: [SearchQuery], in dataset: DatasetID, limit: Int = 20, for principal: Principal) async throws -> [[Source]] {
        var found: [[Source]] = []
        for query in queries {
            found.append(try await search.search(query, in: dataset, limit: limit, for: principal).hits.map(\.source))
        }
        return found
    }

    /// Waits until nothing is being merged.
    func waitForMerging() async { await indexes.waitForMerging() }

    /// The units of the dataset's index in its latest state; none when it is not made yet.
    func units(of dataset: DatasetID, _ organization: OrganizationID) async throws -> [DatasetIndex.VisibleUnit] {
        let states = try await installation.database.read { try DatasetRepository().states($0, organization, [dataset]) }
        let state = try #require(states[dataset])
        return indexes.shelf(DatasetIndexes.Key(organization: organization, dataset: dataset)).index(for: state)?.units ?? []
    }
}

import Retrieval
import Storage

/// What is searched for: words, a vector, or both.
package struct SearchQuery: Sendable {
    /// Which leg of the search answers.
    package enum Mode: String, Sendable, CaseIterable { case hybrid, keyword, vector }

    package let text: String
    /// Takes the place of the text's own vector; of any length but 0.
    package let vector: [Float]?
    package let mode: Mode

    package init(_ text: String, vector: [Float]? = nil, mode: Mode = .hybrid) {
        self.text = text
        self.vector = vector
        self.mode = mode
    }
}

/// Finds the passages of datasets that fit a question by keyword and by meaning, over exactly what is visible in their latest versions.
package struct PassageSearch: Sendable {
    /// Hits that a search may be asked for.
    package static let limits = 1...100
    package static let defaultLimit = 10
    /// Characters of a query at most.
    package static let longestQuery = 8_000
    /// Numbers in a vector.
    package static let dimensions = SentenceEncoder.dimensions

    /// A passage that was found.
    package struct Hit: Sendable {
        package let source: Source
        /// The share of the question's idf mass that the passage carries, 0 to 1.
        package let matchedShare: Double
        /// Whether it fits well enough for an answer to rest on it (design §5.4).
        package let qualifies: Bool
    }

    /// What a search found: the best hits of each group, best first.
    package struct Result: Sendable {
        package let groups: [[Hit]]
        /// Whether some passages have no vectors yet, so that keywords alone could find them.
        package let vectorsPending: Bool
    }

    private let database: any Database
    private let indexes: DatasetIndexes
    private let encoder: SentenceEncoder?
    private let vectorDemand: VectorDemand
    private let clock: any Clock
    private let parameters: FusionParameters
    private let datasets = DatasetRepository()
    private let items = ItemRepository()

    init(
        database: any Database, indexes: DatasetIndexes, encoder: SentenceEncoder?, vectorDemand: VectorDemand, clock: any Clock,
        parameters: FusionParameters
    ) {
        self.database = database
        self.indexes = indexes
        self.encoder = encoder
        self.vectorDemand = vectorDemand
        self.clock = clock
        self.parameters = parameters
    }

    /// Whether vectors can be searched.
    package var hasEncoder: Bool { encoder != nil }

    /// The passages of one dataset that fit the query best.
    ///
    /// - Throws: `PlatformError.notFound` when the dataset is not the caller's.
    package func search(
        _ query: SearchQuery, in dataset: DatasetID, limit: Int, for principal: Principal
    ) async throws -> (hits: [Hit], vectorsPending: Bool) {
        let datasets = datasets
        guard try await database.read({ try datasets.find($0, principal.organization, dataset) }) != nil else {
            throw PlatformError.notFound("Dataset not found.")
        }
        let result = try await search(query, in: [[dataset]], limit: limit, organization: principal.organization)
        return (result.groups.first ?? [], result.vectorsPending)
    }

    /// The passages that fit the query best in each group of datasets. Deleted datasets hold nothing; a passage that several groups
    /// have is found in the first. What words weigh is judged over all groups together.
    package func search(
        _ query: SearchQuery, in groups: [[DatasetID]], limit: Int, organization: OrganizationID
    ) async throws -> Result {
        let visible: [[VisibleIndex]]
        do {
            visible = try await visibleIndexes(of: groups, organization)
        } catch BlobError.notFound {
            // A file was erased between the look at the database and the look at the disk: it is not to be seen any more.
            visible = try await visibleIndexes(of: groups, organization)
        }
        let lacking = visible.joined().filter(\.isToAskFor).map(\.key.dataset)
        if !lacking.isEmpty { try await askForVectors(of: lacking, organization) }
        let (indexes, encoder, parameters) = (indexes, encoder, parameters)
        let hits = try await BlockingWork.run {
            for (key, index, _) in visible.joined() { indexes.mergeInBackground(key, index) }
            let plan = indexes.plans.plan(visible.map { $0.map(\.index) })
            let search = HybridSearch(plan: plan, encoder: encoder, parameters: parameters)
            return try search.hits(query, limit: limit)
        }
        return Result(groups: hits, vectorsPending: visible.joined().contains { $0.index.lacksVectors })
    }

    /// - isToAskFor: whether it lacks vectors that nobody is making.
    private typealias VisibleIndex = (key: DatasetIndexes.Key, index: DatasetIndex, isToAskFor: Bool)

    /// The index of each dataset in its latest state: the one at hand, or one made now.
    private func visibleIndexes(of groups: [[DatasetID]], _ organization: OrganizationID) async throws -> [[VisibleIndex]] {
        let (datasets, items, indexes, vectorDemand) = (datasets, items, indexes, vectorDemand)
        let ids = Array(Set(groups.joined()))
        let (known, unknown) = try await database.read { connection in
            var known: [DatasetID: VisibleIndex] = [:]
            var unknown: [(key: DatasetIndexes.Key, state: DatasetState, contents: [VisibleContent])] = []
            for (id, state) in try datasets.states(connection, organization, ids) {
                let key = DatasetIndexes.Key(organization: organization, dataset: id)
                if let index = indexes.shelf(key).index(for: state) {
                    // The job that was to make them may have failed, or have begun before the last file came.
                    let isToAskFor = try index.lacksVectors && !vectorDemand.isUnderWay(connection, organization, for: id)
                    known[id] = (key, index, isToAskFor)
                } else {
                    unknown.append((key, state, try items.visible(connection, organization, in: id)))
                }
            }
            return (known, unknown)
        }
        if unknown.isEmpty { return groups.map { $0.compactMap { known[$0] } } }
        let made = try await BlockingWork.run {
            try unknown.map { key, state, contents in
                let index = try indexes.shelf(key).makeIndex(for: state, of: contents)
                return (key.dataset, (key, index, index.lacksVectors))
            }
        }
        let all = known.merging(made) { first, _ in first }
        return groups.map { $0.compactMap { all[$0] } }
    }

    private func askForVectors(of lacking: [DatasetID], _ organization: OrganizationID) async throws {
        let (vectorDemand, now) = (vectorDemand, clock.now)
        try await database.write { connection in
            for dataset in lacking { try vectorDemand.ask(connection, organization, for: dataset, at: now) }
        }
        await vectorDemand.wasAsked()
    }
}

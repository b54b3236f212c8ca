import Retrieval
package import Storage
import Synchronization

/// Finds the passages of datasets that fit a question, over exactly what is visible in their latest versions.
package struct PassageSearch: Sendable {
    /// Hits that a search may be asked for.
    package static let limits = 1...100
    package static let defaultLimit = 10
    /// Characters of a query at most.
    package static let longestQuery = 8_000

    /// What a search found, and which versions of the datasets it looked at.
    package struct Result: Sendable {
        package let sources: [Source]
        /// For each source, 0 to 1: the share of the question's weight that the passage carries.
        package let matchedShares: [Double]
    }

    private let database: any Database
    private let cache: SegmentCache
    private let visibility = VisibilityCache()
    private let datasets = DatasetRepository()
    private let items = ItemRepository()

    package init(database: any Database, blobs: BlobStore) {
        self.database = database
        cache = SegmentCache(blobs: blobs)
    }

    /// The passages of one dataset that fit the query best.
    ///
    /// - Throws: `PlatformError.notFound` when the dataset is not the caller's.
    package func search(_ query: String, in dataset: DatasetID, limit: Int, for principal: Principal) async throws -> Result {
        let datasets = datasets
        guard try await database.read({ try datasets.find($0, principal.organization, dataset) }) != nil else {
            throw PlatformError.notFound("Dataset not found.")
        }
        return try await search(query, in: [dataset], limit: limit, organization: principal.organization)
    }

    /// The passages of several datasets that fit the query best. Deleted datasets hold nothing.
    package func search(_ query: String, in ids: [DatasetID], limit: Int, organization: OrganizationID) async throws -> Result {
        let visible = try await visibleContents(of: ids, organization)
        if visible.isEmpty { return Result(sources: [], matchedShares: []) }
        let cache = cache
        return try await BlockingWork.run {
            let keys = visible.map { BlobKey(organization: organization.text, sha256: $0.segmentSHA256) }
            let segments = try cache.segments(keys)
            let hits = try KeywordSearch.search(query, in: segments, limit: limit)
            let sources = try hits.map { hit in
                try Self.source(visible[hit.segment], passage: segments[hit.segment].passage(at: hit.passage), hit: hit)
            }
            return Result(sources: sources, matchedShares: hits.map(\.matchedShare))
        }
    }

    private func visibleContents(of ids: [DatasetID], _ organization: OrganizationID) async throws -> [VisibleContent] {
        let (datasets, items, visibility) = (datasets, items, visibility)
        let parts = try await database.read { connection in
            try datasets.versions(connection, organization, ids).sorted { $0.id.text < $1.id.text }.map { id, version in
                let key = VisibilityCache.Key(organization: organization, dataset: id, version: version)
                if let known = visibility.find(key) { return known }
                let found = try items.visible(connection, organization, in: id)
                visibility.keep(found, key)
                return found
            }
        }
        // Bytes that several files or datasets share count once, and the first file cites them.
        var seen: Set<ContentID> = []
        return parts.joined().filter { seen.insert($0.content).inserted }
    }

    private static func source(_ visible: VisibleContent, passage: Passage, hit: KeywordHit) -> Source {
        Source(
            id: "\(visible.content)-\(hit.passage)", file: visible.file, filename: visible.filename, contentType: visible.contentType,
            dataset: visible.dataset, score: hit.matchedShare, keywordScore: hit.score, text: passage.text, page: passage.page,
            row: passage.row,
            headings: passage.headings, start: passage.start, end: passage.end)
    }
}

/// What is visible in a dataset's version, which never changes once that version exists.
private final class VisibilityCache: Sendable {
    struct Key: Hashable { let organization: OrganizationID; let dataset: DatasetID; let version: Int64 }

    /// Dataset versions remembered at most; all are forgotten beyond.
    static let mostVersions = 256

    private let entries = Mutex<[Key: [VisibleContent]]>([:])

    func find(_ key: Key) -> [VisibleContent]? { entries.withLock { $0[key] } }

    func keep(_ contents: [VisibleContent], _ key: Key) {
        entries.withLock { entries in
            if entries.count >= Self.mostVersions { entries.removeAll() }
            entries[key] = contents
        }
    }
}

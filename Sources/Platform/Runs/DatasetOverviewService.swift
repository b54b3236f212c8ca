import Storage

/// Datasets as the dataset platform sees them.
package struct DatasetOverviewService: Sendable {
    private let database: any Database
    private let overviews = DatasetOverviewRepository()

    init(database: any Database) { self.database = database }

    /// - Throws: `PlatformError.notFound`.
    package func get(_ id: DatasetID, for principal: Principal) async throws -> DatasetOverview {
        let overviews = overviews
        guard let found = try await database.read({ try overviews.find($0, principal.organization, id) }) else {
            throw PlatformError.notFound("Dataset not found.")
        }
        return found
    }

    /// - Throws: `PlatformError.malformed` for a cursor of another list, sort or filter.
    package func page(_ request: PageRequest, _ listing: DatasetListing, for principal: Principal) async throws -> Page<DatasetOverview> {
        let overviews = overviews
        return try await database.read { try overviews.page($0, principal.organization, request, listing) }
    }
}

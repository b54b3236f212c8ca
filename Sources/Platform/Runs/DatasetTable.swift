import Ingestion
import Storage

/// The table of a dataset: the rows of its live sources, or the passages of its documents where it has no rows (design §7).
struct DatasetTable: Sendable, Hashable {
    let columns: [String]
    let inputs: [RunPlan.Input]

    var rows: Int { inputs.reduce(0) { $0 + $1.rows } }

    /// The table as it is now.
    ///
    /// - Throws: `PlatformError.conflict` while something is still being read, when nothing could be read, and when columns differ.
    static func current(
        _ connection: any Connection, _ organization: OrganizationID, of dataset: DatasetID
    ) throws -> DatasetTable {
        guard let overview = try DatasetOverviewRepository().find(connection, organization, dataset) else {
            throw PlatformError.notFound("Dataset not found.")
        }
        guard overview.rowCount != nil else {
            let reason = overview.failure?.message ?? "Nothing is imported yet: wait until row_count is set."
            throw PlatformError.conflict("The dataset has no rows to work on. \(reason)", retryAfterSeconds: nil)
        }
        let sources = try ItemRepository().sources(connection, organization, of: dataset)
        let tables = sources.filter { $0.rowsSHA256 != nil }
        guard let first = tables.first else { return documents(sources) }
        return DatasetTable(
            columns: first.columns ?? [],
            inputs: tables.compactMap { source in
                guard let sha256 = source.rowsSHA256 else { return nil }
                return RunPlan.Input(
                    content: source.content, filename: source.filename, sha256: sha256, isTable: true, rows: source.rowCount ?? 0)
            })
    }

    private static func documents(_ sources: [SourceContent]) -> DatasetTable {
        DatasetTable(
            columns: RunTable.documentColumns,
            inputs: sources.map {
                RunPlan.Input(
                    content: $0.content, filename: $0.filename, sha256: $0.segmentSHA256, isTable: false, rows: $0.passageCount)
            })
    }
}

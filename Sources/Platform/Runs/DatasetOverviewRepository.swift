import Ingestion
import Storage

/// Datasets with what is derived of their runs, imports and contents.
struct DatasetOverviewRepository: Sendable {
    private let runs = RunRepository()

    /// The newest run that ended, if it is newer than every live source: its result is what the dataset shows.
    private static let result: SQL = """
        (SELECT r.state FROM run r WHERE r.organization_id = d.organization_id AND r.dataset_id = d.id
           AND r.state IN ('succeeded', 'failed', 'cancelled')
           AND r.input_version >= COALESCE((SELECT MAX(i.added_in) FROM item i WHERE i.organization_id = d.organization_id
             AND i.dataset_id = d.id AND i.role = 'source' AND i.removed_in IS NULL), 0)
         ORDER BY r.created_at DESC, r.id DESC LIMIT 1)
        """

    /// When a run of it began, or ended; null when it has had none.
    private static let lastRun: SQL = """
        (SELECT MAX(COALESCE(r.finished_at, r.started_at, r.created_at)) FROM run r
         WHERE r.organization_id = d.organization_id AND r.dataset_id = d.id)
        """

    /// Live sources with their contents.
    private static let sources: SQL = """
        FROM item i JOIN file f ON f.id = i.file_id AND f.organization_id = i.organization_id
        JOIN content c ON c.id = f.content_id AND c.organization_id = i.organization_id
        WHERE i.organization_id = d.organization_id AND i.dataset_id = d.id AND i.role = 'source' AND i.removed_in IS NULL
        """

    /// Every dataset of the organization that is neither deleted nor hidden, with the facts of which its status is made.
    private static func facts(_ organization: OrganizationID) -> SQL {
        """
        SELECT d.id, d.organization_id, d.name, d.folded_name, d.description, d.consent_for_training, d.version, d.created_by, d.created_at,
          CASE WHEN \(raw: lastRun) > d.updated_at THEN \(raw: lastRun) ELSE d.updated_at END AS updated_at,
          (SELECT r.state FROM run r WHERE r.organization_id = d.organization_id AND r.dataset_id = d.id
             AND r.state IN ('pending', 'running')) AS active_state,
          \(raw: result) AS result_state,
          (SELECT m.state FROM dataset_import m WHERE m.organization_id = d.organization_id AND m.dataset_id = d.id) AS import_state,
          (SELECT COUNT(*) \(raw: sources) AND c.status IN ('uploaded', 'processing')) AS reading,
          (SELECT COUNT(*) \(raw: sources) AND c.status = 'failed') AS unread,
          (SELECT COUNT(*) \(raw: sources) AND c.status = 'ready') AS read,
          (SELECT COUNT(*) \(raw: sources) AND c.status = 'ready' AND c.format = 'json' AND c.row_count IS NULL) AS tableless,
          (SELECT CAST(SUM(c.row_count) AS BIGINT) \(raw: sources) AND c.status = 'ready' AND c.row_count IS NOT NULL) AS table_rows,
          (SELECT CAST(SUM(c.passage_count) AS BIGINT) \(raw: sources) AND c.status = 'ready') AS passages,
          (SELECT COUNT(DISTINCT c.columns) \(raw: sources) AND c.status = 'ready' AND c.row_count IS NOT NULL) AS column_sets
        FROM dataset d WHERE d.organization_id = \(organization) AND d.deleted_at IS NULL AND d.chat_id IS NULL
        """
    }

    /// Whether all that was read is JSON that is no table: nobody sends that to have it worked on as a document.
    private static let isTableless: SQL = "(read > 0 AND tableless = read)"

    /// Design §7, first match.
    private static let status: SQL = """
        CASE WHEN active_state IS NOT NULL THEN active_state
          WHEN result_state = 'succeeded' AND reading = 0 THEN 'succeeded'
          WHEN result_state IS NOT NULL AND reading = 0 THEN 'failed'
          WHEN import_state = 'waiting' OR reading > 0 THEN 'running'
          WHEN import_state = 'failed' OR (read = 0 AND unread > 0) OR column_sets > 1 OR \(raw: isTableless) THEN 'failed'
          ELSE 'pending' END
        """

    /// As `DatasetOverview.awaitsInput`: pending with its rows counted, and no run that waits.
    private static let awaitsInput: SQL =
        "(\(raw: status) = 'pending' AND active_state IS NULL AND (table_rows IS NOT NULL OR passages IS NOT NULL))"

    /// A dataset of the organization; nil when there is none.
    func find(_ connection: any Connection, _ organization: OrganizationID, _ id: DatasetID) throws -> DatasetOverview? {
        let rows = try connection.query(
            "SELECT t.*, \(raw: Self.status) AS status FROM (\(raw: Self.facts(organization))) t WHERE t.id = \(id)")
        return try rows.first.map { try overview(connection, organization, $0) }
    }

    /// One page of the list.
    ///
    /// - Throws: `PlatformError.malformed` for a cursor of another list, sort or filter.
    func page(
        _ connection: any Connection, _ organization: OrganizationID, _ request: PageRequest, _ listing: DatasetListing
    ) throws -> Page<DatasetOverview> {
        let keyset = try SortedKeyset(request, list: listing.signature, isAscending: listing.direction == .ascending)
        var conditions: [SQL] = []
        switch listing.sort {
        case .createdAt: conditions.append(try keyset.condition(number: "t.created_at", id: "t.id"))
        case .updatedAt: conditions.append(try keyset.condition(number: "t.updated_at", id: "t.id"))
        case .name: conditions.append(keyset.condition(text: "t.folded_name", id: "t.id"))
        }
        if let status = listing.status { conditions.append("\(raw: Self.status) = \(status.rawValue)") }
        if let awaits = listing.awaitsInput { conditions.append(awaits ? Self.awaitsInput : "NOT \(raw: Self.awaitsInput)") }
        if let search = listing.search, !search.isEmpty {
            conditions.append("REPLACE(t.folded_name, \(Dataset.folded(search)), '') <> t.folded_name")
        }
        if let after = listing.createdAfter { conditions.append("t.created_at > \(after)") }
        if let before = listing.createdBefore { conditions.append("t.created_at < \(before)") }
        if let member = listing.createdBy { conditions.append("t.created_by = \(member)") }
        let column: SQL
        switch listing.sort {
        case .createdAt: column = "t.created_at"
        case .updatedAt: column = "t.updated_at"
        case .name: column = "t.folded_name"
        }
        let rows = try connection.query(
            """
            SELECT t.*, \(raw: Self.status) AS status FROM (\(raw: Self.facts(organization))) t
            WHERE \(raw: SQL.joined(conditions, separator: " AND ")) \(raw: keyset.order(by: column, id: "t.id"))
            """)
        let page = try keyset.page(rows) { row in
            let value = listing.sort == .name ? try row.text("folded_name") : "\(try row.int64(listing.sort.rawValue))"
            return (value, try row.text("id"))
        }
        return try page.map { try overview(connection, organization, $0) }
    }

    private func overview(_ connection: any Connection, _ organization: OrganizationID, _ row: SQLRow) throws -> DatasetOverview {
        let dataset = try DatasetRepository.dataset(row)
        let status = DatasetOverview.Status(rawValue: try row.text("status")) ?? .pending
        let isReading = try row.int("reading") > 0 || row.optionalText("import_state") == "waiting"
        let (tableRows, passages) = (try row.optionalInt("table_rows"), try row.optionalInt("passages"))
        let isNoTable = try row.int("column_sets") > 1 || (row.int("read") > 0 && row.int("read") == row.int("tableless"))
        let latest = try runs.latestFinished(connection, organization, of: dataset.id)
        var failure: DatasetFailure?
        if status == .failed {
            let isOfRun = try row.optionalText("result_state") != nil && !isReading
            failure = try isOfRun ? latest?.failure : importFailure(connection, organization, row, dataset.id)
        } else if status == .succeeded {
            failure = latest?.warning
        }
        let result = latest?.state == .succeeded ? latest : try runs.latestWithRows(connection, organization, of: dataset.id) ?? latest
        return DatasetOverview(
            dataset: dataset, status: status, rowCount: isReading || isNoTable ? nil : tableRows ?? passages,
            activeRun: try runs.active(connection, organization, of: dataset.id), latestRun: latest, resultRun: result,
            failure: failure)
    }

    private func differingColumns(
        _ connection: any Connection, _ organization: OrganizationID, _ id: DatasetID
    ) throws -> DatasetFailure? {
        let tables = try ItemRepository().sources(connection, organization, of: id).filter { $0.rowsSHA256 != nil }
        // As bytes, as the database tells them apart.
        let names = { (source: SourceContent) in (source.columns ?? []).map { Array($0.utf8) } }
        guard let first = tables.first, let other = tables.first(where: { names($0) != names(first) }) else { return nil }
        let list = { (source: SourceContent) in (source.columns ?? []).joined(separator: ", ") }
        return DatasetFailure(
            .columnsDiffer,
            "The files of this dataset have different columns, or have them in another order: \(first.filename) has \(list(first)), \(other.filename) has \(list(other))."
        )
    }

    private func importFailure(
        _ connection: any Connection, _ organization: OrganizationID, _ row: SQLRow, _ id: DatasetID
    ) throws -> DatasetFailure? {
        if try row.optionalText("import_state") == "failed" {
            let found = try connection.query(
                "SELECT error FROM dataset_import WHERE organization_id = \(organization) AND dataset_id = \(id)")
            let reason = try found.first?.optionalText("error") ?? "The source could not be fetched."
            return DatasetFailure(JobFailure.isOurs(reason) ? .interrupted : .unreachable, reason)
        }
        if try row.int("column_sets") > 1 {
            return try differingColumns(connection, organization, id)
        }
        let wanted: SQL = try row.int("tableless") > 0 ? "c.status = 'ready' AND c.format = 'json'" : "c.status = 'failed'"
        let errors = try connection.query(
            """
            SELECT COALESCE(c.error, c.remarks) AS error FROM item i JOIN file f ON f.id = i.file_id AND f.organization_id = i.organization_id
            JOIN content c ON c.id = f.content_id AND c.organization_id = i.organization_id
            WHERE i.organization_id = \(organization) AND i.dataset_id = \(id) AND i.role = 'source' AND i.removed_in IS NULL
              AND \(raw: wanted) ORDER BY i.created_at, i.id LIMIT 1
            """)
        guard let error = try errors.first?.optionalText("error") else { return nil }
        if JobFailure.isOurs(error) { return DatasetFailure(.interrupted, error) }
        return DatasetFailure(ContentProcessing.isAboutEmptiness(error) ? .empty : .unreadable, error)
    }
}

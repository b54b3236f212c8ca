import Storage

/// The table of imports.
struct DatasetImportRepository: Sendable {
    func insert(
        _ connection: any Connection, _ organization: OrganizationID, _ dataset: DatasetID, _ source: DatasetImport.Source,
        by member: MemberID, at now: Timestamp
    ) throws {
        try connection.execute(
            """
            INSERT INTO dataset_import (dataset_id, organization_id, source, state, created_by, created_at)
            VALUES (\(dataset), \(organization), \(JSONText.encode(source)), 'waiting', \(member), \(now))
            """)
    }

    func find(_ connection: any Connection, _ organization: OrganizationID, _ dataset: DatasetID) throws -> DatasetImport? {
        try connection.query(
            """
            SELECT dataset_id, source, state, created_by FROM dataset_import
            WHERE organization_id = \(organization) AND dataset_id = \(dataset)
            """
        ).first.map { row in
            DatasetImport(
                dataset: DatasetID(try row.text("dataset_id")), source: try JSONText.decode(DatasetImport.Source.self, row.text("source")),
                isWaiting: try row.text("state") == "waiting", createdBy: MemberID(try row.text("created_by")))
        }
    }

    func markDone(_ connection: any Connection, _ organization: OrganizationID, _ dataset: DatasetID) throws {
        try connection.execute(
            """
            UPDATE dataset_import SET state = 'done'
            WHERE organization_id = \(organization) AND dataset_id = \(dataset) AND state = 'waiting'
            """)
    }

    func markFailed(_ connection: any Connection, _ organization: OrganizationID, _ dataset: DatasetID, reason: String) throws {
        try connection.execute(
            """
            UPDATE dataset_import SET state = 'failed', error = \(reason)
            WHERE organization_id = \(organization) AND dataset_id = \(dataset) AND state = 'waiting'
            """)
    }
}

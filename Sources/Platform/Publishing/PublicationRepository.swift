import Storage

/// The table of publishings.
struct PublicationRepository: Sendable {
    private static let columns: SQL = "id, dataset_id, target, spec, state, message, url, created_at, finished_at"

    func insert(_ connection: any Connection, _ organization: OrganizationID, _ publication: Publication, by member: MemberID) throws {
        try connection.execute(
            """
            INSERT INTO publication (id, organization_id, dataset_id, target, spec, state, created_by, created_at)
            VALUES (\(publication.id), \(organization), \(publication.dataset), \(publication.target), \(JSONText.encode(publication.spec)),
              'queued', \(member), \(publication.createdAt))
            """)
    }

    func find(_ connection: any Connection, _ organization: OrganizationID, _ id: PublicationID) throws -> Publication? {
        try connection.query(
            "SELECT \(raw: Self.columns) FROM publication WHERE organization_id = \(organization) AND id = \(id)"
        ).first.map(Self.publication)
    }

    func page(
        _ connection: any Connection, _ organization: OrganizationID, of dataset: DatasetID, _ request: PageRequest
    ) throws -> Page<Publication> {
        let keyset = try Keyset(request, list: "publications of \(dataset)")
        let found = try connection.query(
            """
            SELECT \(raw: Self.columns) FROM publication WHERE organization_id = \(organization) AND dataset_id = \(dataset)
              AND \(raw: keyset.condition()) \(raw: keyset.order())
            """
        ).map(Self.publication)
        return keyset.page(found) { ($0.createdAt, $0.id.text) }
    }

    func markRunning(_ connection: any Connection, _ organization: OrganizationID, _ id: PublicationID) throws {
        try connection.execute(
            "UPDATE publication SET state = 'running' WHERE organization_id = \(organization) AND id = \(id) AND state = 'queued'")
    }

    func finish(
        _ connection: any Connection, _ organization: OrganizationID, _ id: PublicationID, as state: Publication.State, message: String,
        url: String?, at now: Timestamp
    ) throws {
        try connection.execute(
            """
            UPDATE publication SET state = \(state.rawValue), message = \(message), url = \(url), finished_at = \(now)
            WHERE organization_id = \(organization) AND id = \(id) AND state IN ('queued', 'running')
            """)
    }

    private static func publication(_ row: SQLRow) throws -> Publication {
        Publication(
            id: PublicationID(try row.text("id")), dataset: DatasetID(try row.text("dataset_id")), target: try row.text("target"),
            spec: try JSONText.decode([String: JSONValue].self, row.text("spec")),
            state: Publication.State(rawValue: try row.text("state")) ?? .failed, message: try row.optionalText("message"),
            url: try row.optionalText("url"), createdAt: Timestamp(milliseconds: try row.int64("created_at")),
            finishedAt: try row.optionalInt64("finished_at").map(Timestamp.init(milliseconds:)))
    }
}

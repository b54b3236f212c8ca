import Storage

/// The integration table: one row for an organization and a site.
struct IntegrationRepository: Sendable {
    /// A row as it is stored: the credentials sealed, the names of their fields plain.
    struct Row: Sendable {
        let summary: IntegrationSummary
        let sealed: [UInt8]
    }

    func find(_ connection: any Connection, _ organization: OrganizationID, _ name: IntegrationName) throws -> Row? {
        try connection.query(
            """
            SELECT name, fields, sealed, updated_at FROM integration
            WHERE organization_id = \(organization) AND name = \(name.rawValue)
            """
        ).first.flatMap(Self.row)
    }

    /// Every integration of the organization, by name.
    func all(_ connection: any Connection, _ organization: OrganizationID) throws -> [Row] {
        try connection.query(
            "SELECT name, fields, sealed, updated_at FROM integration WHERE organization_id = \(organization) ORDER BY name"
        ).compactMap(Self.row)
    }

    /// Sets the row, replacing one that is there.
    func set(
        _ connection: any Connection, _ organization: OrganizationID, _ summary: IntegrationSummary, sealed: [UInt8], by member: MemberID
    ) throws {
        let fields = summary.fields.joined(separator: " ")
        try connection.execute(
            """
            INSERT INTO integration (organization_id, name, fields, sealed, updated_by, updated_at)
            VALUES (\(organization), \(summary.name.rawValue), \(fields), \(sealed), \(member), \(summary.updatedAt))
            ON CONFLICT (organization_id, name) DO UPDATE
            SET fields = excluded.fields, sealed = excluded.sealed, updated_by = excluded.updated_by, updated_at = excluded.updated_at
            """)
    }

    /// False when there was none.
    func delete(_ connection: any Connection, _ organization: OrganizationID, _ name: IntegrationName) throws -> Bool {
        try connection.execute("DELETE FROM integration WHERE organization_id = \(organization) AND name = \(name.rawValue)") > 0
    }

    /// Nil for a name that this version does not know: a later one may have left it.
    private static func row(_ row: SQLRow) throws -> Row? {
        guard let name = IntegrationName(rawValue: try row.text("name")) else { return nil }
        let summary = IntegrationSummary(
            name: name, fields: try row.text("fields").split(separator: " ").map(String.init),
            updatedAt: Timestamp(milliseconds: try row.int64("updated_at")))
        return Row(summary: summary, sealed: try row.bytes("sealed"))
    }
}

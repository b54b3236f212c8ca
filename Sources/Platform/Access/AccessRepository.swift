import Storage

/// Organizations, members and API keys. Looking a key up by its hash is the one query that cannot know the organization yet:
/// it is what tells it.
struct AccessRepository {
    struct KeyRow {
        let id: APIKeyID
        let principal: Principal
        let expiresAt: Timestamp?
        let lastUsedAt: Timestamp?
    }

    func findKey(_ connection: any Connection, secretHash: String) throws -> KeyRow? {
        let rows = try connection.query(
            """
            SELECT k.id, k.organization_id, k.member_id, k.scopes, k.expires_at, k.last_used_at, m.role
            FROM api_key k JOIN member m ON m.id = k.member_id AND m.organization_id = k.organization_id
            WHERE k.secret_hash = \(secretHash) AND k.revoked_at IS NULL
            """)
        guard let row = rows.first else { return nil }
        let scopes = try row.text("scopes").split(separator: " ").compactMap { Scope(rawValue: String($0)) }
        return KeyRow(
            id: APIKeyID(try row.text("id")),
            principal: Principal(
                organization: OrganizationID(try row.text("organization_id")), member: MemberID(try row.text("member_id")),
                role: Role(rawValue: try row.text("role")) ?? .member, scopes: Set(scopes)),
            expiresAt: try row.optionalInt64("expires_at").map(Timestamp.init(milliseconds:)),
            lastUsedAt: try row.optionalInt64("last_used_at").map(Timestamp.init(milliseconds:)))
    }

    func touchKey(_ connection: any Connection, _ organization: OrganizationID, _ id: APIKeyID, at now: Timestamp) throws {
        try connection.execute("UPDATE api_key SET last_used_at = \(now) WHERE organization_id = \(organization) AND id = \(id)")
    }

    func firstOrganization(_ connection: any Connection) throws -> OrganizationID? {
        try connection.query("SELECT id FROM organization ORDER BY created_at, id LIMIT 1").first.map { OrganizationID(try $0.text("id")) }
    }

    func findOrganization(_ connection: any Connection, name: String) throws -> OrganizationID? {
        try connection.query("SELECT id FROM organization WHERE name = \(name)").first.map { OrganizationID(try $0.text("id")) }
    }

    func insertOrganization(_ connection: any Connection, _ id: OrganizationID, name: String, at now: Timestamp) throws {
        try connection.execute("INSERT INTO organization (id, name, created_at) VALUES (\(id), \(name), \(now))")
    }

    func findMember(_ connection: any Connection, _ organization: OrganizationID, name: String) throws -> (id: MemberID, role: Role)? {
        try connection.query("SELECT id, role FROM member WHERE organization_id = \(organization) AND name = \(name)").first.map {
            (MemberID(try $0.text("id")), Role(rawValue: try $0.text("role")) ?? .member)
        }
    }

    func insertMember(
        _ connection: any Connection, _ organization: OrganizationID, _ id: MemberID, name: String, role: Role, at now: Timestamp
    ) throws {
        try connection.execute(
            """
            INSERT INTO member (id, organization_id, name, role, created_at)
            VALUES (\(id), \(organization), \(name), \(role.rawValue), \(now))
            """)
    }

    /// Adds a key; one with the same secret is left as it is.
    func insertKey(
        _ connection: any Connection, _ organization: OrganizationID, member: MemberID, name: String, secretHash: String,
        scopes: Set<Scope>, expiresAt: Timestamp?, at now: Timestamp
    ) throws {
        let scopeText = scopes.map(\.rawValue).sorted().joined(separator: " ")
        try connection.execute(
            """
            INSERT INTO api_key (id, organization_id, member_id, name, secret_hash, scopes, created_at, expires_at)
            VALUES (\(APIKeyID.make(at: now)), \(organization), \(member), \(name), \(secretHash), \(scopeText), \(now), \(expiresAt))
            ON CONFLICT (secret_hash) DO NOTHING
            """)
    }
}

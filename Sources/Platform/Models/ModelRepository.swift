import Storage

/// The model table: own models only. Deleted ones are not found, and chats that used them stay readable.
struct ModelRepository: Sendable {
    private static let columns: SQL = """
        id, parent_id, display_name, context_window, max_tokens_per_request, supports_streaming, enabled, metadata, system_prompt, created_at,
        updated_at
        """

    func find(_ connection: any Connection, _ organization: OrganizationID, _ id: ModelID) throws -> Model? {
        try connection.query(
            "SELECT \(raw: Self.columns) FROM model WHERE organization_id = \(organization) AND id = \(id) AND deleted_at IS NULL"
        ).first.map(Self.model)
    }

    func page(_ connection: any Connection, _ organization: OrganizationID, _ request: PageRequest) throws -> Page<Model> {
        let keyset = try Keyset(request, list: "models")
        let found = try connection.query(
            """
            SELECT \(raw: Self.columns) FROM model
            WHERE organization_id = \(organization) AND deleted_at IS NULL AND \(raw: keyset.condition()) \(raw: keyset.order())
            """
        ).map(Self.model)
        return keyset.page(found) { ($0.createdAt, $0.id.text) }
    }

    func insert(_ connection: any Connection, _ organization: OrganizationID, _ model: Model) throws {
        try connection.execute(
            """
            INSERT INTO model (id, organization_id, parent_id, display_name, context_window, max_tokens_per_request, supports_streaming, enabled,
              metadata, system_prompt, created_at, updated_at)
            VALUES (\(model.id), \(organization), \(model.parent), \(model.displayName), \(model.contextWindow), \(model.maxTokensPerRequest),
              \(model.supportsStreaming), \(model.enabled), \(model.metadata.map(JSONText.encode)), \(model.systemPrompt), \(model.createdAt),
              \(model.updatedAt))
            """)
    }

    func update(_ connection: any Connection, _ organization: OrganizationID, _ model: Model) throws {
        try connection.execute(
            """
            UPDATE model SET parent_id = \(model.parent), display_name = \(model.displayName), context_window = \(model.contextWindow),
              max_tokens_per_request = \(model.maxTokensPerRequest), supports_streaming = \(model.supportsStreaming), enabled = \(model.enabled),
              metadata = \(model.metadata.map(JSONText.encode)), system_prompt = \(model.systemPrompt), updated_at = \(model.updatedAt)
            WHERE organization_id = \(organization) AND id = \(model.id) AND deleted_at IS NULL
            """)
    }

    /// Marks the model deleted and drops its associations; false when it was not there.
    func delete(_ connection: any Connection, _ organization: OrganizationID, _ id: ModelID, at now: Timestamp) throws -> Bool {
        let changed = try connection.execute(
            "UPDATE model SET deleted_at = \(now) WHERE organization_id = \(organization) AND id = \(id) AND deleted_at IS NULL")
        if changed == 0 { return false }
        try connection.execute("DELETE FROM association WHERE organization_id = \(organization) AND model_id = \(id)")
        return true
    }

    private static func model(_ row: SQLRow) throws -> Model {
        Model(
            id: ModelID(try row.text("id")), parent: ModelID(try row.text("parent_id")), displayName: try row.text("display_name"),
            contextWindow: try row.optionalInt("context_window"), maxTokensPerRequest: try row.optionalInt("max_tokens_per_request"),
            supportsStreaming: try row.flag("supports_streaming"), enabled: try row.flag("enabled"),
            metadata: try row.optionalText("metadata").map { try JSONText.decode(JSONValue.self, $0) },
            systemPrompt: try row.optionalText("system_prompt"), createdAt: Timestamp(milliseconds: try row.int64("created_at")),
            updatedAt: Timestamp(milliseconds: try row.int64("updated_at")))
    }
}

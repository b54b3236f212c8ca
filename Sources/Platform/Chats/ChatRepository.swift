import Storage

/// The chat table. A chat is found only for the member who created it.
struct ChatRepository: Sendable {
    private static let columns: SQL = """
        chat.id, chat.organization_id, chat.model_id, chat.created_by, chat.title, chat.system_prompt, chat.metadata, chat.ephemeral,
        chat.created_at, chat.updated_at,
        (SELECT t.state FROM turn t WHERE t.organization_id = chat.organization_id AND t.chat_id = chat.id
           ORDER BY t.created_at DESC, t.id DESC LIMIT 1) AS last_turn,
        (SELECT COUNT(*) FROM item i JOIN dataset d ON d.id = i.dataset_id AND d.organization_id = i.organization_id
           WHERE d.organization_id = chat.organization_id AND d.chat_id = chat.id AND i.removed_in IS NULL) AS documents
        """

    func find(_ connection: any Connection, _ organization: OrganizationID, _ member: MemberID, _ id: ChatID) throws -> Chat? {
        try connection.query(
            """
            SELECT \(raw: Self.columns) FROM chat
            WHERE organization_id = \(organization) AND id = \(id) AND created_by = \(member) AND deleted_at IS NULL
            """
        ).first.map(Self.chat)
    }

    /// Chats that last, newest first; ephemeral ones are not listed.
    func page(_ connection: any Connection, _ organization: OrganizationID, _ member: MemberID, _ request: PageRequest) throws -> Page<Chat>
    {
        let keyset = try Keyset(request, list: "chats")
        let found = try connection.query(
            """
            SELECT \(raw: Self.columns) FROM chat
            WHERE organization_id = \(organization) AND created_by = \(member) AND deleted_at IS NULL AND ephemeral = FALSE
              AND \(raw: keyset.condition()) \(raw: keyset.order())
            """
        ).map(Self.chat)
        return keyset.page(found) { ($0.createdAt, $0.id.text) }
    }

    func insert(
        _ connection: any Connection, _ organization: OrganizationID, _ id: ChatID, model: ModelID, createdBy member: MemberID,
        title: String?,
        isEphemeral: Bool, at now: Timestamp
    ) throws {
        try connection.execute(
            """
            INSERT INTO chat (id, organization_id, model_id, created_by, title, ephemeral, created_at, updated_at)
            VALUES (\(id), \(organization), \(model), \(member), \(title), \(isEphemeral), \(now), \(now))
            """)
    }

    func update(
        _ connection: any Connection, _ organization: OrganizationID, _ id: ChatID, title: String?, systemPrompt: String?,
        metadata: JSONValue?,
        at now: Timestamp
    ) throws {
        try connection.execute(
            """
            UPDATE chat SET title = \(title), system_prompt = \(systemPrompt), metadata = \(metadata.map(JSONText.encode)), updated_at = \(now)
            WHERE organization_id = \(organization) AND id = \(id) AND deleted_at IS NULL
            """)
    }

    /// Notes that the chat went on, and with which model.
    func touch(_ connection: any Connection, _ organization: OrganizationID, _ id: ChatID, model: ModelID, at now: Timestamp) throws {
        try connection.execute(
            "UPDATE chat SET model_id = \(model), updated_at = \(now) WHERE organization_id = \(organization) AND id = \(id)")
    }

    func delete(_ connection: any Connection, _ organization: OrganizationID, _ member: MemberID, _ id: ChatID, at now: Timestamp) throws
        -> Bool
    {
        try connection.execute(
            """
            UPDATE chat SET deleted_at = \(now), deleted_by = \(member)
            WHERE organization_id = \(organization) AND id = \(id) AND created_by = \(member) AND deleted_at IS NULL
            """) > 0
    }

    /// Deletes throw-away chats of every organization that nobody used for a while.
    func deleteEphemeral(_ connection: any Connection, untouchedSince moment: Timestamp, at now: Timestamp) throws {
        try connection.execute(
            "UPDATE chat SET deleted_at = \(now) WHERE ephemeral = TRUE AND deleted_at IS NULL AND updated_at < \(moment)")
    }

    private static func chat(_ row: SQLRow) throws -> Chat {
        let status: Chat.Status
        switch try row.optionalText("last_turn").flatMap(Turn.State.init(rawValue:)) {
        case .generating: status = .generating
        case .failed: status = .error
        case .complete, .interrupted, .cancelled, nil: status = .active
        }
        return Chat(
            id: ChatID(try row.text("id")), organization: OrganizationID(try row.text("organization_id")),
            model: ModelID(try row.text("model_id")),
            createdBy: MemberID(try row.text("created_by")), title: try row.optionalText("title"),
            systemPrompt: try row.optionalText("system_prompt"),
            metadata: try row.optionalText("metadata").map { try JSONText.decode(JSONValue.self, $0) },
            isEphemeral: try row.flag("ephemeral"),
            documentsCount: try row.int("documents"), status: status, createdAt: Timestamp(milliseconds: try row.int64("created_at")),
            updatedAt: Timestamp(milliseconds: try row.int64("updated_at")))
    }
}

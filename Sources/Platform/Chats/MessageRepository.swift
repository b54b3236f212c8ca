import Storage

/// The message table: append only, in the order of `position` within a chat.
struct MessageRepository: Sendable {
    /// Messages of one chat that are given back at most: the newest.
    static let mostListed = 1_000

    private static let columns: SQL = """
        id, chat_id, turn_id, role, status, content, reasoning, tool_call_id, tool_calls, sources, metadata, token_count, cost, response_time_ms,
        created_at
        """

    /// The newest messages of a chat, oldest first.
    func list(
        _ connection: any Connection, _ organization: OrganizationID, _ chat: ChatID, most: Int = MessageRepository.mostListed
    ) throws -> [Message] {
        try connection.query(
            """
            SELECT \(raw: Self.columns) FROM message WHERE organization_id = \(organization) AND chat_id = \(chat)
            ORDER BY position DESC LIMIT \(most)
            """
        ).map(Self.message).reversed()
    }

    func find(_ connection: any Connection, _ organization: OrganizationID, _ id: MessageID) throws -> Message? {
        try connection.query("SELECT \(raw: Self.columns) FROM message WHERE organization_id = \(organization) AND id = \(id)")
            .first.map(Self.message)
    }

    /// Appends the message to its chat.
    func append(_ connection: any Connection, _ organization: OrganizationID, _ message: Message) throws {
        try connection.execute(
            """
            INSERT INTO message (id, organization_id, chat_id, turn_id, position, role, status, content, reasoning, tool_call_id, tool_calls, sources,
              metadata, token_count, cost, response_time_ms, created_at)
            SELECT \(message.id), \(organization), \(message.chat), \(message.turn), COALESCE(MAX(position), 0) + 1, \(message.role.rawValue),
              \(message.status.rawValue), \(message.content), \(message.reasoning), \(message.toolCallID),
              \(message.toolCalls.map(JSONText.encode)), \(message.sources.map(JSONText.encode)), \(message.metadata.map(JSONText.encode)),
              \(message.tokenCount), \(message.cost), \(message.responseTimeMilliseconds), \(message.createdAt)
            FROM message WHERE organization_id = \(organization) AND chat_id = \(message.chat)
            """)
    }

    private static func message(_ row: SQLRow) throws -> Message {
        Message(
            id: MessageID(try row.text("id")), chat: ChatID(try row.text("chat_id")), turn: TurnID(try row.text("turn_id")),
            role: Message.Role(rawValue: try row.text("role")) ?? .user,
            status: Message.Status(rawValue: try row.text("status")) ?? .failed,
            content: try row.optionalText("content"), reasoning: try row.optionalText("reasoning"),
            toolCallID: try row.optionalText("tool_call_id"),
            toolCalls: try row.optionalText("tool_calls").map { try JSONText.decode(JSONValue.self, $0) },
            sources: try row.optionalText("sources").map { try JSONText.decode([Source].self, $0) },
            metadata: try row.optionalText("metadata").map { try JSONText.decode(JSONValue.self, $0) },
            tokenCount: try row.optionalInt("token_count"), cost: try row.optionalText("cost"),
            responseTimeMilliseconds: try row.optionalInt("response_time_ms"),
            createdAt: Timestamp(milliseconds: try row.int64("created_at")))
    }
}

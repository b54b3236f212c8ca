import Providers
import Storage

/// The turn table and its flushed events: who generates which answer, until when.
struct TurnRepository: Sendable {
    /// How long a generating turn is its owner's without a renewal (design §6).
    static let lease = Duration.seconds(30)

    private static let columns: SQL = "id, chat_id, model_id, message_id, state, streamed, owner, usage, created_at"

    func find(_ connection: any Connection, _ organization: OrganizationID, _ id: TurnID) throws -> Turn? {
        try connection.query("SELECT \(raw: Self.columns) FROM turn WHERE organization_id = \(organization) AND id = \(id)").first.map(
            Self.turn)
    }

    /// The chat's turn that is being generated, if any.
    func generating(_ connection: any Connection, _ organization: OrganizationID, in chat: ChatID) throws -> Turn? {
        try connection.query(
            "SELECT \(raw: Self.columns) FROM turn WHERE organization_id = \(organization) AND chat_id = \(chat) AND state = 'generating'"
        ).first.map(Self.turn)
    }

    /// Begins a turn; false when the chat has one already.
    func insert(_ connection: any Connection, _ organization: OrganizationID, _ turn: Turn, leaseUntil: Timestamp) throws -> Bool {
        try connection.execute(
            """
            INSERT INTO turn (id, organization_id, chat_id, model_id, message_id, state, streamed, owner, lease_until, cancel_requested, created_at)
            VALUES (\(turn.id), \(organization), \(turn.chat), \(turn.model), \(turn.message), 'generating', \(turn.isStreamed), \(turn.owner),
              \(leaseUntil), \(false), \(turn.createdAt))
            ON CONFLICT (organization_id, chat_id) WHERE state = 'generating' DO NOTHING
            """) > 0
    }

    /// Renews the lease; nil when the turn is no longer this owner's, else whether its end was asked for.
    func renew(_ connection: any Connection, _ organization: OrganizationID, _ turn: Turn, until: Timestamp) throws -> Bool? {
        try connection.query(
            """
            UPDATE turn SET lease_until = \(until)
            WHERE organization_id = \(organization) AND id = \(turn.id) AND owner = \(turn.owner) AND state = 'generating'
            RETURNING cancel_requested
            """
        ).first.map { try $0.flag("cancel_requested") }
    }

    func requestCancel(_ connection: any Connection, _ organization: OrganizationID, in chat: ChatID) throws {
        try connection.execute(
            "UPDATE turn SET cancel_requested = \(true) WHERE organization_id = \(organization) AND chat_id = \(chat) AND state = 'generating'"
        )
    }

    /// Ends a turn that this owner still holds; false when it does not hold it.
    func end(
        _ connection: any Connection, _ organization: OrganizationID, _ turn: Turn, as state: Turn.State, usage: TurnUsage, error: String?,
        at now: Timestamp
    ) throws -> Bool {
        try connection.execute(
            """
            UPDATE turn SET state = \(state.rawValue), ended_at = \(now), usage = \(JSONText.encode(usage)), error = \(error), lease_until = NULL
            WHERE organization_id = \(organization) AND id = \(turn.id) AND owner = \(turn.owner) AND state = 'generating'
            """) > 0
    }

    /// Drops the flushed events of turns of every organization that ended before `moment`: nobody comes back for them.
    func dropEvents(_ connection: any Connection, endedBefore moment: Timestamp) throws {
        try connection.execute(
            """
            DELETE FROM turn_event WHERE turn_id IN
              (SELECT id FROM turn WHERE ended_at < \(moment) AND EXISTS (SELECT 1 FROM turn_event e WHERE e.turn_id = turn.id))
            """)
    }

    func appendEvents(
        _ connection: any Connection, _ organization: OrganizationID, _ turn: TurnID, from sequence: Int, _ events: some Sequence<TurnEvent>
    ) throws {
        for (offset, event) in events.enumerated() {
            try connection.execute(
                """
                INSERT INTO turn_event (organization_id, turn_id, sequence, event)
                VALUES (\(organization), \(turn), \(sequence + offset), \(JSONText.encode(event)))
                ON CONFLICT (organization_id, turn_id, sequence) DO NOTHING
                """)
        }
    }

    func events(_ connection: any Connection, _ organization: OrganizationID, _ turn: TurnID, from sequence: Int) throws -> [TurnEvent] {
        try connection.query(
            """
            SELECT event FROM turn_event WHERE organization_id = \(organization) AND turn_id = \(turn) AND sequence >= \(sequence)
            ORDER BY sequence
            """
        ).map { try JSONText.decode(TurnEvent.self, $0.text("event")) }
    }

    /// Turns of every organization whose owner is gone, with their organizations and members; with `all`, every generating turn.
    func expired(_ connection: any Connection, at now: Timestamp, all: Bool, most: Int) throws -> [(OrganizationID, MemberID, Turn)] {
        try connection.query(
            """
            SELECT turn.id, turn.chat_id, turn.model_id, turn.message_id, turn.state, turn.streamed, turn.owner, turn.usage, turn.created_at,
              turn.organization_id, chat.created_by
            FROM turn JOIN chat ON chat.id = turn.chat_id AND chat.organization_id = turn.organization_id
            WHERE turn.state = 'generating' AND (turn.lease_until < \(now) OR \(all)) ORDER BY turn.lease_until LIMIT \(most)
            """
        ).map { (OrganizationID(try $0.text("organization_id")), MemberID(try $0.text("created_by")), try Self.turn($0)) }
    }

    private static func turn(_ row: SQLRow) throws -> Turn {
        Turn(
            id: TurnID(try row.text("id")), chat: ChatID(try row.text("chat_id")), model: ModelID(try row.text("model_id")),
            message: MessageID(try row.text("message_id")), state: Turn.State(rawValue: try row.text("state")) ?? .failed,
            isStreamed: try row.flag("streamed"), owner: try row.optionalText("owner"),
            usage: try row.optionalText("usage").map { try JSONText.decode(TurnUsage.self, $0) },
            createdAt: Timestamp(milliseconds: try row.int64("created_at")))
    }
}

package import Storage

/// The dataset table. A dataset that belongs to a chat is hidden: only the functions that say so find it.
package struct DatasetRepository: Sendable {
    package init() {}

    private static let columns: SQL =
        "id, organization_id, name, description, consent_for_training, version, created_by, created_at, updated_at"

    /// A dataset of the organization that is neither deleted nor hidden; nil when there is none.
    package func find(_ connection: any Connection, _ organization: OrganizationID, _ id: DatasetID) throws -> Dataset? {
        try connection.query(
            """
            SELECT \(raw: Self.columns) FROM dataset
            WHERE organization_id = \(organization) AND id = \(id) AND deleted_at IS NULL AND chat_id IS NULL
            """
        ).first.map(Self.dataset)
    }

    func page(_ connection: any Connection, _ organization: OrganizationID, _ request: PageRequest) throws -> Page<Dataset> {
        let keyset = try Keyset(request, list: "datasets")
        let found = try connection.query(
            """
            SELECT \(raw: Self.columns) FROM dataset
            WHERE organization_id = \(organization) AND deleted_at IS NULL AND chat_id IS NULL AND \(raw: keyset.condition())
            \(raw: keyset.order())
            """
        ).map(Self.dataset)
        return keyset.page(found) { ($0.createdAt, $0.id.text) }
    }

    func insert(_ connection: any Connection, _ organization: OrganizationID, _ dataset: Dataset, chat: AttachedChatID? = nil) throws {
        try connection.execute(
            """
            INSERT INTO dataset (id, organization_id, name, folded_name, description, consent_for_training, version, chat_id, created_by,
              created_at, updated_at)
            VALUES (\(dataset.id), \(organization), \(dataset.name), \(Dataset.folded(dataset.name)), \(dataset.description),
              \(dataset.consentForTraining), \(dataset.version), \(chat), \(dataset.createdBy), \(dataset.createdAt), \(dataset.updatedAt))
            ON CONFLICT DO NOTHING
            """)
    }

    func update(
        _ connection: any Connection, _ organization: OrganizationID, _ id: DatasetID, name: String, description: String?, at now: Timestamp
    ) throws {
        try connection.execute(
            """
            UPDATE dataset SET name = \(name), folded_name = \(Dataset.folded(name)), description = \(description), updated_at = \(now)
            WHERE organization_id = \(organization) AND id = \(id) AND deleted_at IS NULL
            """)
    }

    /// Marks the dataset deleted and detaches it from every model; false when it was not there.
    func delete(_ connection: any Connection, _ organization: OrganizationID, _ id: DatasetID, at now: Timestamp) throws -> Bool {
        let changed = try connection.execute(
            """
            UPDATE dataset SET deleted_at = \(now)
            WHERE organization_id = \(organization) AND id = \(id) AND deleted_at IS NULL AND chat_id IS NULL
            """)
        if changed == 0 { return false }
        try connection.execute("DELETE FROM association WHERE organization_id = \(organization) AND dataset_id = \(id)")
        return true
    }

    /// The dataset, its row locked until the end of the transaction; nil when there is none.
    func lock(_ connection: any Connection, _ organization: OrganizationID, _ id: DatasetID) throws -> Dataset? {
        try connection.execute("UPDATE dataset SET version = version WHERE organization_id = \(organization) AND id = \(id)")
        return try find(connection, organization, id)
    }

    /// Raises the version by one and returns it.
    func nextVersion(_ connection: any Connection, _ organization: OrganizationID, _ id: DatasetID, at now: Timestamp) throws -> Int64 {
        let rows = try connection.query(
            """
            UPDATE dataset SET version = version + 1, updated_at = \(now)
            WHERE organization_id = \(organization) AND id = \(id) RETURNING version
            """)
        guard let row = rows.first else { throw PlatformError.internal("dataset \(id) has no row to raise the version of") }
        return try row.int64("version")
    }

    /// The states of the given datasets, hidden ones included; deleted and unknown ones are left out.
    func states(_ connection: any Connection, _ organization: OrganizationID, _ ids: [DatasetID]) throws -> [DatasetID: DatasetState] {
        let rows = try connection.query(
            """
            SELECT id, version, index_revision FROM dataset
            WHERE organization_id = \(organization) AND id IN \(list: ids) AND deleted_at IS NULL
            """)
        var states: [DatasetID: DatasetState] = [:]
        for row in rows {
            states[DatasetID(try row.text("id"))] = DatasetState(
                version: try row.int64("version"), indexRevision: try row.int64("index_revision"))
        }
        return states
    }

    /// Remembers that the dataset's contents want vectors.
    func wantVectors(_ connection: any Connection, _ organization: OrganizationID, _ id: DatasetID) throws {
        try connection.execute(
            "UPDATE dataset SET vectors_wanted = TRUE WHERE organization_id = \(organization) AND id = \(id) AND NOT vectors_wanted")
    }

    /// Whether somebody searched the dataset or associated it with a model.
    func wantsVectors(_ connection: any Connection, _ organization: OrganizationID, _ id: DatasetID) throws -> Bool {
        try !connection.query(
            "SELECT 1 AS found FROM dataset WHERE organization_id = \(organization) AND id = \(id) AND vectors_wanted"
        ).isEmpty
    }

    /// The hidden dataset of a chat, if anything was ever attached to it.
    package func attached(_ connection: any Connection, _ organization: OrganizationID, to chat: AttachedChatID) throws -> DatasetID? {
        try connection.query(
            "SELECT id FROM dataset WHERE organization_id = \(organization) AND chat_id = \(chat) AND deleted_at IS NULL"
        ).first.map { DatasetID(try $0.text("id")) }
    }

    /// Whether the chat exists and belongs to the member: chats are private to their creator.
    func ownsChat(_ connection: any Connection, _ organization: OrganizationID, _ member: MemberID, _ chat: AttachedChatID) throws -> Bool {
        try !connection.query(
            """
            SELECT 1 AS found FROM chat
            WHERE organization_id = \(organization) AND id = \(chat) AND created_by = \(member) AND deleted_at IS NULL
            """
        ).isEmpty
    }

    static func dataset(_ row: SQLRow) throws -> Dataset {
        Dataset(
            id: DatasetID(try row.text("id")), organization: OrganizationID(try row.text("organization_id")), name: try row.text("name"),
            description: try row.optionalText("description"), consentForTraining: try row.flag("consent_for_training"),
            version: try row.int64("version"), createdBy: try row.optionalText("created_by").map { MemberID($0) },
            createdAt: Timestamp(milliseconds: try row.int64("created_at")),
            updatedAt: Timestamp(milliseconds: try row.int64("updated_at")))
    }
}

/// What names all that a search can see of a dataset: which items, and which of them have vectors.
struct DatasetState: Sendable, Hashable {
    let version: Int64
    let indexRevision: Int64
}

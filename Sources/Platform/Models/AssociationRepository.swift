package import Storage

/// The association table; its key is (model, dataset).
package struct AssociationRepository: Sendable {
    package init() {}

    private static let columns: SQL = "model_id, dataset_id, usage_type, priority, created_at, updated_at"

    func find(_ connection: any Connection, _ organization: OrganizationID, _ model: ModelID, _ dataset: DatasetID) throws -> Association? {
        try connection.query(
            """
            SELECT \(raw: Self.columns) FROM association
            WHERE organization_id = \(organization) AND model_id = \(model) AND dataset_id = \(dataset)
            """
        ).first.map(Self.association)
    }

    func page(
        _ connection: any Connection, _ organization: OrganizationID, _ model: ModelID, _ request: PageRequest
    ) throws -> Page<Association> {
        let keyset = try Keyset(request, list: "associations model=\(model)")
        let found = try connection.query(
            """
            SELECT \(raw: Self.columns) FROM association
            WHERE organization_id = \(organization) AND model_id = \(model) AND \(raw: keyset.condition(id: "dataset_id"))
            \(raw: keyset.order(id: "dataset_id"))
            """
        ).map(Self.association)
        return keyset.page(found) { ($0.createdAt, $0.dataset.text) }
    }

    func count(_ connection: any Connection, _ organization: OrganizationID, _ model: ModelID) throws -> Int {
        try connection.query("SELECT COUNT(*) AS total FROM association WHERE organization_id = \(organization) AND model_id = \(model)")
            .first?.int("total") ?? 0
    }

    /// All of a model's associations, the most urgent first: what a turn searches.
    package func all(_ connection: any Connection, _ organization: OrganizationID, of model: ModelID) throws -> [Association] {
        try connection.query(
            """
            SELECT \(raw: Self.columns) FROM association WHERE organization_id = \(organization) AND model_id = \(model)
            ORDER BY priority DESC, created_at, dataset_id
            """
        ).map(Self.association)
    }

    /// False when the model uses the dataset already.
    func insert(_ connection: any Connection, _ organization: OrganizationID, _ association: Association) throws -> Bool {
        try connection.execute(
            """
            INSERT INTO association (organization_id, model_id, dataset_id, usage_type, priority, created_at, updated_at)
            VALUES (\(organization), \(association.model), \(association.dataset), \(association.usageType), \(association.priority),
              \(association.createdAt), \(association.updatedAt))
            ON CONFLICT (organization_id, model_id, dataset_id) DO NOTHING
            """) > 0
    }

    func update(_ connection: any Connection, _ organization: OrganizationID, _ association: Association) throws {
        try connection.execute(
            """
            UPDATE association SET usage_type = \(association.usageType), priority = \(association.priority), updated_at = \(association.updatedAt)
            WHERE organization_id = \(organization) AND model_id = \(association.model) AND dataset_id = \(association.dataset)
            """)
    }

    func delete(_ connection: any Connection, _ organization: OrganizationID, _ model: ModelID, _ dataset: DatasetID) throws -> Bool {
        try connection.execute(
            "DELETE FROM association WHERE organization_id = \(organization) AND model_id = \(model) AND dataset_id = \(dataset)") > 0
    }

    private static func association(_ row: SQLRow) throws -> Association {
        Association(
            model: ModelID(try row.text("model_id")), dataset: DatasetID(try row.text("dataset_id")), usageType: try row.text("usage_type"),
            priority: try row.int("priority"), createdAt: Timestamp(milliseconds: try row.int64("created_at")),
            updatedAt: Timestamp(milliseconds: try row.int64("updated_at")))
    }
}

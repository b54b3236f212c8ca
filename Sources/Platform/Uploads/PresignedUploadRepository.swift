import Ingestion
import Storage

/// The upload table.
struct PresignedUploadRepository: Sendable {
    private static let columns: SQL = """
        id, organization_id, object_key, dataset_id, name, format, state, sha256, size_bytes, created_by, created_at, expires_at
        """

    func insert(_ connection: any Connection, _ organization: OrganizationID, _ upload: PresignedUpload) throws {
        try connection.execute(
            """
            INSERT INTO upload (id, organization_id, object_key, dataset_id, name, format, state, created_by, created_at, expires_at)
            VALUES (\(upload.id), \(organization), \(upload.key), \(upload.dataset), \(upload.name), \(upload.format.rawValue), 'open',
              \(upload.createdBy), \(upload.createdAt), \(upload.expiresAt))
            """)
    }

    /// The upload that a signed URL names. The signature stands for the caller, so the organization is not known before.
    func findSigned(_ connection: any Connection, key: String) throws -> PresignedUpload? {
        try connection.query("SELECT \(raw: Self.columns) FROM upload WHERE object_key = \(key)").first.map(Self.upload)
    }

    /// The organization's upload under this key, its row locked until the end of the transaction.
    func lock(_ connection: any Connection, _ organization: OrganizationID, key: String) throws -> PresignedUpload? {
        try connection.query(
            """
            UPDATE upload SET name = name WHERE organization_id = \(organization) AND object_key = \(key) RETURNING \(raw: Self.columns)
            """
        ).first.map(Self.upload)
    }

    /// The upload that was opened with a dataset, its row locked until the end of the transaction.
    func lock(_ connection: any Connection, _ organization: OrganizationID, of dataset: DatasetID) throws -> PresignedUpload? {
        try connection.query(
            """
            UPDATE upload SET name = name WHERE organization_id = \(organization) AND dataset_id = \(dataset) RETURNING \(raw: Self.columns)
            """
        ).first.map(Self.upload)
    }

    /// Notes the bytes that arrived; false when the upload was completed meanwhile.
    func store(
        _ connection: any Connection, _ organization: OrganizationID, _ id: PresignedUploadID, sha256: String, size: Int64
    ) throws -> Bool {
        try connection.execute(
            """
            UPDATE upload SET state = 'stored', sha256 = \(sha256), size_bytes = \(size)
            WHERE organization_id = \(organization) AND id = \(id) AND state <> 'completed'
            """) > 0
    }

    func complete(_ connection: any Connection, _ organization: OrganizationID, _ id: PresignedUploadID, dataset: DatasetID) throws {
        try connection.execute(
            "UPDATE upload SET state = 'completed', dataset_id = \(dataset) WHERE organization_id = \(organization) AND id = \(id)")
    }

    /// Forgets uploads that were never completed and whose URL expired so long ago; their bytes are swept afterwards.
    func dropStale(_ connection: any Connection, expiredBefore moment: Timestamp) throws {
        try connection.execute("DELETE FROM upload WHERE state <> 'completed' AND expires_at < \(moment)")
    }

    private static func upload(_ row: SQLRow) throws -> PresignedUpload {
        let format = try row.text("format")
        guard let fileFormat = FileFormat(rawValue: format) else {
            throw PlatformError.internal("unknown format \(format) in the upload table")
        }
        return PresignedUpload(
            id: PresignedUploadID(try row.text("id")), organization: OrganizationID(try row.text("organization_id")),
            key: try row.text("object_key"), dataset: try row.optionalText("dataset_id").map { DatasetID($0) }, name: try row.text("name"),
            format: fileFormat, state: PresignedUpload.State(rawValue: try row.text("state")) ?? .open,
            sha256: try row.optionalText("sha256"), size: try row.optionalInt64("size_bytes"),
            createdBy: MemberID(try row.text("created_by")), createdAt: Timestamp(milliseconds: try row.int64("created_at")),
            expiresAt: Timestamp(milliseconds: try row.int64("expires_at")))
    }
}

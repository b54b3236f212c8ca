import Ingestion
import Storage

/// The content table: a few small columns for each content, never one row for each passage.
struct ContentRepository: Sendable {
    static let columns: SQL = """
        c.id AS content_id, c.sha256, c.format, c.size_bytes, c.status, c.progress, c.error, c.text_sha256, c.rows_sha256, c.segment_sha256,
        c.processed_at
        """

    func find(_ connection: any Connection, _ organization: OrganizationID, _ id: ContentID) throws -> Content? {
        try connection.query("SELECT \(raw: Self.columns) FROM content c WHERE c.organization_id = \(organization) AND c.id = \(id)")
            .first.map(Self.content)
    }

    func find(_ connection: any Connection, _ organization: OrganizationID, sha256: String, format: FileFormat) throws -> Content? {
        try connection.query(
            """
            SELECT \(raw: Self.columns) FROM content c
            WHERE c.organization_id = \(organization) AND c.sha256 = \(sha256) AND c.format = \(format.rawValue)
            """
        ).first.map(Self.content)
    }

    /// Whether any content of the organization names this blob, as its bytes or as something derived.
    func refersTo(_ connection: any Connection, _ organization: OrganizationID, sha256: String) throws -> Bool {
        try !connection.query(
            """
            SELECT 1 AS found FROM content WHERE organization_id = \(organization)
              AND (sha256 = \(sha256) OR text_sha256 = \(sha256) OR rows_sha256 = \(sha256) OR segment_sha256 = \(sha256)) LIMIT 1
            """
        ).isEmpty
    }

    /// Whether these bytes are already stored for a file of the organization, in whatever format.
    func isStored(_ connection: any Connection, _ organization: OrganizationID, sha256: String) throws -> Bool {
        try !connection.query("SELECT 1 AS found FROM content WHERE organization_id = \(organization) AND sha256 = \(sha256) LIMIT 1")
            .isEmpty
    }

    /// Adds the content unless it is there, and returns what is there then, and whether it is new. Its row stays locked, so that nobody
    /// publishes it between here and the end of the transaction.
    func insert(
        _ connection: any Connection, _ organization: OrganizationID, sha256: String, format: FileFormat, sizeBytes: Int64,
        at now: Timestamp
    ) throws -> (content: Content, isNew: Bool) {
        let id = ContentID.make(at: now)
        try connection.execute(
            """
            INSERT INTO content (id, organization_id, sha256, format, size_bytes, status, progress, created_at)
            VALUES (\(id), \(organization), \(sha256), \(format.rawValue), \(sizeBytes), 'uploaded', 0, \(now))
            ON CONFLICT (organization_id, sha256, format) DO UPDATE SET progress = content.progress
            """)
        guard let content = try find(connection, organization, sha256: sha256, format: format) else {
            throw PlatformError.internal("a content was just inserted and is not there")
        }
        return (content, content.id == id)
    }

    /// Locks the content's row until the end of the transaction, and returns it as it is then.
    func lock(_ connection: any Connection, _ organization: OrganizationID, _ id: ContentID) throws -> Content? {
        try connection.execute("UPDATE content SET progress = progress WHERE organization_id = \(organization) AND id = \(id)")
        return try find(connection, organization, id)
    }

    func markProcessing(_ connection: any Connection, _ organization: OrganizationID, _ id: ContentID, progress: Int) throws {
        try connection.execute(
            """
            UPDATE content SET status = 'processing', progress = \(progress)
            WHERE organization_id = \(organization) AND id = \(id) AND status IN ('uploaded', 'processing')
            """)
    }

    /// A failed content whose bytes were sent again is tried again.
    func markUploaded(_ connection: any Connection, _ organization: OrganizationID, _ id: ContentID) throws {
        try connection.execute(
            """
            UPDATE content SET status = 'uploaded', progress = 0, error = NULL, processed_at = NULL
            WHERE organization_id = \(organization) AND id = \(id) AND status = 'failed'
            """)
    }

    func markFailed(_ connection: any Connection, _ organization: OrganizationID, _ id: ContentID, reason: String, at now: Timestamp) throws
    {
        try connection.execute(
            """
            UPDATE content SET status = 'failed', error = \(reason), processed_at = \(now)
            WHERE organization_id = \(organization) AND id = \(id) AND status <> 'ready'
            """)
    }

    /// False when the content is gone.
    func markReady(
        _ connection: any Connection, _ organization: OrganizationID, _ id: ContentID, derived: DerivedContent, at now: Timestamp
    ) throws -> Bool {
        try connection.execute(
            """
            UPDATE content SET status = 'ready', progress = 100, error = NULL, text_sha256 = \(derived.textSHA256), rows_sha256 = \(derived.rowsSHA256),
              segment_sha256 = \(derived.segmentSHA256), row_count = \(derived.rowCount), passage_count = \(derived.passageCount), processed_at = \(now)
            WHERE organization_id = \(organization) AND id = \(id)
            """) > 0
    }

    func delete(_ connection: any Connection, _ organization: OrganizationID, _ id: ContentID) throws {
        try connection.execute("DELETE FROM content WHERE organization_id = \(organization) AND id = \(id)")
    }

    static func content(_ row: SQLRow) throws -> Content {
        let format = try row.text("format")
        guard let fileFormat = FileFormat(rawValue: format) else {
            throw PlatformError.internal("unknown format \(format) in the content table")
        }
        return Content(
            id: ContentID(try row.text("content_id")), sha256: try row.text("sha256"), format: fileFormat,
            sizeBytes: try row.int64("size_bytes"),
            status: Content.Status(rawValue: try row.text("status")) ?? .failed, progress: try row.int("progress"),
            error: try row.optionalText("error"), textSHA256: try row.optionalText("text_sha256"),
            rowsSHA256: try row.optionalText("rows_sha256"),
            segmentSHA256: try row.optionalText("segment_sha256"),
            processedAt: try row.optionalInt64("processed_at").map(Timestamp.init(milliseconds:)))
    }
}

/// What ingestion made of a content: names of blobs, and counts.
struct DerivedContent: Sendable {
    let textSHA256: String
    let rowsSHA256: String?
    let segmentSHA256: String
    let rowCount: Int?
    let passageCount: Int
}

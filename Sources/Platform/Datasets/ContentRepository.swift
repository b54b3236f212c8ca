import Ingestion
import Storage

/// The content table: a few small columns for each content, never one row for each passage.
struct ContentRepository: Sendable {
    static let columns: SQL = """
        c.id AS content_id, c.sha256, c.format, c.size_bytes, c.status, c.progress, c.error, c.text_sha256, c.rows_sha256, c.segment_sha256,
        c.columns, c.row_count, c.passage_count, c.remarks, c.processed_at, c.vectors_status, c.vectors_error, c.vectors_sha256, c.vectors_family
        """
    /// A file's status: as its content's, but a file that waits for its vectors is still processing, and one without them has failed.
    static let fileStatus: SQL =
        "CASE WHEN c.vectors_status = 'ingesting' THEN 'processing' WHEN c.vectors_status = 'failed' THEN 'failed' ELSE c.status END"

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

    /// Marks it found by keyword, and whether its vectors are still to come. False when the content is gone.
    func markReady(
        _ connection: any Connection, _ organization: OrganizationID, _ id: ContentID, derived: DerivedContent, awaitsVectors: Bool,
        at now: Timestamp
    ) throws -> Bool {
        let found = try connection.execute(
            """
            UPDATE content SET status = 'ready', progress = 100, error = NULL, text_sha256 = \(derived.textSHA256), rows_sha256 = \(derived.rowsSHA256),
              segment_sha256 = \(derived.segmentSHA256), row_count = \(derived.rowCount), columns = \(derived.columns.map { try JSONText.encode($0) }), remarks = \(derived.remarks),
              passage_count = \(derived.passageCount), processed_at = \(awaitsVectors ? nil : now),
              vectors_status = \(awaitsVectors ? VectorStatus.ingesting.rawValue : nil)
            WHERE organization_id = \(organization) AND id = \(id)
            """)
        try reviseIndexes(connection, organization, of: id)
        return found > 0
    }

    /// Records the vectors and tells every dataset that holds the content. False when the content is gone.
    func markEncoded(
        _ connection: any Connection, _ organization: OrganizationID, _ id: ContentID, vectorsSHA256: String, family: String,
        at now: Timestamp
    ) throws -> Bool {
        let found = try connection.execute(
            """
            UPDATE content SET vectors_status = NULL, vectors_error = NULL, vectors_sha256 = \(vectorsSHA256), vectors_family = \(family),
              progress = 100, processed_at = \(now)
            WHERE organization_id = \(organization) AND id = \(id) AND status = 'ready'
            """)
        try reviseIndexes(connection, organization, of: id)
        return found > 0
    }

    /// Tells every dataset that holds the content that there is something new to be searched.
    private func reviseIndexes(_ connection: any Connection, _ organization: OrganizationID, of id: ContentID) throws {
        try connection.execute(
            """
            UPDATE dataset SET index_revision = index_revision + 1 WHERE organization_id = \(organization) AND id IN
              (SELECT i.dataset_id FROM item i JOIN file f ON f.id = i.file_id AND f.organization_id = i.organization_id
               WHERE i.organization_id = \(organization) AND f.content_id = \(id))
            """)
    }

    /// How far the vectors of a content that waits for them have come.
    func reportEncoding(_ connection: any Connection, _ organization: OrganizationID, _ id: ContentID, progress: Int) throws {
        try connection.execute(
            """
            UPDATE content SET progress = \(progress)
            WHERE organization_id = \(organization) AND id = \(id) AND vectors_status = 'ingesting'
            """)
    }

    /// Lets a content that waits for vectors be ready without them.
    func forgoVectors(_ connection: any Connection, _ organization: OrganizationID, _ id: ContentID, at now: Timestamp) throws {
        try connection.execute(
            """
            UPDATE content SET vectors_status = NULL, progress = 100, processed_at = \(now)
            WHERE organization_id = \(organization) AND id = \(id) AND vectors_status = 'ingesting'
            """)
    }

    /// The content stays found by keyword; its files say why their vectors are missing.
    func markEncodingFailed(_ connection: any Connection, _ organization: OrganizationID, _ id: ContentID, reason: String) throws {
        try connection.execute(
            """
            UPDATE content SET vectors_status = 'failed', vectors_error = \(reason)
            WHERE organization_id = \(organization) AND id = \(id) AND vectors_status = 'ingesting'
            """)
    }

    /// A content whose vectors could not be made and whose bytes were sent again waits for them again.
    func retryEncoding(_ connection: any Connection, _ organization: OrganizationID, _ id: ContentID) throws {
        try connection.execute(
            """
            UPDATE content SET vectors_status = 'ingesting', vectors_error = NULL, progress = 0
            WHERE organization_id = \(organization) AND id = \(id) AND vectors_status = 'failed'
            """)
    }

    /// Whether a dataset that wants vectors holds a file of the content.
    func isInDatasetThatWantsVectors(_ connection: any Connection, _ organization: OrganizationID, _ id: ContentID) throws -> Bool {
        try !connection.query(
            """
            SELECT 1 AS found FROM item i JOIN file f ON f.id = i.file_id AND f.organization_id = i.organization_id
            JOIN dataset d ON d.id = i.dataset_id AND d.organization_id = i.organization_id
            WHERE i.organization_id = \(organization) AND f.content_id = \(id) AND i.removed_in IS NULL AND d.vectors_wanted LIMIT 1
            """
        ).isEmpty
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
            columns: try row.optionalText("columns").map { try JSONText.decode([String].self, $0) },
            rowCount: try row.optionalInt("row_count"), passageCount: try row.optionalInt("passage_count"),
            remarks: try row.optionalText("remarks"),
            processedAt: try row.optionalInt64("processed_at").map(Timestamp.init(milliseconds:)),
            vectorStatus: try row.optionalText("vectors_status").flatMap(VectorStatus.init(rawValue:)),
            vectorError: try row.optionalText("vectors_error"), vectorsSHA256: try row.optionalText("vectors_sha256"),
            vectorFamily: try row.optionalText("vectors_family"))
    }
}

/// What ingestion made of a content: names of blobs, and counts.
struct DerivedContent: Sendable {
    let textSHA256: String
    let rowsSHA256: String?
    let segmentSHA256: String
    let rowCount: Int?
    /// Names of a table's columns; nil for a document.
    let columns: [String]?
    let remarks: String?
    let passageCount: Int

    /// The names of everything that was stored.
    var blobs: [String] { [textSHA256, segmentSHA256, rowsSHA256].compactMap { $0 } }
}

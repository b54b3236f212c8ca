import Storage

/// The file table, joined with the content that each file points at.
struct FileRepository: Sendable {
    private let items = ItemRepository()

    private static let columns: SQL =
        "f.id, f.filename, f.content_type, f.is_duplicate, f.storage_charged, f.created_at, \(raw: ContentRepository.columns)"
    /// A file that is only attached to a chat is as private as the chat: its uploader's alone.
    private static func visible(to member: MemberID) -> SQL {
        """
        (f.created_by = \(member)
          OR NOT EXISTS (\(raw: links) AND d.chat_id IS NOT NULL)
          OR EXISTS (\(raw: links) AND d.chat_id IS NULL))
        """
    }

    private static let links: SQL = """
        SELECT 1 FROM item i JOIN dataset d ON d.id = i.dataset_id AND d.organization_id = i.organization_id
        WHERE i.organization_id = f.organization_id AND i.file_id = f.id AND i.removed_in IS NULL
        """

    private static let tables: SQL = "file f JOIN content c ON c.id = f.content_id AND c.organization_id = f.organization_id"

    /// - Parameter alsoDeleted: finds a file that was deleted and not purged, too.
    func find(
        _ connection: any Connection, _ organization: OrganizationID, _ id: FileID, for member: MemberID, alsoDeleted: Bool = false
    ) throws -> File? {
        let found = try connection.query(
            """
            SELECT \(raw: Self.columns) FROM \(raw: Self.tables)
            WHERE f.organization_id = \(organization) AND f.id = \(id) AND (f.deleted_at IS NULL OR \(alsoDeleted))
              AND \(raw: Self.visible(to: member))
            """
        ).first.map(Self.file)
        guard var file = found else { return nil }
        file.associations = try items.associations(connection, organization, of: [id])[id] ?? []
        return file
    }

    func page(
        _ connection: any Connection, _ organization: OrganizationID, _ request: PageRequest, filter: FileFilter, dataset: DatasetID?,
        for member: MemberID
    ) throws -> Page<File> {
        let keyset = try Keyset(request, list: "files status=\(filter.status ?? "") dataset=\(dataset?.text ?? "")")
        var conditions: [SQL] = [
            "f.organization_id = \(organization)", "f.deleted_at IS NULL", keyset.condition(time: "f.created_at", id: "f.id"),
        ]
        conditions.append(Self.visible(to: member))
        if let status = filter.status { conditions.append("\(raw: ContentRepository.fileStatus) = \(status)") }
        if let dataset {
            conditions.append(
                """
                EXISTS (SELECT 1 FROM item i WHERE i.organization_id = f.organization_id AND i.file_id = f.id
                  AND i.dataset_id = \(dataset) AND i.removed_in IS NULL)
                """)
        }
        let found = try connection.query(
            """
            SELECT \(raw: Self.columns) FROM \(raw: Self.tables) WHERE \(raw: SQL.joined(conditions, separator: " AND "))
            \(raw: keyset.order(time: "f.created_at", id: "f.id"))
            """
        ).map(Self.file)
        let page = keyset.page(found) { ($0.createdAt, $0.id.text) }
        let associations = try items.associations(connection, organization, of: page.elements.map(\.id))
        return page.map { file in
            var file = file
            file.associations = associations[file.id] ?? []
            return file
        }
    }

    func insert(
        _ connection: any Connection, _ organization: OrganizationID, _ file: File, createdBy member: MemberID
    ) throws {
        try connection.execute(
            """
            INSERT INTO file (id, organization_id, content_id, filename, content_type, is_duplicate, storage_charged, created_by, created_at)
            VALUES (\(file.id), \(organization), \(file.content.id), \(file.filename), \(file.contentType), \(file.isDuplicate),
              \(file.storageCharged), \(member), \(file.createdAt))
            """)
    }

    /// Hides the file from lists and new versions; false when it was not there.
    func delete(_ connection: any Connection, _ organization: OrganizationID, _ id: FileID, at now: Timestamp) throws -> Bool {
        try connection.execute(
            "UPDATE file SET deleted_at = \(now) WHERE organization_id = \(organization) AND id = \(id) AND deleted_at IS NULL") > 0
    }

    /// Erases the file's row and leaves a record of who did it. The items that named it must be gone.
    func purge(
        _ connection: any Connection, _ organization: OrganizationID, _ file: File, by member: MemberID, at now: Timestamp
    ) throws {
        try connection.execute("DELETE FROM file WHERE organization_id = \(organization) AND id = \(file.id)")
        try connection.execute(
            """
            INSERT INTO purge (file_id, organization_id, sha256, purged_by, purged_at)
            VALUES (\(file.id), \(organization), \(file.content.sha256), \(member), \(now))
            """)
    }

    /// Whether any file, deleted ones included, points at the content.
    func isUsed(_ connection: any Connection, _ organization: OrganizationID, content: ContentID) throws -> Bool {
        try !connection.query(
            "SELECT 1 AS found FROM file WHERE organization_id = \(organization) AND content_id = \(content) LIMIT 1"
        ).isEmpty
    }

    private static func file(_ row: SQLRow) throws -> File {
        File(
            id: FileID(try row.text("id")), filename: try row.text("filename"), contentType: try row.text("content_type"),
            isDuplicate: try row.flag("is_duplicate"), storageCharged: try row.int64("storage_charged"),
            createdAt: Timestamp(milliseconds: try row.int64("created_at")), content: try ContentRepository.content(row), associations: [])
    }
}

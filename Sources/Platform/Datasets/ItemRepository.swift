import Ingestion
import Storage

/// Items: which file is in which dataset, from which version to which.
struct ItemRepository: Sendable {
    private let datasets = DatasetRepository()

    /// Links a file to a dataset; false when it already is.
    ///
    /// The item becomes visible, and the version goes up, when its content is ready: at once, or with the ingestion's last write.
    func link(
        _ connection: any Connection, _ organization: OrganizationID, file: FileID, to dataset: DatasetID, isReady: Bool, at now: Timestamp
    ) throws -> Bool {
        let id = Identifier<ItemRepository>.make(at: now)
        let inserted = try connection.execute(
            """
            INSERT INTO item (id, organization_id, dataset_id, file_id, role, created_at)
            VALUES (\(id), \(organization), \(dataset), \(file), 'source', \(now))
            ON CONFLICT (organization_id, dataset_id, file_id) WHERE removed_in IS NULL DO NOTHING
            """)
        if inserted == 0 { return false }
        if isReady { try show(connection, organization, item: id.text, dataset: dataset, at: now) }
        return true
    }

    /// Makes every waiting item of a content visible, each with a version of its own.
    func showAll(_ connection: any Connection, _ organization: OrganizationID, of content: ContentID, at now: Timestamp) throws {
        let waiting = try connection.query(
            """
            SELECT i.id, i.dataset_id FROM item i JOIN file f ON f.id = i.file_id AND f.organization_id = i.organization_id
            WHERE i.organization_id = \(organization) AND f.content_id = \(content) AND f.deleted_at IS NULL
              AND i.added_in IS NULL AND i.removed_in IS NULL
            ORDER BY i.dataset_id, i.created_at, i.id
            """)
        for row in waiting {
            try show(connection, organization, item: row.text("id"), dataset: DatasetID(row.text("dataset_id")), at: now)
        }
    }

    /// Takes a file out of a dataset's next version; false when it is not in it. An item that never became visible is dropped.
    func unlink(_ connection: any Connection, _ organization: OrganizationID, file: FileID, from dataset: DatasetID, at now: Timestamp)
        throws -> Bool
    {
        let dropped = try connection.execute(
            """
            DELETE FROM item WHERE organization_id = \(organization) AND dataset_id = \(dataset) AND file_id = \(file)
              AND added_in IS NULL AND removed_in IS NULL
            """)
        if dropped > 0 { return true }
        let live = try connection.query(
            "SELECT id FROM item WHERE organization_id = \(organization) AND dataset_id = \(dataset) AND file_id = \(file) AND removed_in IS NULL"
        )
        guard let item = try live.first?.text("id") else { return false }
        let version = try datasets.nextVersion(connection, organization, dataset, at: now)
        try connection.execute("UPDATE item SET removed_in = \(version) WHERE organization_id = \(organization) AND id = \(item)")
        return true
    }

    /// Takes a file out of the next version of every dataset.
    func unlinkEverywhere(_ connection: any Connection, _ organization: OrganizationID, file: FileID, at now: Timestamp) throws {
        let linked = try connection.query(
            "SELECT dataset_id FROM item WHERE organization_id = \(organization) AND file_id = \(file) AND removed_in IS NULL ORDER BY dataset_id"
        )
        for row in linked { _ = try unlink(connection, organization, file: file, from: DatasetID(row.text("dataset_id")), at: now) }
    }

    /// Erases a file from every version of every dataset, and returns the datasets that it was in.
    func erase(_ connection: any Connection, _ organization: OrganizationID, file: FileID, at now: Timestamp) throws -> [DatasetID] {
        try unlinkEverywhere(connection, organization, file: file, at: now)
        let erased = try connection.query(
            "DELETE FROM item WHERE organization_id = \(organization) AND file_id = \(file) RETURNING dataset_id")
        return Set(try erased.map { DatasetID(try $0.text("dataset_id")) }).sorted { $0.text < $1.text }
    }

    /// The live links of the given files, oldest first.
    func associations(
        _ connection: any Connection, _ organization: OrganizationID, of files: [FileID]
    ) throws -> [FileID: [File.Association]] {
        let rows = try connection.query(
            """
            SELECT i.file_id, i.dataset_id, i.role, i.superseded_in, i.created_at, d.chat_id FROM item i
            JOIN dataset d ON d.id = i.dataset_id AND d.organization_id = i.organization_id
            WHERE i.organization_id = \(organization) AND i.file_id IN \(list: files) AND i.removed_in IS NULL AND d.deleted_at IS NULL
            ORDER BY i.created_at, i.id
            """)
        var found: [FileID: [File.Association]] = [:]
        for row in rows {
            let chat = try row.optionalText("chat_id").map { AttachedChatID($0) }
            let resource = try chat.map { FileResource.chat($0) } ?? .dataset(DatasetID(row.text("dataset_id")))
            let association = File.Association(
                resource: resource, role: File.Association.Role(rawValue: try row.text("role")) ?? .source,
                isSuperseded: try row.optionalInt64("superseded_in") != nil,
                createdAt: Timestamp(milliseconds: try row.int64("created_at")))
            found[FileID(try row.text("file_id")), default: []].append(association)
        }
        return found
    }

    /// What is visible in a dataset at its latest version, in the order in which it was added.
    func visible(_ connection: any Connection, _ organization: OrganizationID, in dataset: DatasetID) throws -> [VisibleContent] {
        try connection.query(
            """
            SELECT f.id AS file_id, f.filename, f.content_type, c.id AS content_id, c.segment_sha256, c.vectors_sha256, c.vectors_family
            FROM item i JOIN file f ON f.id = i.file_id AND f.organization_id = i.organization_id
            JOIN content c ON c.id = f.content_id AND c.organization_id = i.organization_id
            WHERE i.organization_id = \(organization) AND i.dataset_id = \(dataset)
              AND i.added_in IS NOT NULL AND i.removed_in IS NULL AND i.superseded_in IS NULL AND c.status = 'ready'
            ORDER BY i.added_in, i.id
            """
        ).map { row in
            VisibleContent(
                dataset: dataset, file: FileID(try row.text("file_id")), filename: try row.text("filename"),
                contentType: try row.text("content_type"), content: ContentID(try row.text("content_id")),
                segmentSHA256: try row.text("segment_sha256"), vectorsSHA256: try row.optionalText("vectors_sha256"),
                vectorFamily: try row.optionalText("vectors_family"))
        }
    }

    /// The live sources of a dataset that can be read, in the order in which they were added; those that an output stands for, too.
    func sources(_ connection: any Connection, _ organization: OrganizationID, of dataset: DatasetID) throws -> [SourceContent] {
        try connection.query(
            """
            SELECT f.filename, c.id AS content_id, c.rows_sha256, c.segment_sha256, c.columns, c.row_count, c.passage_count
            FROM item i JOIN file f ON f.id = i.file_id AND f.organization_id = i.organization_id
            JOIN content c ON c.id = f.content_id AND c.organization_id = i.organization_id
            WHERE i.organization_id = \(organization) AND i.dataset_id = \(dataset) AND i.role = 'source'
              AND i.added_in IS NOT NULL AND i.removed_in IS NULL AND c.status = 'ready'
            ORDER BY i.added_in, i.id
            """
        ).map { row in
            SourceContent(
                content: ContentID(try row.text("content_id")), filename: try row.text("filename"),
                rowsSHA256: try row.optionalText("rows_sha256"), segmentSHA256: try row.text("segment_sha256"),
                columns: try row.optionalText("columns").map { try JSONText.decode([String].self, $0) },
                rowCount: try row.optionalInt("row_count"), passageCount: try row.optionalInt("passage_count") ?? 0)
        }
    }

    /// Adds a run's output in the dataset's next version. From there on it stands for the contents that the run read, and for any earlier
    /// output, wherever the dataset is searched or downloaded (design §7).
    func publishOutput(
        _ connection: any Connection, _ organization: OrganizationID, file: FileID, in dataset: DatasetID,
        superseding inputs: [ContentID], at now: Timestamp
    ) throws {
        let id = Identifier<ItemRepository>.make(at: now)
        let version = try datasets.nextVersion(connection, organization, dataset, at: now)
        try connection.execute(
            """
            UPDATE item SET superseded_in = \(version)
            WHERE organization_id = \(organization) AND dataset_id = \(dataset) AND removed_in IS NULL AND superseded_in IS NULL
              AND (role = 'output' OR file_id IN (SELECT f.id FROM file f WHERE f.organization_id = \(organization)
                AND f.content_id IN \(list: inputs)))
            """)
        try connection.execute(
            """
            INSERT INTO item (id, organization_id, dataset_id, file_id, role, added_in, created_at)
            VALUES (\(id), \(organization), \(dataset), \(file), 'output', \(version), \(now))
            """)
    }

    private func show(_ connection: any Connection, _ organization: OrganizationID, item: String, dataset: DatasetID, at now: Timestamp)
        throws
    {
        let version = try datasets.nextVersion(connection, organization, dataset, at: now)
        try connection.execute("UPDATE item SET added_in = \(version) WHERE organization_id = \(organization) AND id = \(item)")
    }
}

/// A content that a search may look into, and the file that cites it.
struct VisibleContent: Sendable, Hashable {
    let dataset: DatasetID
    let file: FileID
    let filename: String
    let contentType: String
    let content: ContentID
    let segmentSHA256: String
    let vectorsSHA256: String?
    let vectorFamily: String?

    /// Whether it has vectors that those of this family can be compared with.
    func hasVectors(of family: String) -> Bool { vectorsSHA256 != nil && vectorFamily == family }
}

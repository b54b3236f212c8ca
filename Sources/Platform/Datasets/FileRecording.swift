import Ingestion
import Storage

/// A file whose bytes are stored and of which the database does not know yet.
struct ArrivedFile: Sendable {
    let filename: String
    let format: FileFormat
    let sha256: String
    let size: Int64
}

/// Makes the rows of a file whose bytes have arrived, by whatever way: its content, the file, its link, and the job that reads it.
struct FileRecording: Sendable {
    private let files = FileRepository()
    private let contents = ContentRepository()
    private let items = ItemRepository()
    private let jobs = JobRepository()

    /// Records the file, and links it to a dataset if one is given. Its blob must be stored, and the caller must hold the blob lock shared.
    func record(
        _ connection: any Connection, _ organization: OrganizationID, _ arrived: ArrivedFile, by member: MemberID, in dataset: DatasetID?,
        at now: Timestamp
    ) throws -> FileID {
        let isStored = try contents.isStored(connection, organization, sha256: arrived.sha256)
        let (content, isNew) = try contents.insert(
            connection, organization, sha256: arrived.sha256, format: arrived.format, sizeBytes: arrived.size, at: now)
        let isDuplicate = isStored || !isNew
        if content.status == .failed { try contents.markUploaded(connection, organization, content.id) }
        if content.vectorStatus == .failed { try contents.retryEncoding(connection, organization, content.id) }
        if content.status != .ready || content.vectorStatus == .failed {
            try jobs.enqueue(
                connection, organization, kind: IngestionJob.kind, uniqueKey: content.id.text, payload: content.id.text, at: now)
        }
        let file = File(
            id: .make(at: now), filename: arrived.filename, contentType: arrived.format.contentType, isDuplicate: isDuplicate,
            storageCharged: isDuplicate ? 0 : arrived.size, createdAt: now, content: content, associations: [])
        try files.insert(connection, organization, file, createdBy: member)
        if let dataset {
            _ = try items.link(connection, organization, file: file.id, to: dataset, isReady: content.status == .ready, at: now)
        }
        return file.id
    }
}

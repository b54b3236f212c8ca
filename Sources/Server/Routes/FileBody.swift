import Platform

/// A file as it is sent (contract A §3.12): a view over a named upload and its content.
struct FileBody: Encodable, Sendable {
    struct Processing: Encodable, Sendable {
        /// 0 to 100.
        let progress: Int
        @Nullable var error: String?
        /// What its owner should know although it could be read, such as rows that were filled up; null when there is nothing.
        @Nullable var remarks: String?
        /// `none`, `keyword` or `vector`: by what a search can already find it; `vector` is both.
        let searchable: String
    }

    /// Every status that a file can be asked for by.
    static let statuses = ["uploading", "uploaded", "processing", "ready", "failed"]

    let id: String
    let filename: String
    let contentType: String
    let sizeBytes: Int64
    let sha256: String
    let status: String
    let isDuplicate: Bool
    let storageCharged: Int64
    let createdAt: String
    let processingStatus: Processing
    @Nullable var processedAt: String?
    let associations: [FileAssociationBody]
    let source = "api"
    @Nullable var sourceDetail: String?
    @Nullable var connectorMetadata: String?

    init(_ file: File) {
        let content = file.content
        id = file.id.text
        filename = file.filename
        contentType = file.contentType
        sizeBytes = content.sizeBytes
        sha256 = content.sha256
        status = file.status.rawValue
        isDuplicate = file.isDuplicate
        storageCharged = file.storageCharged
        createdAt = file.createdAt.secondsText
        processingStatus = Processing(
            progress: content.progress, error: file.error, remarks: content.remarks,
            searchable: content.status != .ready ? "none" : content.vectorsSHA256 == nil ? "keyword" : "vector")
        processedAt = content.processedAt?.secondsText
        associations = file.associations.map(FileAssociationBody.init)
        sourceDetail = nil
        connectorMetadata = nil
    }
}

/// The link of a file to a dataset or a chat (contract A §3.13).
struct FileAssociationBody: Encodable, Sendable {
    let resourceType: String
    let resourceId: String
    /// Ours: `source`, or `output` for what a run made.
    let role: String
    /// Ours: whether an output stands for the file where the dataset is searched.
    let superseded: Bool
    let createdAt: String

    init(_ association: File.Association) {
        switch association.resource {
        case .dataset(let id): (resourceType, resourceId) = ("dataset", id.text)
        case .chat(let id): (resourceType, resourceId) = ("chat", id.text)
        }
        role = association.role.rawValue
        superseded = association.isSuperseded
        createdAt = association.createdAt.secondsText
    }
}

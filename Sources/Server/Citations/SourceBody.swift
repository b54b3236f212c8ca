import Platform

/// A cited passage (contract A §3.8, and where it is in its file).
struct SourceBody: Encodable, Sendable {
    let sourceId: String
    let filename: String
    /// 0 to 1.
    let score: Double
    let chunkId: String
    let datasetId: String
    let contentType: String
    @Nullable var sourceUrl: String?
    let fileId: String
    let text: String
    @Nullable var page: Int?
    @Nullable var row: Int?
    let headings: [String]
    /// Unicode scalar offsets into `GET /v1/files/{file_id}/text`.
    let start: Int
    let end: Int
    let keywordScore: Double
    /// The cosine, -1 to 1; null where there are no vectors.
    @Nullable var vectorScore: Double?

    init(_ source: Source) {
        sourceId = source.id
        filename = source.filename
        score = source.score
        chunkId = source.id
        datasetId = source.dataset.text
        contentType = source.contentType
        sourceUrl = nil
        fileId = source.file.text
        text = source.text
        page = source.page
        row = source.row
        headings = source.headings
        start = source.start
        end = source.end
        keywordScore = source.keywordScore
        vectorScore = source.vectorScore
    }
}

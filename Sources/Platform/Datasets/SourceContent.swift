/// A content that a live source of a dataset points at, ready to be read.
struct SourceContent: Sendable, Hashable {
    let content: ContentID
    let filename: String
    let rowsSHA256: String?
    let segmentSHA256: String
    let columns: [String]?
    let rowCount: Int?
    let passageCount: Int
}

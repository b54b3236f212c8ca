/// A passage that a search found, as answers cite it (contract A §3.8 and more).
package struct Source: Sendable, Hashable, Codable {
    /// Names the passage within this server.
    package let id: String
    package let file: FileID
    package let filename: String
    package let contentType: String
    package let dataset: DatasetID
    /// 0 to 1: how well the passage fits the question.
    package let score: Double
    /// BM25, unbounded above.
    package let keywordScore: Double
    /// The cosine of question and passage, -1 to 1; nil where there are no vectors.
    package let vectorScore: Double?
    package let text: String
    /// From 1; nil where the format has no pages.
    package let page: Int?
    /// The table's record, from 1; nil for documents.
    package let row: Int?
    /// The headings that the passage stands under, outermost first.
    package let headings: [String]
    /// Unicode scalar offsets into the file's text: `start` up to, not including, `end`.
    package let start: Int
    package let end: Int
}

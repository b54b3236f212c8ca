/// A dataset that is fetched from somewhere, as it is kept until it has come.
struct DatasetImport: Sendable, Hashable {
    /// What the caller named: enough to make the plan anew.
    struct Source: Sendable, Hashable, Codable {
        let url: String
        let files: [String]?
    }

    let dataset: DatasetID
    let source: Source
    let isWaiting: Bool
    let createdBy: MemberID
}

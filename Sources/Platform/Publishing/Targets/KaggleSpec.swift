/// What a publishing to Kaggle says: `repository` (or `dataset`, `repo_id`, `repository_name`), `title`, `private`, `license`,
/// `version_notes`, `format`. The ranges are those that Kaggle's own client checks.
package struct KaggleSpec: Sendable, Equatable {
    static let lengths = 6...50

    /// Nil for the user of the credentials.
    let owner: String?
    let slug: String
    /// Nil for the dataset's name.
    let title: String?
    let isPrivate: Bool
    let license: String
    /// Nil for a sentence of ours.
    let versionNotes: String?
    let format: TableFormat

    init(_ fields: inout SpecFields) {
        let repository = fields.text("repository", "dataset", "repo_id", "repository_name", longest: 200)
        let parts = (repository ?? "").split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let range = "\(Self.lengths.lowerBound) to \(Self.lengths.upperBound)"
        if repository == nil {
            fields.note("repository", "is required: the dataset's slug, or owner/slug.", .missing)
        } else if parts.count > 2 || !parts.allSatisfy(KagglePage.isSlug) || !Self.lengths.contains(parts.last?.count ?? 0) {
            fields.note("repository", "must be slug or owner/slug, of letters, digits and dashes, the slug of \(range) characters.")
        }
        owner = parts.count == 2 ? parts[0] : nil
        slug = parts.last ?? ""
        title = fields.text("title")
        if let title, !Self.lengths.contains(title.count) { fields.note("title", "must have \(range) characters.", .length) }
        isPrivate = fields.flag("private", default: true)
        license = fields.text("license", longest: 100) ?? "unknown"
        versionNotes = fields.text("version_notes")
        format = fields.format()
    }
}

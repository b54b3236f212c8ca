/// What a publishing to Hugging Face says: `repository` (or `repo_id`, `repository_name`), `private`, `revision`, `path`, `format`.
package struct HuggingFaceSpec: Sendable, Equatable {
    /// Nil for the owner of the token.
    let owner: String?
    let name: String
    let isPrivate: Bool
    let revision: String
    /// The file's path in the repository, or the folder of several; nil for `data/`.
    let path: String?
    let format: TableFormat

    init(_ fields: inout SpecFields) {
        let repository = fields.text("repository", "repo_id", "repository_name", longest: 200)
        let parts = (repository ?? "").split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if repository == nil {
            fields.note("repository", "is required: the dataset's name, or owner/name.", .missing)
        } else if parts.count > 2 || !parts.allSatisfy(HuggingFacePage.isName) {
            fields.note("repository", "must be name or owner/name, of letters, digits, dashes, dots and underscores.")
        }
        owner = parts.count == 2 ? parts[0] : nil
        name = parts.last ?? ""
        isPrivate = fields.flag("private", default: true)
        revision = fields.path("revision") ?? HuggingFacePage.defaultRevision
        path = fields.path("path")
        format = fields.format()
    }
}

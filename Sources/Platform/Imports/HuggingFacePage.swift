/// What a URL of a Hugging Face dataset names: `/datasets/<owner>/<name>`, or `/datasets/<name>` for the oldest ones, then perhaps
/// `/tree|blob|resolve|raw/<revision>[/<path>]` or another tab of the page.
struct HuggingFacePage: Sendable, Equatable {
    static let defaultRevision = "main"

    /// `owner/name` or `name`.
    let repository: String
    let revision: String
    /// The file that the URL names, if it names one.
    let path: String?

    /// Nil when the address is no dataset's.
    init?(_ address: WebAddress, below site: WebAddress) {
        var rest = address.segments[...]
        for segment in site.segments {
            guard rest.first == segment else { return nil }
            rest = rest.dropFirst()
        }
        guard rest.popFirst() == "datasets", let first = rest.popFirst(), Self.isName(first) else { return nil }
        if let second = rest.first, !(Self.tabs.contains(second) && (second == "viewer" || rest.count > 1)) {
            guard Self.isName(second) else { return nil }
            repository = "\(first)/\(second)"
            rest = rest.dropFirst()
        } else {
            repository = first
        }
        let tab = rest.popFirst()
        guard let tab, ["tree", "blob", "resolve", "raw"].contains(tab), let revision = Self.takeRevision(&rest) else {
            revision = Self.defaultRevision
            path = nil
            return
        }
        self.revision = revision
        path = tab == "tree" || rest.isEmpty ? nil : rest.joined(separator: "/")
    }

    /// Where the bytes of a file are.
    func download(_ path: String, from site: WebAddress) -> WebAddress {
        let parts = path.split(separator: "/").map(String.init)
        return site.at(path: ["datasets"] + repository.split(separator: "/").map(String.init) + ["resolve", revision] + parts)
    }

    private static let tabs: Set = ["tree", "blob", "resolve", "raw", "viewer", "commits", "commit", "discussions", "settings", "edit"]

    /// A branch, a tag or a commit is one part; `refs/convert/parquet` and `refs/pr/7` are three when their slashes are not encoded.
    private static func takeRevision(_ rest: inout ArraySlice<String>) -> String? {
        guard let first = rest.popFirst() else { return nil }
        guard first == "refs", let kind = rest.popFirst(), let name = rest.popFirst() else { return first }
        return "refs/\(kind)/\(name)"
    }

    /// Letters, digits, `-`, `_` and `.`, at most 96, not beginning with a dot or dash: the site's own rule for names.
    static func isName(_ text: String) -> Bool { text.wholeMatch(of: /[A-Za-z0-9_][A-Za-z0-9._-]{0,95}/) != nil }
}

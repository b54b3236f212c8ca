import Foundation

/// What a URL of a Kaggle dataset names: `/datasets/<owner>/<name>[/versions/<number>]`, then perhaps a tab of the page.
struct KagglePage: Sendable, Equatable {
    let owner: String
    let slug: String
    /// Nil for the latest.
    let version: Int?

    /// Nil when the address is no dataset's.
    init?(_ address: WebAddress, below site: WebAddress) {
        var rest = address.segments[...]
        for segment in site.segments {
            guard rest.first == segment else { return nil }
            rest = rest.dropFirst()
        }
        guard rest.popFirst() == "datasets", let owner = rest.popFirst(), let slug = rest.popFirst(), Self.isSlug(owner), Self.isSlug(slug)
        else { return nil }
        self.owner = owner
        self.slug = slug
        if rest.popFirst() == "versions" {
            guard let number = rest.popFirst().flatMap({ Int($0) }), number > 0 else { return nil }
            version = number
        } else {
            version = nil
        }
    }

    /// The call by which the official client downloads one file; it is answered with a redirect to the bytes. `raw` asks for the file as it
    /// was uploaded: without it large ones come wrapped in a zip archive.
    func download(_ path: String, from api: WebAddress, authorization: String?) throws -> WebRequest {
        var fields: [String: JSONValue] = [
            "ownerSlug": .string(owner), "datasetSlug": .string(slug), "fileName": .string(path), "raw": .bool(true),
        ]
        if let version { fields["datasetVersionNumber"] = .integer(Int64(version)) }
        var headers = [(name: "Content-Type", value: "application/json")]
        if let authorization { headers.append(("Authorization", authorization)) }
        return WebRequest(
            .post, api.at(path: ["datasets.DatasetApiService", "DownloadDataset"]), headers: headers,
            body: .bytes(try JSONText.bytes(JSONValue.object(fields))))
    }

    static func isSlug(_ text: String) -> Bool { text.wholeMatch(of: /[A-Za-z0-9_][A-Za-z0-9_-]{0,99}/) != nil }
}

import Foundation
import Platform

/// Finds a dataset of the dataset platform by what a person calls it.
struct DatasetFinder {
    /// Pages that a search by name reads at most.
    static let mostPages = 50
    /// Other names that are offered when there is no such dataset.
    static let mostSuggestions = 5

    /// As much of a dataset as the list shows.
    struct Entry: Equatable {
        let id: String
        let name: String?
        let status: String
        let rows: Int?
        let createdAt: String

        init(_ body: JSONValue) {
            id = body["dataset_id"]?.text ?? ""
            name = body["name"]?.text
            status = body["status"]?.text ?? "unknown"
            rows = body["row_count"]?.number
            createdAt = body["created_at"]?.text ?? ""
        }

        /// What it is called in sentences.
        var title: String { name.map { "“\(PlainText.line($0))”" } ?? id }
    }

    let client: APIClient

    /// The dataset with this name or id.
    ///
    /// - Throws: `APIFailure` that says what there is instead, when there is none or more than one.
    func find(_ wanted: String) async throws -> Entry {
        if UUID(uuidString: wanted) != nil {
            do {
                return Entry(try await client.get("/api/v1/datasets/\(wanted)"))
            } catch let failure as APIFailure where failure.status == 404 {}
        }
        let similar = wanted.isEmpty ? [] : try await list(matching: wanted)
        let found = similar.filter { $0.name == wanted }
        if found.count == 1 { return found[0] }
        if found.isEmpty {
            let names = similar.prefix(Self.mostSuggestions).map(\.title).joined(separator: ", ")
            let hint = names.isEmpty ? "quarry dataset list shows those that there are." : "Similar names: \(names)."
            throw APIFailure(status: 404, description: "There is no dataset \(wanted). \(hint)")
        }
        let lines = found.map { entry in
            "    \(entry.id)  \(entry.rows.map { Figures.whole($0) + " rows" } ?? "not imported"), made \(entry.createdAt)"
        }
        throw APIFailure(
            status: 409,
            description: (["There are \(found.count) datasets named \(wanted): name one by its id."] + lines).joined(separator: "\n"))
    }

    /// Newest first.
    ///
    /// - Parameter text: a part of the name; nil for all.
    func list(matching text: String? = nil) async throws -> [Entry] {
        var entries: [Entry] = []
        let search = text.map { "&q=\(Self.escaped($0))" } ?? ""
        var cursor = ""
        for _ in 0..<Self.mostPages {
            let page = try await client.get("/api/v1/datasets?limit=100\(search)\(cursor)")
            entries += (page["datasets"]?.elements ?? []).map(Entry.init)
            guard let next = page["next_cursor"]?.text, !next.isEmpty else { break }
            cursor = "&cursor=\(Self.escaped(next))"
        }
        return entries
    }

    static func escaped(_ text: String) -> String {
        let plain = CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
        return text.addingPercentEncoding(withAllowedCharacters: plain) ?? text
    }
}

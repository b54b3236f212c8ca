/// A form in which a table comes in from other sites and goes out to them.
package enum TableFormat: String, Sendable, CaseIterable, Codable {
    case csv, json, jsonl, parquet

    /// The format that a file name's extension says; nil when it says none of these.
    package init?(filename: String) {
        guard let dot = filename.lastIndex(of: "."), let format = Self(rawValue: filename[filename.index(after: dot)...].lowercased())
        else {
            return nil
        }
        self = format
    }

    /// The media type under which a file of this format travels.
    package var contentType: String {
        switch self {
        case .csv: "text/csv"
        case .json: "application/json"
        case .jsonl: "application/x-ndjson"
        case .parquet: "application/vnd.apache.parquet"
        }
    }

    /// Every format's name, for messages.
    package static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
}

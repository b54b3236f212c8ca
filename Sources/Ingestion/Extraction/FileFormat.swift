/// The kinds of file whose content can be extracted. The raw value is the usual file name extension.
package enum FileFormat: String, Sendable, CaseIterable, Codable {
    case text = "txt"
    case markdown = "md"
    case csv
    case jsonl
    case json
    case parquet

    /// The format of an upload: by the extension of its name, and where that says nothing, by the media type the client sent.
    ///
    /// Tab-separated files count as `csv`, because the delimiter is found by looking at the file. `nil` means not supported.
    package static func detect(filename: String, contentType: String?) -> FileFormat? {
        let parts = filename.split(separator: ".", omittingEmptySubsequences: false)
        if parts.count > 1, let last = parts.last, let format = byExtension[last.lowercased()] {
            return format
        }
        guard let mediaType = contentType?.split(separator: ";").first else { return nil }
        return byMediaType[mediaType.filter { !$0.isWhitespace }.lowercased()]
    }

    /// The media type under which a file of this format is served.
    package var contentType: String {
        switch self {
        case .text: "text/plain"
        case .markdown: "text/markdown"
        case .csv: "text/csv"
        case .jsonl: "application/x-ndjson"
        case .json: "application/json"
        case .parquet: "application/vnd.apache.parquet"
        }
    }

    /// Every accepted file name extension with its dot, in alphabetical order, for messages and file pickers.
    package static var acceptedExtensions: [String] {
        byExtension.keys.map { "." + $0 }.sorted()
    }

    private static let byExtension: [String: FileFormat] = [
        "txt": .text, "text": .text,
        "md": .markdown, "markdown": .markdown,
        "csv": .csv, "tsv": .csv,
        "jsonl": .jsonl, "ndjson": .jsonl,
        "json": .json,
        "parquet": .parquet,
    ]

    private static let byMediaType: [String: FileFormat] = [
        "text/plain": .text,
        "text/markdown": .markdown, "text/x-markdown": .markdown,
        "text/csv": .csv, "application/csv": .csv, "text/tab-separated-values": .csv,
        "application/x-ndjson": .jsonl, "application/ndjson": .jsonl, "application/jsonl": .jsonl, "application/x-jsonlines": .jsonl,
        "application/json": .json, "text/json": .json,
        "application/vnd.apache.parquet": .parquet, "application/x-parquet": .parquet,
    ]
}

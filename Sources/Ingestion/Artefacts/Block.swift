/// One piece of the extracted text: what a passage is made from.
///
/// `start` and `end` count Unicode scalars in `text.txt`, and that range of it is exactly `text`.
/// As JSON: `{"kind": "heading", "level": 2, "text": …, "start": 0, "end": 9, "page": 1, "row": 7}`; what is `nil` is left out.
package struct Block: Codable, Sendable, Equatable {
    /// What the block is in its document.
    package enum Kind: Sendable, Equatable {
        /// A heading; level 1 is the highest, 6 the lowest.
        case heading(level: Int)
        case paragraph
        case listItem
        case code
        case table
        /// One record of a table, as `column: value` lines. Empty if all its cells are.
        case row
    }

    /// What the block is.
    package var kind: Kind

    /// Its text, as it stands in `text.txt`.
    package var text: String

    /// Where it begins, in Unicode scalars.
    package var start: Int

    /// Where it ends (exclusive), in Unicode scalars.
    package var end: Int

    /// The page on which it begins, counted from 1; `nil` where the file has no pages.
    package var page: Int?

    /// The number of the record, counted from 1; `nil` outside of tables.
    package var row: Int?

    /// A block with all its parts.
    package init(kind: Kind, text: String, start: Int, end: Int, page: Int? = nil, row: Int? = nil) {
        self.kind = kind
        self.text = text
        self.start = start
        self.end = end
        self.page = page
        self.row = row
    }

    private enum Keys: String, CodingKey {
        case kind, level, text, start, end, page, row
    }

    /// Reads the JSON form. Throws `DecodingError` for an unknown kind or a heading without a level.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        let name = try container.decode(String.self, forKey: .kind)
        switch name {
        case "heading": kind = .heading(level: try container.decode(Int.self, forKey: .level))
        case "paragraph": kind = .paragraph
        case "listItem": kind = .listItem
        case "code": kind = .code
        case "table": kind = .table
        case "row": kind = .row
        default: throw DecodingError.dataCorruptedError(forKey: .kind, in: container, debugDescription: "unknown kind of block: \(name)")
        }
        text = try container.decode(String.self, forKey: .text)
        start = try container.decode(Int.self, forKey: .start)
        end = try container.decode(Int.self, forKey: .end)
        page = try container.decodeIfPresent(Int.self, forKey: .page)
        row = try container.decodeIfPresent(Int.self, forKey: .row)
    }

    /// Writes the JSON form.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        try container.encode(kind.name, forKey: .kind)
        if case .heading(let level) = kind { try container.encode(level, forKey: .level) }
        try container.encode(text, forKey: .text)
        try container.encode(start, forKey: .start)
        try container.encode(end, forKey: .end)
        try container.encodeIfPresent(page, forKey: .page)
        try container.encodeIfPresent(row, forKey: .row)
    }
}

extension Block.Kind {
    /// The word that stands for the kind in JSON.
    var name: String {
        switch self {
        case .heading: "heading"
        case .paragraph: "paragraph"
        case .listItem: "listItem"
        case .code: "code"
        case .table: "table"
        case .row: "row"
        }
    }
}

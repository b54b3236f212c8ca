/// One block of a document in reading order, as ingestion finds it: what the splitter is fed with.
package struct PassageBlock: Sendable, Hashable {
    /// What the block is in its document.
    package enum Kind: Sendable, Hashable {
        /// A heading; level 1 is the highest.
        case heading(level: Int)
        case paragraph, listItem, code, table
        /// One record of tabular content; its lines read `column: value`.
        case row
    }

    package var kind: Kind
    /// Exactly the Unicode scalars `start..<end` of the content's text.
    package var text: String
    /// Unicode scalar offsets into the content's text.
    package var start: Int
    package var end: Int
    /// The page the block begins on, from 1, where the format has pages.
    package var page: Int?
    /// The row's number, for rows.
    package var row: Int?

    package init(kind: Kind, text: String, start: Int, end: Int, page: Int? = nil, row: Int? = nil) {
        self.kind = kind
        self.text = text
        self.start = start
        self.end = end
        self.page = page
        self.row = row
    }
}

/// A retrievable piece of a content: about 250 tokens of a document, or one row.
package struct Passage: Sendable, Hashable {
    /// Exactly the Unicode scalars `start..<end` of the content's text.
    package var text: String
    /// Unicode scalar offsets into the content's text.
    package var start: Int
    package var end: Int
    /// The page the passage begins on, from 1, where the format has pages.
    package var page: Int?
    /// The row's number, for rows; several passages share it when the row is long.
    package var row: Int?
    /// The headings the passage stands under, outermost first, its own section's included.
    package var headings: [String]
    /// The length of `text` by `TokenCounter`.
    package var tokens: Int

    package init(text: String, start: Int, end: Int, page: Int? = nil, row: Int? = nil, headings: [String] = [], tokens: Int) {
        self.text = text
        self.start = start
        self.end = end
        self.page = page
        self.row = row
        self.headings = headings
        self.tokens = tokens
    }
}

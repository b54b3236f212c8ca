/// The names of the files that an extraction leaves in its directory.
package enum ArtefactFiles {
    /// The text in UTF-8.
    package static let text = "text.txt"

    /// One `Block` a line, in the order of the text.
    package static let blocks = "blocks.jsonl"

    /// For tables: `{"columns": […]}`, then one array of JSON values for each row (`RowReader`).
    package static let rows = "rows.jsonl"

    /// The `ExtractionSummary`; written last, so that its presence means that the others are complete.
    package static let summary = "summary.json"
}

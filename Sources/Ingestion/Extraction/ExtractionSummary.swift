/// What an extraction produced: the content of `summary.json`, which is written last and so marks a complete result.
package struct ExtractionSummary: Codable, Sendable, Equatable {
    /// Whether the file became running text or records with named columns.
    package enum Kind: String, Codable, Sendable {
        case document
        case table
    }

    /// Document or table.
    package var kind: Kind

    /// Length of `text.txt` in Unicode scalars.
    package var scalars: Int

    /// Number of lines in `blocks.jsonl`.
    package var blocks: Int

    /// Number of records; 0 for a document.
    package var rows: Int

    /// Names of the columns in their order; empty for a document.
    package var columns: [String]

    /// What had to be done to the file's bytes to have text.
    package var decoding: DecodingReport

    /// Rows of a CSV file that have fewer cells than the header, which were filled with null; `nil` if there are none.
    package var shortRows: ShortRows?

    /// For a JSON file that became a document: a sentence for its owner that says why it is no table.
    package var whyNoTable: String?

    /// What is told of rows with too few cells.
    package struct ShortRows: Codable, Sendable, Equatable {
        /// So many line numbers are kept.
        static let keptLines = 10

        /// How many there are.
        package var count: Int

        /// The lines on which the first of them begin, counted from 1.
        package var firstLines: [Int]

        /// A report of so many rows.
        package init(count: Int, firstLines: [Int]) {
            self.count = count
            self.firstLines = firstLines
        }
    }

    /// A summary with all its numbers.
    package init(
        kind: Kind, scalars: Int, blocks: Int, rows: Int, columns: [String], decoding: DecodingReport = DecodingReport(),
        shortRows: ShortRows? = nil,
        whyNoTable: String? = nil
    ) {
        self.kind = kind
        self.scalars = scalars
        self.blocks = blocks
        self.rows = rows
        self.columns = columns
        self.decoding = decoding
        self.shortRows = shortRows
        self.whyNoTable = whyNoTable
    }
}

/// What had to be done to the bytes of a file to have text.
package struct DecodingReport: Codable, Sendable, Equatable {
    /// Bytes that no encoding could explain and that became U+FFFD.
    package var replacedBytes = 0

    /// Bytes beyond ASCII that were no UTF-8 and were read as Windows-1252.
    package var foreignBytes = 0

    /// A report of so many bytes.
    package init(replacedBytes: Int = 0, foreignBytes: Int = 0) {
        self.replacedBytes = replacedBytes
        self.foreignBytes = foreignBytes
    }
}

/// Why an extraction ended without a result.
package enum ExtractionFailure: Error, Sendable, Equatable {
    /// The file is at fault; a sentence for its owner with the line number where there is one. A retry is useless.
    case refused(String)

    /// The file is sound but holds nothing: no text, or no rows. A sentence for its owner; a retry is useless.
    case empty(String)

    /// The child used more memory, time or disk than it may; a sentence that names which. A retry is useless.
    case limitExceeded(String)

    /// The child died or could not start, which is our fault or the machine's; the words are for the log. May be retried.
    case crashed(String)
}

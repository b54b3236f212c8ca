package import Adaptation
package import Ingestion

/// A row of a dataset's table, with what the newest run says of it.
package struct ListedRow: Sendable {
    /// Its number in the table, from 1.
    package let number: Int
    package let cells: [Cell]
    /// Nil where no run has looked at the row.
    package let entry: RunLedgerEntry?
}

/// A page of the table.
package struct RowPage: Sendable {
    package let columns: [String]
    package let rows: Page<ListedRow>
    package let rowCount: Int
    /// The run that the scores are from.
    package let run: RunID?
}

/// A row as it went into a run and as it came out.
package struct ComparedRow: Sendable {
    package let entry: RunLedgerEntry
    package let input: RowText
    /// Nil for a row that is not in the output.
    package let output: Output?

    /// What the run made of the row.
    package struct Output: Sendable {
        package let prompt: String?
        package let completion: String?
        package let reasoning: String?
        package let rejected: String?
    }

    /// Whether the row reads otherwise than before.
    package var isChanged: Bool {
        output.map { ($0.prompt ?? "") != (input.prompt ?? "") || ($0.completion ?? "") != (input.completion ?? "") } ?? false
    }
}

/// A page of a comparison.
package struct ComparisonPage: Sendable {
    package let run: Run
    package let rows: Page<ComparedRow>
}

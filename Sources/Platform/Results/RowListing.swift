import Foundation
import Ingestion

/// A row of a dataset's table, with what a run says of it.
package struct ListedRow: Sendable {
    /// Its number in the table, from 1.
    package let number: Int
    /// One value for each column, in their order.
    package let values: [JSONValue]
    /// Nil where no run has looked at the row.
    package let entry: RunLedgerEntry?

    init(_ row: RunRow, entry: RunLedgerEntry?) {
        number = row.number
        values = row.cells.map { cell in
            switch cell {
            case .null: .null
            case .string(let text): .string(text)
            case .json(let text): JSONValue(exactly: text)
            }
        }
        self.entry = entry
    }
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
    package let input: Text
    /// Nil for a row that is not in the output.
    package let output: Output?

    /// The row's texts as they stand in the table.
    package struct Text: Sendable, Hashable {
        package let prompt: String?
        package let completion: String?
    }

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

extension JSONValue {
    /// JSON text as a value; a number that no double holds exactly stays text, so that none of its digits is lost.
    fileprivate init(exactly text: String) {
        guard let value = try? JSONValue.parse(Data(text.utf8)) else {
            self = .string(text)
            return
        }
        if case .number(let number) = value, Decimal(string: text) != Decimal(string: "\(number)") {
            self = .string(text)
        } else {
            self = value
        }
    }
}

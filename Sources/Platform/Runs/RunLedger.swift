import Adaptation
import Foundation

/// What became of one row of the table in a run. The ledger has one entry for each row that the run worked on, in the table's order, and no
/// text of the rows. Where a run ended early, rows of its last batch that were not finished have none.
package struct RunLedgerEntry: Sendable, Equatable, Codable {
    /// How it ended.
    package enum Outcome: String, Sendable, Hashable, Codable {
        case kept
        /// The same as another row, after folding.
        case exactDuplicate
        /// Nearly the same as another row.
        case nearDuplicate
        /// Nothing to train on: its texts are empty.
        case empty
        /// The generator gave no answer.
        case failed
    }

    /// The row's number in the table, from 1.
    package let row: Int
    package var outcome: Outcome
    /// Of a duplicate, the row that was kept in its place.
    package var keptRow: Int?
    /// Of a duplicate, how similar it is to the kept row, 0 to 1.
    package var similarity: Double?
    /// Why the row is not in the output, in a sentence.
    package var reason: String?
    /// Of a kept row: true when its prompt or its answer is empty.
    var lacksRole: Bool?
    /// Of a kept row: true when reasoning was asked for and the generator gave none.
    var lacksReasoning: Bool?
    var before: RowAssessment
    /// Of a kept row; nil where the run ended before it was scored.
    var after: RowAssessment?

    /// What the measures say of the row as it was.
    package var scoreBefore: RowScore { RowScore(before) }
    /// What they say of it as it left the run; nil for a row that is not in the output.
    package var scoreAfter: RowScore? { after.map { RowScore($0) } }

    init(row: Int, outcome: Outcome, before: RowAssessment, after: RowAssessment?) {
        self.row = row
        self.outcome = outcome
        self.before = before
        self.after = after
    }

    mutating func describe(_ duplicate: TableSurvey.Duplicate) {
        outcome = duplicate.isExact ? .exactDuplicate : .nearDuplicate
        keptRow = duplicate.keptRow
        similarity = duplicate.similarity
        reason =
            duplicate.isExact
            ? "The row is the same as row \(duplicate.keptRow), which is kept."
            : "The row is nearly the same as row \(duplicate.keptRow), which is kept."
    }
}

/// Reads and writes ledgers: one entry a line, as JSON.
enum RunLedger {
    static func line(_ entry: RunLedgerEntry) throws -> Data { try JSONText.bytes(entry) + Data("\n".utf8) }

    static func entries(_ data: Data) throws -> [RunLedgerEntry] {
        try data.split(separator: UInt8(ascii: "\n")).map { try JSONDecoder().decode(RunLedgerEntry.self, from: $0) }
    }
}

/// Why a run cannot go on, in the words of the dataset platform.
struct RunStop: Error, Sendable {
    let failure: DatasetFailure

    init(_ code: DatasetFailure.Code, _ message: String) { failure = DatasetFailure(code, message) }
}

/// One augmentation run: recipes in, an output item and an evaluation out (design §7).
package struct Run: Sendable {
    /// `pending` waits for a worker; the last three are final.
    package enum State: String, Sendable, CaseIterable { case pending, running, succeeded, failed, cancelled }

    /// What a run does, in this order.
    package enum Step: String, Sendable, CaseIterable {
        case survey, assess, deduplicate, improve, publish
    }

    /// Rows, counted by what became of them.
    package struct RowCounts: Sendable, Hashable, Codable {
        /// Rows of the table that the run worked on, after sampling.
        package var rowsIn = 0
        /// Rows that repeat another one.
        package var rowsDuplicate = 0
        /// Rows for which the generator gave no answer.
        package var rowsFailed = 0
        /// Rows without anything to train on: both texts empty.
        package var rowsEmpty = 0
        /// Rows of the output.
        package var rowsOut = 0

        /// Counts one more row.
        mutating func add(_ outcome: RunLedgerEntry.Outcome) {
            rowsIn += 1
            switch outcome {
            case .exactDuplicate, .nearDuplicate: rowsDuplicate += 1
            case .failed: rowsFailed += 1
            case .empty: rowsEmpty += 1
            case .kept: rowsOut += 1
            }
        }

        static func + (first: RowCounts, second: RowCounts) -> RowCounts {
            var sum = first
            sum.rowsIn += second.rowsIn
            sum.rowsDuplicate += second.rowsDuplicate
            sum.rowsFailed += second.rowsFailed
            sum.rowsEmpty += second.rowsEmpty
            sum.rowsOut += second.rowsOut
            return sum
        }
    }

    package let id: RunID
    package let dataset: DatasetID
    package let state: State
    package let step: Step
    package let plan: RunPlan
    /// The dataset's version that the run reads.
    package let inputVersion: Int64
    package let totalRows: Int
    package let processedRows: Int
    package let isCancelRequested: Bool
    /// Credits reserved at launch, and settled once from the rows done.
    package let credits: Int
    /// What became of the rows so far, written down with each checkpoint of them; nil before the first.
    package let counts: RowCounts?
    /// Nil unless the run succeeded.
    package let evaluation: RunEvaluation?
    /// The output as a file of the dataset; nil unless the run succeeded.
    package let outputFile: FileID?
    let ledgerSHA256: String?
    package let failure: DatasetFailure?
    package let createdBy: MemberID
    package let createdAt: Timestamp
    package let startedAt: Timestamp?
    package let finishedAt: Timestamp?

    package var isActive: Bool { state == .pending || state == .running }

    /// 0 to 100; 100 once it ended.
    package var percent: Int { isActive ? (totalRows == 0 ? 0 : min(99, processedRows * 100 / totalRows)) : 100 }

    /// What a run that succeeded lost on the way.
    var warning: DatasetFailure? {
        guard state == .succeeded, let counts, counts.rowsFailed > 0 else { return nil }
        return DatasetFailure(
            .generatorFailed,
            "\(counts.rowsFailed) of \(counts.rowsIn) rows got no answer from the generator and are missing in the result.",
            isWarning: true)
    }
}

package typealias RunID = Identifier<Run>

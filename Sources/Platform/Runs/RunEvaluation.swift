import Adaptation

/// What a run's evaluation found: the rows as they were, and as they left the run (contract B §3.3, §4.7).
package struct RunEvaluation: Sendable, Hashable, Codable {
    /// 0 to 10, one decimal.
    package let scoreBefore: Double
    package let scoreAfter: Double
    /// A to E.
    package let gradeBefore: String
    package let gradeAfter: String
    /// Relative, one decimal; nil when the first score is 0.
    package let improvementPercent: Double?
    /// 0 to 100; nil until ten datasets were evaluated here.
    package let percentileAfter: Double?
    /// Everything behind the scores, as it is sent.
    package let rawResults: JSONValue
}

/// Adds up the assessments of a run's rows.
struct RunEvaluationSum: Sendable {
    private(set) var counts = Run.Counts()
    private var before = QualityTally()
    private var after = QualityTally()
    private var changed = 0

    mutating func add(_ entry: RunLedgerEntry) {
        counts.rowsIn += 1
        before.add(entry.before)
        switch entry.outcome {
        case .exactDuplicate, .nearDuplicate: counts.rowsDuplicate += 1
        case .failed: counts.rowsFailed += 1
        case .empty: counts.rowsEmpty += 1
        case .kept:
            counts.rowsOut += 1
            after.add(entry.after ?? entry.before)
        }
    }

    /// - Parameters:
    ///   - duplicates: rows that repeat another one, whether they were dropped or not.
    ///   - population: the scores of other datasets.
    func evaluation(duplicates: Int, dropsDuplicates: Bool, population: [Double]) -> RunEvaluation {
        let share = counts.rowsIn == 0 ? 0 : Double(duplicates) / Double(counts.rowsIn)
        let first = before.quality(duplicateShare: share)
        let second = after.quality(duplicateShare: dropsDuplicates ? 0 : share)
        let comparison = QualityComparison(before: first, after: second)
        return RunEvaluation(
            scoreBefore: first.score, scoreAfter: second.score, gradeBefore: first.grade.rawValue, gradeAfter: second.grade.rawValue,
            improvementPercent: comparison.improvementPercent,
            percentileAfter: QualityPercentile.midRank(of: second.score, among: population), rawResults: .null)
    }
}

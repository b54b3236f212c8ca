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
    private(set) var counts = Run.RowCounts()
    /// Kept rows whose prompt or answer is empty.
    private var incomplete = 0
    /// Kept rows without the reasoning that was asked for.
    private var unreasoned = 0
    private var before = DatasetQuality()
    private var after = DatasetQuality()

    mutating func add(_ entry: RunLedgerEntry) {
        counts.add(entry.outcome)
        before.add(entry.before)
        guard entry.outcome == .kept else { return }
        if entry.lacksRole ?? false { incomplete += 1 }
        if entry.lacksReasoning ?? false { unreasoned += 1 }
        after.add(entry.after ?? entry.before)
    }

    /// - Parameters:
    ///   - duplicates: rows that repeat another one, whether they were dropped or not.
    ///   - remarks: what was asked for and had nothing to act on.
    ///   - population: the scores of other datasets.
    func evaluation(duplicates: Int, dropsDuplicates: Bool, remarks: [String], population: [Double]) -> RunEvaluation {
        let share = counts.rowsIn == 0 ? 0 : Double(duplicates) / Double(counts.rowsIn)
        var (first, second) = (before, after)
        first.duplicateShare = share
        second.duplicateShare = dropsDuplicates ? 0 : share
        let comparison = QualityComparison(before: first, after: second)
        let (scoreBefore, scoreAfter) = (first.score ?? 0, second.score ?? 0)
        return RunEvaluation(
            scoreBefore: scoreBefore, scoreAfter: scoreAfter, gradeBefore: QualityGrade(score: scoreBefore).rawValue,
            gradeAfter: QualityGrade(score: scoreAfter).rawValue, improvementPercent: comparison.improvementPercent,
            percentileAfter: QualityComparison.percentile(of: scoreAfter, among: population + [scoreAfter]),
            rawResults: rawResults(comparison, remarks))
    }

    /// What the kept rows lack, in sentences.
    private var incompleteness: [String] {
        var sentences: [String] = []
        if incomplete > 0 {
            let what = incomplete == 1 ? "1 row is kept although its" : "\(incomplete) rows are kept although their"
            sentences.append("\(what) prompt or answer is empty.")
        }
        if unreasoned > 0 {
            let (what, whose) = unreasoned == 1 ? ("1 row has", "its completion") : ("\(unreasoned) rows have", "their completions")
            sentences.append("\(what) no reasoning_trace: the generator gave none with \(whose).")
        }
        return sentences
    }

    private func rawResults(_ comparison: QualityComparison, _ remarks: [String]) -> JSONValue {
        let number = { (value: Double?) in value.map { JSONValue.number($0) } ?? .null }
        var measures: [String: JSONValue] = [:]
        for measure in comparison.measures {
            measures[measure.name] = .object(["before": number(measure.before), "after": number(measure.after)])
        }
        var gains: [String: JSONValue] = [:]
        for gain in comparison.gains.named { gains[gain.name] = number(gain.value) }
        var results: [String: JSONValue] = ["measures": .object(measures), "gains": .object(gains)]
        for (name, count) in [
            ("rows_in", counts.rowsIn), ("rows_duplicate", counts.rowsDuplicate), ("rows_failed", counts.rowsFailed),
            ("rows_empty", counts.rowsEmpty), ("rows_out", counts.rowsOut),
        ] { results[name] = .integer(Int64(count)) }
        results["remarks"] = .array((remarks + incompleteness).map { .string($0) })
        return .object(results)
    }
}

import Adaptation
import Foundation

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
    func evaluation(duplicates: Int, dropsDuplicates: Bool, remarks: [String], population: [Double]) -> RunEvaluation {
        let share = counts.rowsIn == 0 ? 0 : Double(duplicates) / Double(counts.rowsIn)
        let first = DatasetQuality(before, duplicateShare: share)
        let second = DatasetQuality(after, duplicateShare: dropsDuplicates ? 0 : share)
        var raw: [String: JSONValue] = [
            "rows_in": .integer(Int64(counts.rowsIn)), "rows_duplicate": .integer(Int64(counts.rowsDuplicate)),
            "rows_failed": .integer(Int64(counts.rowsFailed)), "rows_empty": .integer(Int64(counts.rowsEmpty)),
            "rows_out": .integer(Int64(counts.rowsOut)),
            "measures": .object(Self.measures(first, second)), "gains": .object(Self.gains(first, second)),
        ]
        if !remarks.isEmpty { raw["remarks"] = .array(remarks.map { .string($0) }) }
        return RunEvaluation(
            scoreBefore: first.score, scoreAfter: second.score, gradeBefore: first.grade.rawValue, gradeAfter: second.grade.rawValue,
            improvementPercent: DatasetQuality.improvementPercent(from: first.score, to: second.score),
            percentileAfter: DatasetQuality.percentile(of: second.score, among: population), rawResults: .object(raw))
    }

    /// Each measure before and after, 0 to 1; duplicates are a measure of the dataset.
    private static func measures(_ first: DatasetQuality, _ second: DatasetQuality) -> [String: JSONValue] {
        var measures: [String: JSONValue] = [:]
        for measure in QualityMeasure.allCases {
            guard let before = first.measures[measure] else { continue }
            measures[measure.rawValue] = pair(before, second.measures[measure])
        }
        measures["uniqueness"] = pair(1 - first.duplicateShare, 1 - second.duplicateShare)
        return measures
    }

    /// The names seen on the hosted service (contract B §4.7).
    private static func gains(_ first: DatasetQuality, _ second: DatasetQuality) -> [String: JSONValue] {
        let percentage = { (before: Double?, after: Double?) -> JSONValue in
            guard let before, let after, let percent = DatasetQuality.improvementPercent(from: before, to: after) else { return .null }
            return .number(percent)
        }
        let absolute = { (before: Double?, after: Double?) -> JSONValue in
            guard let before, let after else { return .null }
            return .number(((after - before) * 100).rounded() / 100)
        }
        return [
            "overall_percentage_gain": percentage(first.score, second.score),
            "message_quality_absolute_gain": absolute(first.promptScore, second.promptScore),
            "message_quality_percentage_gain": percentage(first.promptScore, second.promptScore),
            "completion_quality_absolute_gain": absolute(first.completionScore, second.completionScore),
            "completion_quality_percentage_gain": percentage(first.completionScore, second.completionScore),
        ]
    }

    private static func pair(_ before: Double, _ after: Double?) -> JSONValue {
        let round = { (value: Double) in JSONValue.number((value * 1000).rounded() / 1000) }
        return .object(["before": round(before), "after": after.map(round) ?? .null])
    }
}

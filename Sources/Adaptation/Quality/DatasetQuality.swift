/// The quality of a whole table: sums over its rows, stored as a checkpoint. The same rows in the same
/// order give the same sums to the last bit, also across a checkpoint.
package struct DatasetQuality: Codable, Sendable, Equatable {
    /// Rows that were added.
    package private(set) var rowCount = 0
    /// Share of the rows that deduplication would drop, 0...1.
    package var duplicateShare = 0.0
    private var totals = 0.0
    private var prompts = Sum()
    private var completions = Sum()
    private var measures: [QualityMeasure: Sum] = [:]

    private struct Sum: Codable, Equatable {
        var count = 0
        var sum = 0.0
        var mean: Double? { count == 0 ? nil : sum / Double(count) }

        mutating func add(_ value: Double) {
            count += 1
            sum += value
        }
    }

    /// How far a table of nothing but duplicates would be pulled down.
    private static let duplicateWeight = 0.7

    package init(duplicateShare: Double = 0) { self.duplicateShare = duplicateShare }

    /// Adds a row.
    package mutating func add(_ row: RowAssessment) {
        rowCount += 1
        totals += row.total
        if let score = row.promptScore { prompts.add(score) }
        if let score = row.completionScore { completions.add(score) }
        for (measure, value) in row.values { measures[measure, default: Sum()].add(value) }
    }

    /// 0...10 with one decimal: the mean of the rows, less what duplicates take; nil without rows.
    package var score: Double? {
        guard rowCount > 0 else { return nil }
        let share = min(1, max(0, duplicateShare))
        return Self.rounded(totals / Double(rowCount) * (1 - Self.duplicateWeight * share))
    }

    package var grade: QualityGrade? { score.map(QualityGrade.init) }
    /// The mean of the prompts' scores, 0...10; nil when there are none.
    package var promptMean: Double? { prompts.mean }
    /// The mean of the completions' scores, 0...10; nil when there are none.
    package var completionMean: Double? { completions.mean }

    /// The mean of a measure over the rows it applies to, 0...1; nil when there are none.
    package func mean(_ measure: QualityMeasure) -> Double? { measures[measure]?.mean }

    /// To one decimal, as scores are published.
    static func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}

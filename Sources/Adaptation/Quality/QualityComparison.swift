/// A table before and after a run, in the numbers that an evaluation publishes.
package struct QualityComparison: Sendable {
    package let before: DatasetQuality
    package let after: DatasetQuality

    package init(before: DatasetQuality, after: DatasetQuality) {
        self.before = before
        self.after = after
    }

    /// What changed in the means of prompts ("messages") and completions, and in the score. Absolute gains are points of 0...10 and percentages
    /// are of the first value, both with one decimal; nil where there is nothing to compare or the first value is 0.
    package struct Gains: Sendable, Equatable {
        package var overallPercentage: Double?
        package var messageAbsolute: Double?
        package var messagePercentage: Double?
        package var completionAbsolute: Double?
        package var completionPercentage: Double?

        /// By the names that `raw_results.gains` has on the wire.
        package var named: [(name: String, value: Double?)] {
            [
                ("overall_percentage_gain", overallPercentage), ("message_quality_absolute_gain", messageAbsolute),
                ("message_quality_percentage_gain", messagePercentage), ("completion_quality_absolute_gain", completionAbsolute),
                ("completion_quality_percentage_gain", completionPercentage),
            ]
        }
    }

    /// (after − before) / before × 100, one decimal, from the published scores; nil when the first is 0 or either is missing.
    package var improvementPercent: Double? { Self.percent(before.score, after.score) }

    package var gains: Gains {
        Gains(
            overallPercentage: improvementPercent, messageAbsolute: Self.difference(before.promptMean, after.promptMean),
            messagePercentage: Self.percent(before.promptMean, after.promptMean),
            completionAbsolute: Self.difference(before.completionMean, after.completionMean),
            completionPercentage: Self.percent(before.completionMean, after.completionMean))
    }

    /// The means of every measure that applies to the table, before and after, three decimals, in the order of the measures; the share of rows
    /// that are no duplicates comes last, under `uniqueness`.
    package var measures: [(name: String, before: Double?, after: Double?)] {
        let rows = QualityMeasure.allCases.compactMap { measure -> (name: String, before: Double?, after: Double?)? in
            let means = (before.mean(measure), after.mean(measure))
            if means.0 == nil, means.1 == nil { return nil }
            return (measure.rawValue, means.0.map(Self.thousandths), means.1.map(Self.thousandths))
        }
        return rows + [("uniqueness", Self.thousandths(1 - before.duplicateShare), Self.thousandths(1 - after.duplicateShare))]
    }

    /// The mid-rank of a score among those of other datasets, 0...100 with one decimal; nil below ten.
    package static func percentile(of score: Double, among others: [Double]) -> Double? {
        guard others.count >= 10 else { return nil }
        let below = others.reduce(0) { $0 + ($1 < score ? 1 : 0) }
        let equal = others.reduce(0) { $0 + ($1 == score ? 1 : 0) }
        return DatasetQuality.rounded((Double(below) + Double(equal) / 2) / Double(others.count) * 100)
    }

    private static func thousandths(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }

    private static func difference(_ before: Double?, _ after: Double?) -> Double? {
        guard let before, let after else { return nil }
        return DatasetQuality.rounded(DatasetQuality.rounded(after) - DatasetQuality.rounded(before))
    }

    private static func percent(_ before: Double?, _ after: Double?) -> Double? {
        guard let before, let after else { return nil }
        let first = DatasetQuality.rounded(before)
        guard first > 0 else { return nil }
        return DatasetQuality.rounded((DatasetQuality.rounded(after) - first) / first * 100)
    }
}

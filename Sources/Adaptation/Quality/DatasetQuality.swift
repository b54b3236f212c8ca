/// Adds up the assessments of rows.
package struct QualityTally: Sendable {
    private(set) var rows = 0
    private(set) var total = 0.0
    private(set) var prompts: (sum: Double, count: Int) = (0, 0)
    private(set) var completions: (sum: Double, count: Int) = (0, 0)
    private(set) var measures: [QualityMeasure: (sum: Double, count: Int)] = [:]

    package init() {}

    /// Takes in one row.
    package mutating func add(_ row: RowAssessment) {
        rows += 1
        total += row.total
        if let score = row.promptScore { prompts = (prompts.sum + score, prompts.count + 1) }
        if let score = row.completionScore { completions = (completions.sum + score, completions.count + 1) }
        for (measure, value) in row.values {
            let old = measures[measure] ?? (0, 0)
            measures[measure] = (old.sum + value, old.count + 1)
        }
    }
}

/// How good a dataset is as a whole.
package struct DatasetQuality: Sendable {
    /// What rows that repeat others take away at most: a table that consists of one row, over and over, keeps this share of its score.
    private static let keptWithoutUniqueness = 0.3
    /// Datasets that must have been evaluated before a rank means anything (contract B §4.7).
    private static let leastPopulation = 10

    /// 0 to 10, one decimal.
    package let score: Double
    package let grade: QualityGrade
    /// 0 to 1.
    package let duplicateShare: Double
    /// The mean scores of prompts and answers, 0 to 10; nil where the role is not mapped.
    package let promptScore: Double?
    package let completionScore: Double?
    /// The mean of each measure, 0 to 1.
    package let measures: [QualityMeasure: Double]

    /// - Parameter duplicateShare: the share of rows that repeat another one, 0 to 1.
    package init(_ tally: QualityTally, duplicateShare: Double) {
        let mean = tally.rows == 0 ? 0 : tally.total / Double(tally.rows)
        let kept = 1 - duplicateShare * (1 - Self.keptWithoutUniqueness)
        score = (mean * kept * 10).rounded() / 10
        grade = QualityGrade(score: score)
        self.duplicateShare = duplicateShare
        promptScore = tally.prompts.count == 0 ? nil : tally.prompts.sum / Double(tally.prompts.count)
        completionScore = tally.completions.count == 0 ? nil : tally.completions.sum / Double(tally.completions.count)
        measures = tally.measures.mapValues { $0.sum / Double($0.count) }
    }

    /// `(after − before) / before × 100`, one decimal; nil when the first is 0 (contract B §4.7).
    package static func improvementPercent(from before: Double, to after: Double) -> Double? {
        before == 0 ? nil : ((after - before) / before * 1000).rounded() / 10
    }

    /// The mid-rank of a score among those of other datasets and itself, 0 to 100, one decimal; nil for fewer than ten in all.
    package static func percentile(of score: Double, among others: [Double]) -> Double? {
        guard others.count + 1 >= leastPopulation else { return nil }
        let below = Double(others.count { $0 < score })
        let equal = Double(others.count { $0 == score } + 1)
        return ((below + equal / 2) / Double(others.count + 1) * 1000).rounded() / 10
    }
}

/// A letter for a score (contract B §4.7).
package enum QualityGrade: String, Sendable {
    case excellent = "A"
    case good = "B"
    case fair = "C"
    case poor = "D"
    case bad = "E"

    /// - Parameter score: 0 to 10, rounded to one decimal.
    package init(score: Double) {
        switch score {
        case 9...: self = .excellent
        case 7.5...: self = .good
        case 6...: self = .fair
        case 4...: self = .poor
        default: self = .bad
        }
    }
}

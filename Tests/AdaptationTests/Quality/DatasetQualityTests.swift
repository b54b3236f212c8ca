import Testing

@testable import Adaptation

@Suite struct DatasetQualityTests {
    @Test(arguments: [
        (10.0, "A"), (9.0, "A"), (8.9, "B"), (7.5, "B"), (7.4, "C"), (6.0, "C"), (5.9, "D"), (4.0, "D"), (3.9, "E"), (0, "E"),
    ])
    func theGradeIsThatOfThePublishedScore(_ score: Double, _ grade: String) {
        #expect(QualityGrade(score: score).rawValue == grade)
    }

    @Test func theScoreIsTheMeanOfTheRowsWithOneDecimal() {
        #expect(dataset([9, 8, 8]).score == 8.3)
        #expect(dataset([]).score == nil)
        #expect(dataset([]).grade == nil)
    }

    @Test func duplicatesPullTheScoreDown() {
        #expect(dataset([9, 9]).score == 9)
        let scores = [0, 0.1, 0.4, 1].map { dataset([9, 9], duplicates: $0).score ?? 0 }
        #expect(scores == scores.sorted(by: >))
        #expect(scores[1] < 9)
    }

    @Test func improvementIsComputedFromPublishedScores() {
        #expect(QualityComparison(before: dataset([6.04]), after: dataset([7.96])).improvementPercent == 33.3)
        #expect(QualityComparison(before: dataset([0]), after: dataset([5])).improvementPercent == nil)
        #expect(QualityComparison(before: dataset([8]), after: dataset([6])).improvementPercent == -25)
    }

    @Test func gainsCompareBothRoles() {
        let gains = QualityComparison(before: dataset([5]), after: dataset([8])).gains
        #expect(gains.messageAbsolute == 3)
        #expect(gains.messagePercentage == 60)
        #expect(gains.completionAbsolute == 3)
        #expect(gains.named.map(\.name).contains("message_quality_percentage_gain"))
        var promptOnly = DatasetQuality()
        promptOnly.add(RowAssessment(values: [:], promptScore: 5, completionScore: nil, total: 5))
        #expect(QualityComparison(before: promptOnly, after: promptOnly).gains.completionAbsolute == nil)
    }

    @Test func measuresAreComparedByName() {
        var before = DatasetQuality(duplicateShare: 0.25)
        before.add(RowAssessment(values: [.variety: 0.5], promptScore: nil, completionScore: 5, total: 5))
        var after = DatasetQuality()
        after.add(RowAssessment(values: [.variety: 1], promptScore: nil, completionScore: 10, total: 10))
        let measures = QualityComparison(before: before, after: after).measures
        #expect(measures.map(\.name) == ["variety", "uniqueness"])
        #expect(measures[0].before == 0.5 && measures[0].after == 1)
        #expect(measures[1].before == 0.75 && measures[1].after == 1)
    }

    @Test func thePercentileIsTheMidRankAmongTenOrMore() {
        #expect(QualityComparison.percentile(of: 5, among: Array(repeating: 1, count: 9)) == nil)
        #expect(QualityComparison.percentile(of: 5, among: [1, 2, 3, 4, 5, 5, 6, 7, 8, 9]) == 50)
        #expect(QualityComparison.percentile(of: 10, among: Array(repeating: 1, count: 10)) == 100)
    }

    private func dataset(_ totals: [Double], duplicates: Double = 0) -> DatasetQuality {
        var quality = DatasetQuality(duplicateShare: duplicates)
        for total in totals { quality.add(RowAssessment(values: [:], promptScore: total, completionScore: total, total: total)) }
        return quality
    }
}

/// What the measures say about one row.
package struct RowAssessment: Sendable, Codable, Equatable {
    /// 0...1 of each measure that applies to the row, the worse of prompt and answer where both are measured.
    package var values: [QualityMeasure: Double]
    /// 0...10, nil where the role is not mapped.
    package var promptScore: Double?
    package var completionScore: Double?
    /// 0...10 of the row.
    package var total: Double

    package init(values: [QualityMeasure: Double], promptScore: Double?, completionScore: Double?, total: Double) {
        self.values = values
        self.promptScore = promptScore
        self.completionScore = completionScore
        self.total = total
    }
}

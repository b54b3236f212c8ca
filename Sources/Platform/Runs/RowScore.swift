import Adaptation

/// What the measures say of a row (docs/evaluation.md).
package struct RowScore: Sendable {
    /// 0 to 10.
    package let total: Double
    /// 0 to 10; nil where the role is not mapped.
    package let prompt: Double?
    package let completion: Double?
    /// Each measure that applies, 0 to 1, by its name.
    package let measures: [String: Double]

    init(_ assessment: RowAssessment) {
        total = assessment.total
        prompt = assessment.promptScore
        completion = assessment.completionScore
        measures = Dictionary(assessment.values.map { ($0.key.rawValue, $0.value) }, uniquingKeysWith: { first, _ in first })
    }
}

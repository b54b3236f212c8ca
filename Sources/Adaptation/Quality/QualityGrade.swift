/// The grade of a dataset, taken on the score as it is published.
package enum QualityGrade: String, Codable, Sendable, CaseIterable {
    case a = "A"
    case b = "B"
    case c = "C"
    case d = "D"
    case e = "E"

    /// Of a score with one decimal, 0...10: A from 9.0, B from 7.5, C from 6.0, D from 4.0.
    package init(score: Double) {
        let tenths = (score * 10).rounded()
        self = tenths >= 90 ? .a : tenths >= 75 ? .b : tenths >= 60 ? .c : tenths >= 40 ? .d : .e
    }
}

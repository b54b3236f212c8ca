/// How texts of a table end, by their length: only where nearly all texts end with a full stop does a missing one mean something.
struct EndingCounts: Codable, Sendable, Equatable {
    /// Up to three words, up to eight, up to twenty, more; then texts whose lines do not end with a mark, such as lists and poems.
    enum Form: Int, CaseIterable { case label, phrase, sentence, prose, lines }

    private var all = [Int](repeating: 0, count: Form.allCases.count)
    private var closed = [Int](repeating: 0, count: Form.allCases.count)

    /// What is believed before rows are seen, with the weight of so many rows.
    private static let beliefs: [Double] = [0.15, 0.55, 0.9, 0.97, 0.3]
    private static let beliefRows = 20.0

    init() {}

    mutating func add(_ form: Form, isClosed: Bool) {
        all[form.rawValue] += 1
        if isClosed { closed[form.rawValue] += 1 }
    }

    /// The share of texts of this form that end with a mark.
    func closedShare(_ form: Form) -> Double {
        let belief = Self.beliefs[form.rawValue]
        return (Double(closed[form.rawValue]) + belief * Self.beliefRows) / (Double(all[form.rawValue]) + Self.beliefRows)
    }
}

import Foundation

/// How well ranked passages answered labelled questions: means over the questions added.
struct RetrievalScores {
    /// Ranks that count.
    static let depth = 10

    private(set) var questions = 0
    private var hits = [1: 0.0, 5: 0.0, 10: 0.0]
    private var reciprocalRanks = 0.0
    private var gains = 0.0

    /// Adds one question's ranking, best first. A label counts once, at the best rank that has it.
    mutating func add(_ passages: [FoundPassage], for question: LabelledQuestion) {
        var open = question.labels
        var ranks: [Int] = []
        for (index, passage) in passages.prefix(Self.depth).enumerated() {
            guard let label = open.firstIndex(where: { $0.matches(passage) }) else { continue }
            open.remove(at: label)
            ranks.append(index + 1)
        }
        questions += 1
        for limit in hits.keys where ranks.contains(where: { $0 <= limit }) { hits[limit, default: 0] += 1 }
        if let first = ranks.first { reciprocalRanks += 1 / Double(first) }
        let ideal = (1...min(Self.depth, question.labels.count)).map(Self.gain).reduce(0, +)
        gains += ranks.map(Self.gain).reduce(0, +) / ideal
    }

    /// The share of questions with a right passage among the first so many: 1, 5 or 10.
    func hitRate(at limit: Int) -> Double { mean(hits[limit] ?? 0) }

    /// The mean of 1 / rank of the first right passage, 0 where none is among the first ten.
    var meanReciprocalRank: Double { mean(reciprocalRanks) }

    /// Normalised discounted cumulative gain over the first ten, every label worth the same: gains 1 / log2(rank + 1), divided by those
    /// of a perfect ranking (Järvelin and Kekäläinen, 2002).
    var discountedGain: Double { mean(gains) }

    private static func gain(_ rank: Int) -> Double { 1 / log2(Double(rank) + 1) }

    private func mean(_ sum: Double) -> Double { questions == 0 ? 0 : sum / Double(questions) }
}

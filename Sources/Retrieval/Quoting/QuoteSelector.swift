import Foundation

/// A piece of a retrieved passage that answers a question, word for word.
package struct Quote: Sendable, Hashable {
    /// The index into the passages given.
    package var passage: Int
    /// Unicode scalar offsets within the passage.
    package var range: Range<Int>
    package var text: String

    package init(passage: Int, range: Range<Int>, text: String) {
        self.passage = passage
        self.range = range
        self.text = text
    }
}

/// What bounds an answer made of quotes, and when there is none.
package struct QuoteLimits: Sendable, Hashable {
    /// The most quotes; 1 to 8.
    package var quotes: Int
    /// The most scalars of all quotes together; the first quote is given whatever its length.
    package var scalars: Int
    /// A passage is quoted only if it covers this share of the question's idf mass.
    package var minimumMatchedShare: Double
    /// The best quote must cover this share of the question's mass within the passages, by itself or with its heading and the sentence
    /// before it.
    package var minimumOverlap: Double
    /// A further quote must score at least this share of the best one's score.
    package var furtherScore: Double
    /// Quotes that share this much of their terms (of the shorter one's) say the same.
    package var repetition: Double

    package init(
        quotes: Int = 4, scalars: Int = 1200, minimumMatchedShare: Double = 0.5, minimumOverlap: Double = 0.35, furtherScore: Double = 0.75,
        repetition: Double = 0.8
    ) {
        self.quotes = quotes
        self.scalars = scalars
        self.minimumMatchedShare = minimumMatchedShare
        self.minimumOverlap = minimumOverlap
        self.furtherScore = furtherScore
        self.repetition = repetition
    }
}

/// The mind of the quoting model: picks from retrieved passages the few sentences that answer a question, or none.
///
/// Each sentence is scored by the share of the question's idf mass in it (terms as in keyword search; idf over the sentences at hand), with
/// less for terms found only in its headings or in the sentence before; passages of a better rank come first. A question in the text lends
/// its score to the sentence after it. Of a row with an answer column the answer is quoted. What says the same as a better quote is left
/// out; a sentence that leans on the one before it ("It …", "This …") brings it along, one that ends with a colon brings what follows.
/// Quotes come in the order of the passages given and of the text within each.
package struct QuoteSelector: Sendable {
    package init() {}

    /// The quotes that answer the question; empty when nothing qualifies. `passages` are in order of rank, `matchedShares` are their shares
    /// as keyword search returned them (without them every passage is taken to qualify), `headings` their paths of headings.
    package func select(
        question: String, passages: [String], matchedShares: [Double]? = nil, headings: [[String]] = [], limits: QuoteLimits = .init()
    ) -> [Quote] {
        let language = Language.detect(passages.joined(separator: "\n"))
        let terms = Set(KeywordSearch.terms(question, language: language))
        guard !terms.isEmpty else { return [] }
        var builder = CandidateBuilder(question: terms, analyzer: TextAnalyzer(language: language))
        for (index, passage) in passages.enumerated() {
            if let matchedShares, index < matchedShares.count, matchedShares[index] < limits.minimumMatchedShare { continue }
            builder.add(passage, index: index, headings: index < headings.count ? headings[index] : [])
        }
        return Selection(candidates: builder.scored(), limits: limits).quotes
    }
}

/// The greedy choice among scored candidates.
private struct Selection {
    let candidates: [QuoteCandidate]
    let limits: QuoteLimits

    var quotes: [Quote] {
        let order = candidates.indices.filter { candidates[$0].coverage >= limits.minimumOverlap && candidates[$0].score > 0 }
            .sorted { (candidates[$1].score, $0) < (candidates[$0].score, $1) }
        guard let best = order.first else { return [] }
        var chosen = [Int]()
        var scalars = 0
        func take(_ index: Int) {
            guard chosen.count < min(8, max(1, limits.quotes)), !chosen.contains(index) else { return }
            let candidate = candidates[index]
            guard chosen.isEmpty || scalars + candidate.range.count <= limits.scalars else { return }
            guard !chosen.contains(where: { says(candidates[$0], what: candidate) }) else { return }
            chosen.append(index)
            scalars += candidate.range.count
        }
        for index in order {
            let candidate = candidates[index]
            guard candidate.score >= limits.furtherScore * candidates[best].score else { break }
            let before = chosen.count
            take(index)
            guard chosen.count > before else { continue }
            if candidate.leansOnPrevious, index > 0, candidates[index - 1].isNeighbour(of: candidate) { take(index - 1) }
            if candidate.announces {
                var next = index + 1
                while next < candidates.count, candidates[next].passage == candidate.passage, candidates[next].isListed {
                    take(next)
                    next += 1
                }
            }
        }
        return chosen.sorted().map { index in
            Quote(passage: candidates[index].passage, range: candidates[index].range, text: candidates[index].text)
        }
    }

    private func says(_ taken: QuoteCandidate, what other: QuoteCandidate) -> Bool {
        if taken.text == other.text { return true }
        let smaller = min(taken.terms.count, other.terms.count)
        guard smaller > 2 else { return !other.terms.isEmpty && taken.terms == other.terms }
        return Double(taken.terms.intersection(other.terms).count) >= limits.repetition * Double(smaller)
    }
}

/// The mind of the quoting model: picks from retrieved passages the few sentences that answer a question, or none.
///
/// Each sentence is scored by the share of the question's idf mass in it (terms as in keyword search; idf over the sentences at hand), with
/// less for terms found only in its headings or in the sentence before. A question in the text lends its score to the sentence after it. Of
/// a row with an answer column the answer is quoted. With an encoder, the cosine of sentence and question joins in: it decides, with the
/// share of the question that the passage covers, whether there is an answer at all. What says the same as a better quote is left out; a
/// sentence that leans on the one before it ("It …", "This …") brings it along, one that ends with a colon brings what follows. Quotes come
/// passage by passage, that of the best quote first, and within each in the order of its text.
package struct QuoteSelector: Sendable {
    package init() {}

    /// The quotes that answer the question; empty when nothing qualifies.
    ///
    /// - Parameters:
    ///   - passages: The retrieved passages in order of rank; about 8 are enough.
    ///   - matchedShares: Their shares as keyword search returned them, 0 for a passage that only its vector found. Without them every passage
    ///     is taken to qualify.
    ///   - headings: Their paths of headings.
    ///   - meaning: What the encoder knows; nil to go by the words alone.
    package func select(
        question: String, passages: [String], matchedShares: [Double]? = nil, headings: [[String]] = [], limits: QuoteLimits = .init(),
        meaning: QuoteMeaning? = nil
    ) -> [Quote] {
        let language = Language.detect(passages.joined(separator: "\n"))
        let terms = Set(KeywordQuestion.terms(question, language: language))
        guard !terms.isEmpty || meaning != nil else { return [] }
        var builder = CandidateBuilder(question: terms, analyzer: TextAnalyzer(language: language))
        for (index, passage) in passages.enumerated() {
            guard qualifies(index, matchedShares, meaning, limits) else { continue }
            builder.add(passage, index: index, headings: index < headings.count ? headings[index] : [])
        }
        var candidates = builder.scored()
        if let meaning {
            let support = weigh(&candidates, matchedShares, meaning, encoding: limits.encodedSentences)
            let isNear = language == .english && support.cosine >= limits.sufficientCosine
            guard isNear || support.sum >= limits.minimumSupport + (language == .english ? 0 : limits.foreignSupport) else { return [] }
        } else {
            for index in candidates.indices where candidates[index].coverage < limits.minimumOverlap { candidates[index].score = 0 }
        }
        return QuoteSelection(candidates: candidates, limits: limits).quotes
    }

    private func qualifies(_ index: Int, _ matchedShares: [Double]?, _ meaning: QuoteMeaning?, _ limits: QuoteLimits) -> Bool {
        if let cosine = meaning?.cosine(ofPassage: index), cosine >= limits.minimumCosine { return true }
        guard let matchedShares, matchedShares.indices.contains(index) else { return true }
        return matchedShares[index] >= limits.minimumMatchedShare
    }

    /// Encodes the most promising sentences and scores them by meaning and words; the others are left without a score. Returns the best
    /// support and the best cosine that any of them gives.
    private func weigh(
        _ candidates: inout [QuoteCandidate], _ matchedShares: [Double]?, _ meaning: QuoteMeaning, encoding most: Int
    ) -> (sum: Double, cosine: Double) {
        func promise(_ candidate: QuoteCandidate) -> Double { candidate.coverage + (meaning.cosine(ofPassage: candidate.passage) ?? 0) }
        let all = candidates
        let promising = all.indices.filter { !all[$0].isQuestion }.sorted { (promise(all[$1]), $0) < (promise(all[$0]), $1) }
            .prefix(max(1, most))
        let vectors = meaning.encode(promising.map { all[$0].encodedText })
        for index in candidates.indices { candidates[index].score = 0 }
        var best = (sum: -Double.infinity, cosine: -Double.infinity)
        for (index, vector) in zip(promising, vectors) {
            var candidate = all[index]
            candidate.vector = vector
            var cosine = QuoteMeaning.cosine(vector, meaning.question)
            // The answer of a row is found by the question in its other cells: the passage's vector knows both.
            if candidate.isOfRow { cosine = max(cosine, meaning.cosine(ofPassage: candidate.passage) ?? 0) }
            let share = matchedShares.map { $0.indices.contains(candidate.passage) ? $0[candidate.passage] : 0 } ?? 0
            best.sum = max(best.sum, QuoteScore.support(cosine: cosine, coverage: candidate.coverage, matchedShare: share))
            best.cosine = max(best.cosine, cosine)
            candidate.score = candidate.brevity * QuoteScore.order(cosine: cosine, coverage: candidate.coverage, matchedShare: share)
            candidates[index] = candidate
        }
        return best
    }
}

/// A passage that one of the legs found, with what is known of it. Each value should be given wherever it can be had, also for a passage
/// that only the other leg found: that matters more than the depth of the legs.
package struct FusionCandidate: Sendable, Hashable {
    /// BM25; nil or 0 when the passage shares no term with the question.
    package var keywordScore: Double?
    /// The share of the question's idf mass that the passage covers, 0 to 1.
    package var matchedShare: Double?
    /// The cosine with the question, -1 to 1; nil when the passage has no vector (yet).
    package var cosine: Double?

    package init(keywordScore: Double? = nil, matchedShare: Double? = nil, cosine: Double? = nil) {
        self.keywordScore = keywordScore
        self.matchedShare = matchedShare
        self.cosine = cosine
    }
}

/// A candidate's place in the fused order.
package struct FusedHit: Sendable, Hashable {
    /// The index into the candidates given.
    package var candidate: Int
    /// What the order follows; about 0 to 1, comparable within one search only.
    package var strength: Double
    /// What users are shown, 0 to 1: the cosine, or the matched share where there is no vector.
    package var score: Double
    /// Whether the passage may count as an answer, by its meaning or by its words.
    package var qualifies: Bool

    package init(candidate: Int, strength: Double, score: Double, qualifies: Bool) {
        self.candidate = candidate
        self.strength = strength
        self.score = score
        self.qualifies = qualifies
    }
}

/// Joins the two legs of a search by their values, not by their ranks:
///
///     strength = w · cosine + (1 - w) · ((1 - m) · keywordScore / reach + m · matchedShare)
///
/// with w = `cosineWeight` and m = `matchedShareWeight`. `reach` is twice what a passage with every term of the question would typically
/// score: the median of keywordScore / matchedShare over the candidates; BM25 lets a term's weight grow little more than twofold. So a
/// leg that is sure of itself is heard, where ranks alone make the best of ten poor hits equal to a perfect one.
package enum Fusion {
    /// The candidates in fused order, at most `limit`; equal ones in the order given. A candidate without a cosine is placed by its keywords
    /// alone; when none has one, the order is BM25's.
    package static func rank(
        _ candidates: [FusionCandidate], limit: Int = .max, parameters: FusionParameters = .init()
    ) -> [FusedHit] {
        let reach = 2 * typicalFullScore(candidates)
        let hasCosines = candidates.contains { $0.usableCosine != nil }
        // Without a second leg nothing is to be reconciled, and BM25 alone orders better than with the share added.
        let shareWeight = hasCosines ? parameters.matchedShareWeight : 0
        let hits = candidates.indices.map { index in
            let candidate = candidates[index]
            let ratio = reach > 0 ? candidate.usableKeywordScore / reach : 0
            let keywords = (1 - shareWeight) * ratio + shareWeight * candidate.usableShare
            let cosine = candidate.usableCosine
            let weight = cosine == nil ? 0 : parameters.cosineWeight
            return FusedHit(
                candidate: index, strength: weight * (cosine ?? 0) + (1 - weight) * keywords,
                score: min(1, max(0, cosine ?? candidate.usableShare)), qualifies: qualifies(candidate, parameters: parameters))
        }
        let order = hits.sorted { ($1.strength, $0.candidate) < ($0.strength, $1.candidate) }
        return Array(order.prefix(max(0, limit)))
    }

    /// Whether a passage may count as an answer: close enough in meaning, or with enough of the question's words.
    package static func qualifies(_ candidate: FusionCandidate, parameters: FusionParameters = .init()) -> Bool {
        if let cosine = candidate.usableCosine, cosine >= parameters.minimumCosine { return true }
        return candidate.usableShare >= parameters.minimumMatchedShare
    }

    /// The median over the candidates with keywords of score / share: what having every term of the question would be worth. 0 without any.
    private static func typicalFullScore(_ candidates: [FusionCandidate]) -> Double {
        let full = candidates.filter { $0.usableKeywordScore > 0 && $0.usableShare > 0 }.map { $0.usableKeywordScore / $0.usableShare }
            .sorted()
        guard !full.isEmpty else { return 0 }
        return (full[(full.count - 1) / 2] + full[full.count / 2]) / 2
    }
}

extension FusionCandidate {
    fileprivate var usableKeywordScore: Double { keywordScore.map { $0.isFinite ? max(0, $0) : 0 } ?? 0 }

    fileprivate var usableShare: Double { matchedShare.map { $0.isFinite ? min(1, max(0, $0)) : 0 } ?? 0 }

    fileprivate var usableCosine: Double? { cosine.flatMap { $0.isFinite ? $0 : nil } }
}

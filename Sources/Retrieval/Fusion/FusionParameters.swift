/// How the keyword leg and the vector leg of a search are put together, and which passages count as an answer at all. The defaults are
/// measured (docs/decisions/0006); the order changes little around them.
package struct FusionParameters: Sendable, Hashable {
    /// The best passages each leg contributes as candidates; 1 or more. With both values known for every candidate, 20 find as much as 400.
    package var depth: Int
    /// What the cosine counts beside the keywords; 0 (keywords alone) to 1 (cosine alone).
    package var cosineWeight: Double
    /// What the share of the question's idf mass counts within the keywords, beside BM25; 0 to 1.
    package var matchedShareWeight: Double
    /// A passage qualifies with at least this cosine; -1 to 1.
    package var minimumCosine: Double
    /// A passage qualifies, too, with at least this share of the question's idf mass; 0 to 1.
    package var minimumMatchedShare: Double

    package init(
        depth: Int = 50, cosineWeight: Double = 0.5, matchedShareWeight: Double = 0.25, minimumCosine: Double = 0.25,
        minimumMatchedShare: Double = 0.5
    ) {
        self.depth = depth
        self.cosineWeight = cosineWeight
        self.matchedShareWeight = matchedShareWeight
        self.minimumCosine = minimumCosine
        self.minimumMatchedShare = minimumMatchedShare
    }
}

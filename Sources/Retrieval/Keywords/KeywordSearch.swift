import Foundation

/// The two constants of BM25.
package struct KeywordParameters: Sendable, Hashable {
    /// How much a further occurrence of a term still counts; 0 or more.
    package var k1: Double
    /// How much a long passage is held against its score; 0 to 1.
    package var b: Double

    /// The usual values, not tuned: on the Vaswani collection nDCG@10 is 0.447 with them, and 0.427 to 0.451 for k1 from 0.9 to 2 and b from 0.4
    /// to 0.75.
    package init(k1: Double = 1.2, b: Double = 0.75) {
        self.k1 = k1
        self.b = b
    }
}

/// A passage that shares terms with the question.
package struct KeywordHit: Sendable, Hashable {
    /// The index into the units, or segments, searched.
    package var segment: Int
    package var passage: Int
    /// BM25, above 0.
    package var score: Double
    /// The share of the question's inverse document frequencies that the passage's terms cover, above 0 and at most 1.
    package var matchedShare: Double

    package init(segment: Int, passage: Int, score: Double, matchedShare: Double) {
        self.segment = segment
        self.passage = passage
        self.score = score
        self.matchedShare = matchedShare
    }
}

/// One passage among the units of a search.
package struct PassagePlace: Sendable, Hashable {
    /// The index into the units searched.
    package var unit: Int
    package var passage: Int

    package init(unit: Int, passage: Int) {
        self.unit = unit
        self.passage = passage
    }
}

/// What a keyword search over units found.
package struct KeywordResult: Sendable, Hashable {
    /// For each group its best hits, best first; of equal scores the earlier by the units' order.
    package var groups: [[KeywordHit]]
    /// For each passage asked for besides, its hit, whether or not it is among the best; nil when it shares no term with the question or is
    /// not visible.
    package var others: [KeywordHit?]
}

/// Keyword search over segments: Okapi BM25 with the never negative idf ln(1 + (N - n + 0.5) / (n + 0.5)); N, n and the average length are
/// those of exactly the passages visible in the units given, of all groups together, whatever way they are divided. A term counts once,
/// however often the question repeats it.
package enum KeywordSearch {
    /// Among a handful of passages every word that is there looks common and every word that is not looks rare, so that hardly a question
    /// would be half covered: shares, unlike scores, are judged as if there were at least this many.
    static let smallestCorpus = 100

    /// The best hits of each group. Every unit is searched with the question analysed in its segment's language. The time is in proportion
    /// to the postings of the question's terms; `also` costs next to nothing.
    ///
    /// - Parameters:
    ///   - units: What is visible. Units of one segment must not overlap.
    ///   - limit: The most hits of one group.
    ///   - groups: The number of groups. Units of other groups than 0 to `groups` - 1 count in the statistics only.
    ///   - also: Passages whose score and share are wanted however low they are.
    /// - Throws: `SegmentError.corrupt` when a segment's bytes make no sense.
    package static func search(
        _ query: String, in units: [KeywordUnit], limit: Int, groups: Int = 1, also: [PassagePlace] = [],
        parameters: KeywordParameters = .init()
    ) throws -> KeywordResult {
        let passages = units.reduce(0) { $0 + $1.visibleCount }
        let totalLength = units.reduce(0) { $0 + $1.visibleLength }
        var best = [BestHits](repeating: BestHits(limit: limit), count: max(0, groups))
        var others = [KeywordHit?](repeating: nil, count: also.count)
        var elsewhere = BestHits(limit: 0)
        var question = KeywordQuestion(query)
        var found = [KeywordQuestion.Match]()
        for (number, unit) in units.enumerated() where unit.visibleCount > 0 { try question.find(in: unit, number: number, &found) }
        let weights = question.documentFrequencies.map { inverseDocumentFrequency($0, of: passages) }
        let shareWeights = question.documentFrequencies.map { inverseDocumentFrequency($0, of: max(passages, smallestCorpus)) }
        let masses = question.masses(shareWeights)
        let scorer = KeywordScorer(averageLength: max(1, Double(totalLength)) / Double(max(1, passages)), parameters: parameters)
        var wanted = WantedPassages(also)
        var terms = [KeywordScorer.Term]()
        var next = 0
        while next < found.count {
            let number = found[next].unit
            terms.removeAll(keepingCapacity: true)
            while next < found.count, found[next].unit == number {
                let match = found[next]
                terms.append(.init(postings: match.postings, weight: weights[match.term], shareWeight: shareWeights[match.term]))
                next += 1
            }
            let (unit, mass) = (units[number], masses[units[number].segment.language] ?? 0)
            let here = wanted.take(unit: number)
            if best.indices.contains(unit.group) {
                try scorer.score(unit, number: number, &terms, mass: mass, best: &best[unit.group], wanted: here) { others[$0] = $1 }
            } else if !here.isEmpty {
                try scorer.score(unit, number: number, &terms, mass: mass, best: &elsewhere, wanted: here) { others[$0] = $1 }
            }
        }
        return withExtendedLifetime(units) { KeywordResult(groups: best.map(\.sorted), others: others) }
    }

    /// The best hits of segments whose passages are all visible and of one group.
    package static func search(
        _ query: String, in segments: [Segment], limit: Int, parameters: KeywordParameters = .init()
    ) throws -> [KeywordHit] {
        try search(query, in: segments.map { KeywordUnit(segment: $0) }, limit: limit, parameters: parameters).groups.first ?? []
    }

    private static func inverseDocumentFrequency(_ count: Int, of passages: Int) -> Double {
        log(1 + (Double(passages - count) + 0.5) / (Double(count) + 0.5))
    }
}

/// A passage whose score is wanted, and the place among those asked for where it goes.
struct WantedPassage {
    var unit: Int
    var passage: Int
    var index: Int
}

/// The passages asked for, in the order in which a search comes across them.
private struct WantedPassages {
    private var rest: ArraySlice<WantedPassage>

    init(_ places: [PassagePlace]) {
        let all = places.enumerated().map { WantedPassage(unit: $1.unit, passage: $1.passage, index: $0) }
        rest = all.sorted { ($0.unit, $0.passage) < ($1.unit, $1.passage) }[...]
    }

    /// Those of a unit; every call asks for a later unit than the one before.
    mutating func take(unit: Int) -> ArraySlice<WantedPassage> {
        rest = rest.drop { $0.unit < unit }
        let here = rest.prefix { $0.unit == unit }
        rest = rest.dropFirst(here.count)
        return here
    }
}

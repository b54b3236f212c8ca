import Retrieval

/// One search over a plan: the vector leg, the keyword leg, their fusion. Blocks.
struct HybridSearch {
    let plan: SearchPlan
    let encoder: SentenceEncoder?
    let parameters: FusionParameters

    /// The best hits of each group.
    ///
    /// - Throws: `SegmentError` for a segment whose bytes make no sense.
    func hits(_ query: SearchQuery, limit: Int) throws -> [[PassageSearch.Hit]] {
        let vector = vector(of: query)
        // Each leg brings so many passages of each group.
        let depth = max(limit, parameters.depth)
        let near = vector.map { VectorSearch.search($0, in: plan.vectorUnits, limit: depth, groups: plan.groups) } ?? []
        let nearPlaces = near.joined().map { PassagePlace(unit: plan.keywordUnit[$0.unit], passage: $0.row) }
        let words = try KeywordSearch.search(
            query.mode == .vector ? "" : query.text, in: plan.keywordUnits, limit: depth, groups: plan.groups, also: nearPlaces)
        var result: [[PassageSearch.Hit]] = []
        var others = words.others[...]
        for group in 0..<plan.groups {
            var candidates = Candidates()
            for hit in near.isEmpty ? [] : near[group] {
                candidates.add(
                    PassagePlace(unit: plan.keywordUnit[hit.unit], passage: hit.row), cosine: Double(hit.cosine),
                    words: others.popFirst() ?? nil)
            }
            for hit in words.groups[group] {
                let place = PassagePlace(unit: hit.segment, passage: hit.passage)
                if candidates.has(place) { continue }
                candidates.add(place, cosine: try vector.flatMap { try cosine($0, place) }, words: hit)
            }
            let fused = Fusion.rank(candidates.features, limit: limit, parameters: parameters)
            result.append(try fused.compactMap { try self.hit($0, candidates) })
        }
        return result
    }

    /// The passages that either leg found, each once.
    private struct Candidates {
        private(set) var places: [PassagePlace] = []
        private(set) var features: [FusionCandidate] = []
        private var known: Set<PassagePlace> = []

        func has(_ place: PassagePlace) -> Bool { known.contains(place) }

        mutating func add(_ place: PassagePlace, cosine: Double?, words: KeywordHit?) {
            known.insert(place)
            places.append(place)
            features.append(
                FusionCandidate(keywordScore: words?.score, matchedShare: words?.matchedShare, cosine: cosine))
        }
    }

    private func vector(of query: SearchQuery) -> [Float]? {
        if query.mode == .keyword || plan.vectorUnits.isEmpty { return nil }
        if let given = query.vector {
            // In doubles, where the squares of the largest numbers still fit.
            let length = given.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
            return length > 0 ? given.map { Float(Double($0) / length) } : nil
        }
        return query.text.isEmpty ? nil : encoder?.encode(query: query.text)
    }

    private func cosine(_ vector: [Float], _ place: PassagePlace) throws -> Double? {
        guard let unit = plan.vectorUnit[place.unit] else { return nil }
        return Double(try plan.vectorUnits[unit].file.dot(vector, place.passage))
    }

    private func hit(_ fused: FusedHit, _ candidates: Candidates) throws -> PassageSearch.Hit? {
        let place = candidates.places[fused.candidate]
        let features = candidates.features[fused.candidate]
        guard let (content, number) = plan.content(ofPassage: place.passage, in: place.unit) else { return nil }
        let passage = try plan.keywordUnits[place.unit].segment.passage(at: place.passage)
        let source = Source(
            id: "\(content.content)-\(number)", file: content.file, filename: content.filename, contentType: content.contentType,
            dataset: content.dataset, score: fused.score, keywordScore: features.keywordScore ?? 0, vectorScore: features.cosine,
            text: passage.text, page: passage.page, row: passage.row, headings: passage.headings, start: passage.start, end: passage.end)
        return PassageSearch.Hit(source: source, matchedShare: features.matchedShare ?? 0, qualifies: fused.qualifies)
    }
}

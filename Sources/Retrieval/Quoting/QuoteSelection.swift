/// The greedy choice among scored candidates, which are in the order of passage and text.
struct QuoteSelection {
    let candidates: [QuoteCandidate]
    let limits: QuoteLimits

    /// The chosen quotes; empty when no candidate has a score above 0.
    var quotes: [Quote] {
        let order = candidates.indices.filter { candidates[$0].score > 0 }
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
            if precedes(index, best), candidate.score < limits.precedingScore * candidates[best].score { continue }
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
        return inReadingOrder(chosen).map { index in
            Quote(passage: candidates[index].passage, range: candidates[index].range, text: candidates[index].text)
        }
    }

    private func precedes(_ index: Int, _ best: Int) -> Bool { index < best && candidates[index].passage == candidates[best].passage }

    /// Passage by passage as they were first chosen from, each in the order of its text.
    private func inReadingOrder(_ chosen: [Int]) -> [Int] {
        var passages = [Int: Int]()
        for index in chosen where passages[candidates[index].passage] == nil { passages[candidates[index].passage] = passages.count }
        func place(_ index: Int) -> (Int, Int) { (passages[candidates[index].passage] ?? 0, index) }
        return chosen.sorted { place($0) < place($1) }
    }

    private func says(_ taken: QuoteCandidate, what other: QuoteCandidate) -> Bool {
        if taken.text == other.text { return true }
        if let left = taken.vector, let right = other.vector, QuoteMeaning.cosine(left, right) >= limits.repetitionCosine { return true }
        let smaller = min(taken.terms.count, other.terms.count)
        guard smaller > 2 else { return !other.terms.isEmpty && taken.terms == other.terms }
        return Double(taken.terms.intersection(other.terms).count) >= limits.repetition * Double(smaller)
    }
}

/// Adds up the BM25 scores of one unit's passages, some thousand passages at a time, so that what is added up stays in the processor's
/// nearest cache however large the unit is, and no memory in proportion to it is needed.
struct KeywordScorer: ~Copyable {
    /// One term of the question in the unit.
    struct Term {
        var postings: PostingCursor
        /// What the term counts for in the score and in the matched share.
        var weight: Double
        var shareWeight: Double
    }

    /// Passages that are added up at a time.
    static let windowPassages = 2048
    /// How far the length of a passage is held against it is computed beforehand for passages of fewer terms than this.
    private static let knownLengths = 255

    private let parameters: KeywordParameters
    private let averageLength: Double
    private let scores: UnsafeMutablePointer<Double>
    private let shares: UnsafeMutablePointer<Double>
    private let norms: UnsafeMutablePointer<Double>

    /// A scorer for units of one search, whose visible passages have this length on average.
    init(averageLength: Double, parameters: KeywordParameters) {
        self.averageLength = averageLength
        self.parameters = parameters
        scores = .allocate(capacity: Self.windowPassages)
        shares = .allocate(capacity: Self.windowPassages)
        norms = .allocate(capacity: Self.knownLengths)
        scores.initialize(repeating: 0, count: Self.windowPassages)
        shares.initialize(repeating: 0, count: Self.windowPassages)
        for length in 0..<Self.knownLengths { (norms + length).initialize(to: norm(length: length)) }
    }

    deinit {
        scores.deallocate()
        shares.deallocate()
        norms.deallocate()
    }

    /// Scores every passage of `unit` that one of `terms` is in; the unit's index is `number`. The hits go to `best`. `mass` is what all of
    /// the question's terms weigh together: matched shares are parts of it. Of `wanted`, whose places are in order and lie in this unit,
    /// the scores are given to `found` besides.
    func score(
        _ unit: KeywordUnit, number: Int, _ terms: inout [Term], mass: Double, best: inout BestHits,
        wanted: ArraySlice<WantedPassage>, found: (_ index: Int, KeywordHit) -> Void
    ) throws(SegmentError) {
        let mask = unit.mask
        var wanted = wanted
        func hit(_ passage: Int, _ slot: Int) -> KeywordHit? {
            guard scores[slot] > 0, mask?.contains(passage) ?? true else { return nil }
            let share = mass > 0 ? min(1, shares[slot] / mass) : 0
            return KeywordHit(segment: number, passage: passage, score: scores[slot], matchedShare: share)
        }
        while let start = terms.lazy.map(\.postings.passage).min(), start < unit.segment.passageCount {
            let end = add(&terms, from: start, unit.segment)
            while let next = wanted.first, next.passage < end {
                if next.passage >= start, let hit = hit(next.passage, next.passage - start) { found(next.index, hit) }
                wanted = wanted.dropFirst()
            }
            var slot = nextSlot(from: 0, to: end - start, above: best.threshold)
            while slot < end - start {
                if let hit = hit(start + slot, slot) { best.offer(hit, place: unit.place(of: hit.passage, number: number)) }
                slot = nextSlot(from: slot + 1, to: end - start, above: best.threshold)
            }
            scores.update(repeating: 0, count: end - start)
            shares.update(repeating: 0, count: end - start)
        }
        guard terms.allSatisfy(\.postings.isIntact) else { throw .corrupt("a posting list") }
    }

    /// Adds up the passages of the window that begins with `start`, where the first of the cursors stands; returns the end of the passages
    /// that got a score.
    private func add(_ terms: inout [Term], from start: Int, _ segment: Segment) -> Int {
        let limit = start + Self.windowPassages
        var end = start
        guard let lengths = segment.shortLengthBytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return end }
        let (scores, shares, norms) = (scores, shares, norms)
        for index in terms.indices where terms[index].postings.passage < limit {
            let (weight, shareWeight) = (terms[index].weight * (parameters.k1 + 1), terms[index].shareWeight)
            var last = start
            terms[index].postings.forEach(before: limit) { passage, frequency in
                let length = Int(lengths[passage])
                let norm = length < Self.knownLengths ? norms[length] : norm(length: segment.length(of: passage))
                let frequency = Double(frequency)
                scores[passage &- start] += weight * frequency / (frequency + norm)
                shares[passage &- start] += shareWeight
                last = passage
            }
            end = max(end, last + 1)
        }
        return end
    }

    /// The first slot in a range with a score above a threshold, or the range's end.
    private func nextSlot(from: Int, to end: Int, above threshold: Double) -> Int {
        var slot = from
        while slot < end {
            if slot + 8 <= end {
                let some = UnsafeRawPointer(scores + slot).loadUnaligned(as: SIMD8<Double>.self)
                if !any(some .> threshold) {
                    slot += 8
                    continue
                }
            }
            if scores[slot] > threshold { return slot }
            slot += 1
        }
        return end
    }

    /// How far the length of a passage is held against it.
    private func norm(length: Int) -> Double {
        parameters.k1 * (1 - parameters.b + parameters.b * Double(length) / averageLength)
    }
}

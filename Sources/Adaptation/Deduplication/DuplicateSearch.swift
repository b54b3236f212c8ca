/// Decides which rows go. Texts are visited from the best to the worst; each is compared with the texts that stay and met it. So what is dropped
/// was itself found near to what is kept: A never goes for C because both are near to B.
struct DuplicateSearch {
    private let finder: DuplicateFinder
    private let buckets: BandBuckets
    /// For each text its best row and that row's score, as far as it was asked for.
    private var best: [UInt32]
    private var scores: [Double]
    /// For each bucket the latest text that stays, as a place in `chain`; 0 when there is none.
    private var heads: [UInt32]
    /// Texts that stay, each with the place of the one before it in its bucket.
    private var chain: [(text: UInt32, before: UInt32)] = [(0, 0)]
    /// For each text the one that was visited when it was last met, plus one.
    private var metBy: [UInt32]
    private var comparisons = 0
    private var meetings = 0
    private var limitedRows = 0

    init(_ finder: consuming DuplicateFinder) {
        let texts = finder.textCount
        let keys = finder.takeKeys()
        buckets = BandBuckets(keys: keys, bands: finder.plan.bands, texts: texts)
        self.finder = finder
        best = Array(repeating: .max, count: texts)
        scores = Array(repeating: -.infinity, count: texts)
        heads = Array(repeating: 0, count: buckets.count + 1)
        metBy = Array(repeating: 0, count: texts)
    }

    mutating func run(score: (Int) throws -> Double, row: (Int) throws -> RowText) throws -> DuplicateReport {
        let isMeeting = (0..<finder.textCount).map { text in buckets.of(text).contains { $0 != 0 } }
        try chooseBest(isMeeting, score)
        var order = (0..<UInt32(finder.textCount)).filter { isMeeting[Int($0)] }
        order.sort { (scores[Int($1)], best[Int($0)]) < (scores[Int($0)], best[Int($1)]) }
        var rows = RowCache()
        /// For each text that goes, the one that stays and how near it is.
        var replaced: [UInt32: (kept: UInt32, similarity: Double)] = [:]
        for text in order {
            if let found = try nearest(to: text, &rows, row) {
                replaced[text] = found
            } else {
                stay(text)
            }
        }
        return report(replaced)
    }

    /// Asks for the scores of rows that have an exact duplicate or met a row.
    private mutating func chooseBest(_ isMeeting: [Bool], _ score: (Int) throws -> Double) rethrows {
        var sizes = [UInt32](repeating: 0, count: finder.textCount)
        for text in finder.texts { sizes[Int(text)] += 1 }
        for (row, text) in finder.texts.enumerated() {
            let text = Int(text)
            guard sizes[text] > 1 || isMeeting[text] else {
                best[text] = UInt32(row)
                continue
            }
            let asked = try score(row)
            let score = asked.isNaN ? -.infinity : asked
            if best[text] == .max || score > scores[text] {
                best[text] = UInt32(row)
                scores[text] = score
            }
        }
    }

    private mutating func stay(_ text: UInt32) {
        for bucket in buckets.of(Int(text)) where bucket != 0 {
            chain.append((text, heads[Int(bucket)]))
            heads[Int(bucket)] = UInt32(chain.count - 1)
        }
    }

    /// The first text, by similarity of the sketches, that stays and is near.
    private mutating func nearest(
        to text: UInt32, _ rows: inout RowCache, _ row: (Int) throws -> RowText
    ) throws -> (kept: UInt32, similarity: Double)? {
        var (candidates, isLimited) = meet(text)
        candidates.sort { (-$0.equal, $0.text) < (-$1.equal, $1.text) }
        for candidate in candidates.prefix(DuplicateFinder.mostComparisons) {
            comparisons += 1
            let mine = try rows.comparison(Int(best[Int(text)]), row)
            let theirs = try rows.comparison(Int(best[Int(candidate.text)]), row)
            if let similarity = mine.nearness(to: theirs, threshold: finder.threshold) { return (candidate.text, similarity) }
        }
        if isLimited || candidates.count > DuplicateFinder.mostComparisons { limitedRows += 1 }
        return nil
    }

    /// The texts that stay and share a bucket with this one, but for those whose sketches are too different; and whether there
    /// were more than may be looked at.
    private mutating func meet(_ text: UInt32) -> (found: [(text: UInt32, equal: Int)], isLimited: Bool) {
        let share = DuplicateFinder.mostMeetings / finder.plan.bands
        var found: [(text: UInt32, equal: Int)] = []
        var isLimited = false
        let least = Sketch.leastEqual(threshold: finder.threshold)
        finder.sketches.withUnsafeBufferPointer { sketches in
            for bucket in buckets.of(Int(text)) where bucket != 0 {
                var place = heads[Int(bucket)]
                var walked = 0
                while place != 0, walked < share {
                    let other = chain[Int(place)].text
                    place = chain[Int(place)].before
                    walked += 1
                    guard metBy[Int(other)] != text + 1 else { continue }
                    metBy[Int(other)] = text + 1
                    meetings += 1
                    if let equal = Sketch.equal(sketches, Int(text), Int(other), least: least) { found.append((other, equal)) }
                }
                if place != 0 { isLimited = true }
            }
        }
        return (found, isLimited)
    }

    private func report(_ replaced: [UInt32: (kept: UInt32, similarity: Double)]) -> DuplicateReport {
        var dropped: [Int: [DroppedRow]] = [:]
        for (row, text) in finder.texts.enumerated() {
            if let (kept, similarity) = replaced[text] {
                let kept = Int(best[Int(kept)])
                dropped[kept, default: []].append(DroppedRow(row: row, kept: kept, reason: .near, similarity: similarity))
            } else if row != Int(best[Int(text)]) {
                let kept = Int(best[Int(text)])
                dropped[kept, default: []].append(DroppedRow(row: row, kept: kept, reason: .exact, similarity: 1))
            }
        }
        let clusters = dropped.map { DuplicateCluster(kept: $0, dropped: $1) }.sorted { $0.kept < $1.kept }
        return DuplicateReport(clusters: clusters, comparisons: comparisons, meetings: meetings, limitedRows: limitedRows)
    }
}

/// How near two rows are, by the bytes of their sketches.
enum Sketch {
    private static let words = 2 * RowSignature.sketchHalf / 8

    /// How many bytes of one half are equal at least when that half is at the threshold: five standard deviations below the mean.
    static func leastEqual(threshold: Double) -> Int {
        let count = Double(RowSignature.sketchHalf)
        return Int(count * threshold - 5 * (count * threshold * (1 - threshold)).squareRoot())
    }

    /// The number of equal bytes in both halves; nil when one half has fewer than `least`.
    @inline(__always)
    static func equal(_ sketches: UnsafeBufferPointer<UInt64>, _ first: Int, _ second: Int, least: Int) -> Int? {
        let row = half(sketches, first * words, second * words)
        guard row >= least else { return nil }
        let answer = half(sketches, first * words + words / 2, second * words + words / 2)
        return answer >= least ? row + answer : nil
    }

    /// Counts the bytes of eight words that are equal.
    @inline(__always)
    private static func half(_ sketches: UnsafeBufferPointer<UInt64>, _ first: Int, _ second: Int) -> Int {
        let low: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
        // One in each byte that differs; eight words sum up to at most eight in a byte.
        var different: UInt64 = 0
        for word in 0..<words / 2 {
            let bits = sketches[first + word] ^ sketches[second + word]
            different &+= (((bits & low) &+ low) | bits) >> 7 & 0x0101_0101_0101_0101
        }
        return RowSignature.sketchHalf - Int(truncatingIfNeeded: (different &* 0x0101_0101_0101_0101) >> 56)
    }
}

/// The comparisons of the rows read last. A row that stays is compared with many, one behind the other.
private struct RowCache {
    /// Bytes of shingles held at a time, but for the two rows that are being compared.
    private static let mostBytes = 16 << 20

    private var folded = FoldedRow()
    private var held: [Int: RowComparison] = [:]
    private var bytes = 0

    mutating func comparison(_ number: Int, _ row: (Int) throws -> RowText) throws -> RowComparison {
        if let comparison = held[number] { return comparison }
        folded.fold(try row(number))
        let comparison = RowComparison(folded)
        if bytes + comparison.size > Self.mostBytes {
            held.removeAll(keepingCapacity: true)
            bytes = 0
        }
        held[number] = comparison
        bytes += comparison.size
        return comparison
    }
}

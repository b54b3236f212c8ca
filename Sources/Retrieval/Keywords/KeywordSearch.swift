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
    /// The index into the segments searched.
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

/// Keyword search over segments: Okapi BM25 with the never negative idf ln(1 + (N - n + 0.5) / (n + 0.5)); N, n and the average length are
/// those of exactly the segments given, whatever way their passages are divided. A term counts once, however often the question repeats it.
package enum KeywordSearch {
    /// Among a handful of passages every word that is there looks common and every word that is not looks rare, so that hardly a question
    /// would be half covered: shares, unlike scores, are judged as if there were at least this many.
    static let smallestCorpus = 100

    private static func inverseDocumentFrequency(_ count: Int, of passages: Int) -> Double {
        log(1 + (Double(passages - count) + 0.5) / (Double(count) + 0.5))
    }

    /// A longer question is searched by its first terms.
    static let maximumTerms = 256

    /// The best hits, best first; equal scores in the order of segment and passage. Every segment is searched with the question analysed in
    /// its own language. Throws `SegmentError.corrupt` when a segment's bytes make no sense.
    package static func search(
        _ query: String, in segments: [Segment], limit: Int, parameters: KeywordParameters = .init()
    ) throws -> [KeywordHit] {
        let passages = segments.reduce(0) { $0 + $1.passageCount }
        let totalLength = segments.reduce(0) { $0 + $1.totalLength }
        guard passages > 0, limit > 0 else { return [] }
        var question = Question(query)
        var found = [Match]()
        for (number, segment) in segments.enumerated() { try question.find(in: segment, number: number, &found) }
        let weights = question.documentFrequencies.map { inverseDocumentFrequency($0, of: passages) }
        let shareWeights = question.documentFrequencies.map { inverseDocumentFrequency($0, of: max(passages, smallestCorpus)) }
        let masses = question.masses(shareWeights)
        let averageLength = max(1, Double(totalLength)) / Double(passages)
        var best = BestHits(limit: limit)
        var scores = [Double](repeating: 0, count: segments.map(\.passageCount).max() ?? 0)
        var shares = scores
        var touched = [Int]()
        var next = 0
        while next < found.count {
            let number = found[next].segment
            let segment = segments[number]
            while next < found.count, found[next].segment == number {
                let match = found[next]
                let (weight, shareWeight) = (weights[match.term], shareWeights[match.term])
                try segment.forEachPosting(in: match.postings, count: match.count) { passage, frequency, length in
                    if scores[passage] == 0 { touched.append(passage) }
                    let frequency = Double(frequency)
                    let norm = parameters.k1 * (1 - parameters.b + parameters.b * Double(length) / averageLength)
                    scores[passage] += weight * frequency * (parameters.k1 + 1) / (frequency + norm)
                    shares[passage] += shareWeight
                }
                next += 1
            }
            let mass = masses[segment.language] ?? 0
            for passage in touched {
                let share = mass > 0 ? min(1, shares[passage] / mass) : 0
                best.offer(KeywordHit(segment: number, passage: passage, score: scores[passage], matchedShare: share))
                scores[passage] = 0
                shares[passage] = 0
            }
            touched.removeAll(keepingCapacity: true)
        }
        return best.sorted
    }

    /// The distinct terms of a question in their order: without the words that address the machine, unless those are all there is.
    static func terms(_ query: String, language: Language) -> [String] {
        let analyzer = TextAnalyzer(language: language)
        let addressing = Set(StopWords.addressing.flatMap { analyzer.terms($0) })
        var seen = Set<String>()
        let distinct = analyzer.terms(query).filter { seen.insert($0).inserted }
        let rest = distinct.filter { !addressing.contains($0) }
        return Array((rest.isEmpty ? distinct : rest).prefix(maximumTerms))
    }
}

/// One term of the question in one segment.
private struct Match {
    var segment: Int
    var term: Int
    var postings: Range<Int>
    /// In how many of the segment's passages the term is.
    var count: Int
}

/// The terms of one question in every language met, and in how many passages each is.
private struct Question {
    /// The terms in one language, by number and in UTF-8.
    private struct Reading {
        var numbers: [Int]
        var terms: [[UInt8]]
    }

    private(set) var documentFrequencies = [Int]()
    private let query: String
    private var numbers = [String: Int]()
    private var readings = [Language: Reading]()
    /// The reading used last: neighbouring segments mostly share their language.
    private var current: (language: Language, reading: Reading)?

    init(_ query: String) {
        self.query = query
    }

    /// Appends where the question's terms are in a segment.
    mutating func find(in segment: Segment, number: Int, _ found: inout [Match]) throws {
        let reading = reading(segment.language)
        try segment.locate(reading.terms) { index, postings, count in
            documentFrequencies[reading.numbers[index]] += count
            found.append(Match(segment: number, term: reading.numbers[index], postings: postings, count: count))
        }
    }

    /// For each language the sum of its terms' weights.
    func masses(_ weights: [Double]) -> [Language: Double] {
        readings.mapValues { $0.numbers.reduce(0) { $0 + weights[$1] } }
    }

    private mutating func reading(_ language: Language) -> Reading {
        if let current, current.language == language { return current.reading }
        let reading = readings[language] ?? read(language)
        readings[language] = reading
        current = (language, reading)
        return reading
    }

    private mutating func read(_ language: Language) -> Reading {
        let terms = KeywordSearch.terms(query, language: language)
        for term in terms where numbers[term] == nil {
            numbers[term] = documentFrequencies.count
            documentFrequencies.append(0)
        }
        return Reading(numbers: terms.compactMap { numbers[$0] }, terms: terms.map { Array($0.utf8) })
    }
}

/// The best of many hits: a heap whose root is the worst that is kept.
private struct BestHits {
    private let limit: Int
    private var heap = [KeywordHit]()

    init(limit: Int) {
        self.limit = limit
    }

    var sorted: [KeywordHit] { heap.sorted { Self.isBetter($0, $1) } }

    mutating func offer(_ hit: KeywordHit) {
        if heap.count < limit {
            heap.append(hit)
            var child = heap.count - 1
            while child > 0, Self.isBetter(heap[(child - 1) / 2], heap[child]) {
                heap.swapAt(child, (child - 1) / 2)
                child = (child - 1) / 2
            }
        } else if Self.isBetter(hit, heap[0]) {
            heap[0] = hit
            var parent = 0
            while true {
                var worst = parent
                for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && Self.isBetter(heap[worst], heap[child]) {
                    worst = child
                }
                if worst == parent { break }
                heap.swapAt(parent, worst)
                parent = worst
            }
        }
    }

    private static func isBetter(_ left: KeywordHit, _ right: KeywordHit) -> Bool {
        if left.score != right.score { return left.score > right.score }
        return (left.segment, left.passage) < (right.segment, right.passage)
    }
}

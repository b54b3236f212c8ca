import Foundation

/// The terms of one question in every language met, and in how many visible passages each is.
struct KeywordQuestion {
    /// One term of the question in one unit.
    struct Match {
        var unit: Int
        var term: Int
        var postings: PostingCursor
    }

    /// The terms in one language, by number and ready to be looked up.
    private struct Reading {
        var numbers: [Int]
        var terms: [HashedTerm]
    }

    /// A longer question is searched by its first terms.
    static let maximumTerms = 256

    private(set) var documentFrequencies = [Int]()
    private let query: String
    private var numbers = [String: Int]()
    private var readings = [Language: Reading]()
    /// The reading used last: neighbouring segments mostly share their language.
    private var current: (language: Language, reading: Reading)?

    init(_ query: String) {
        self.query = query
    }

    /// Appends where the question's terms are in a unit, as far as passages that are visible have them.
    mutating func find(in unit: KeywordUnit, number: Int, _ found: inout [Match]) throws(SegmentError) {
        let reading = reading(unit.segment.language)
        for index in reading.terms.indices {
            guard let (postings, count) = try unit.segment.postings(of: reading.terms[index]) else { continue }
            let visible = try unit.mask.map { mask throws(SegmentError) in try Self.count(postings, mask) } ?? count
            guard visible > 0 else { continue }
            documentFrequencies[reading.numbers[index]] += visible
            found.append(Match(unit: number, term: reading.numbers[index], postings: postings))
        }
    }

    /// For each language the sum of its terms' weights.
    func masses(_ weights: [Double]) -> [Language: Double] {
        readings.mapValues { $0.numbers.reduce(0) { $0 + weights[$1] } }
    }

    /// The distinct terms of a question in their order: without the words that address the machine, unless those are all there is.
    static func terms(_ query: String, language: Language) -> [String] {
        let addressing = addressing[language] ?? []
        var seen = Set<String>()
        let distinct = TextAnalyzer(language: language).terms(query).filter { seen.insert($0).inserted }
        let rest = distinct.filter { !addressing.contains($0) }
        return Array((rest.isEmpty ? distinct : rest).prefix(maximumTerms))
    }

    /// The terms of the words of address in each language.
    private static let addressing: [Language: Set<String>] = Dictionary(
        uniqueKeysWithValues: Language.allCases.map { language in
            let analyzer = TextAnalyzer(language: language)
            return (language, Set(StopWords.addressing.flatMap { analyzer.terms($0) }))
        })

    private static func count(_ postings: PostingCursor, _ mask: PassageMask) throws(SegmentError) -> Int {
        var cursor = postings
        var count = 0
        mask.withWords { words in
            cursor.forEach(before: mask.size) { passage, _ in
                count += Int(words[passage >> 6] >> UInt64(passage & 63) & 1)
            }
        }
        guard cursor.isIntact else { throw .corrupt("a posting list") }
        return count
    }

    private mutating func reading(_ language: Language) -> Reading {
        if let current, current.language == language { return current.reading }
        let reading = readings[language] ?? read(language)
        readings[language] = reading
        current = (language, reading)
        return reading
    }

    private mutating func read(_ language: Language) -> Reading {
        let terms = Self.terms(query, language: language)
        for term in terms where numbers[term] == nil {
            numbers[term] = documentFrequencies.count
            documentFrequencies.append(0)
        }
        return Reading(numbers: terms.compactMap { numbers[$0] }, terms: terms.map { HashedTerm($0) })
    }
}

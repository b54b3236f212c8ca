import Foundation

/// One part of a passage that may be quoted, with what its score is made of.
struct QuoteCandidate {
    var passage: Int
    var range: Range<Int>
    var text: String
    /// The distinct terms of the quote itself.
    var terms: Set<String>
    /// The question's terms that surround it: headings, the sentence before, the other cells of a row.
    var context: Set<String>
    /// How much a term of the context counts beside one of the quote's own.
    var contextWeight: Double
    /// The paragraph it stands in.
    var block: Int
    var isQuestion = false
    /// List items, table rows and code: what a sentence with a colon announces.
    var isListed = false
    /// Whether it is part of a row.
    var isOfRow = false
    /// The question in the text that it answers, where there is one.
    var answered: String?
    /// 0 to 1, filled by `CandidateBuilder.scored`.
    var coverage = 0.0
    /// What the choice follows; 0 for what is not quoted for itself.
    var score = 0.0
    /// Its vector, where it was encoded.
    var vector: [Float]?

    /// What the encoder is given: an answer is understood with its question.
    var encodedText: String { answered.map { $0 + " " + text } ?? text }

    /// Scraps say little, and what goes on and on buries what it says.
    var brevity: Double { terms.count < 3 ? 0.7 : terms.count > 60 ? 0.8 : 1 }

    /// Whether it begins with a word that points back.
    var leansOnPrevious: Bool {
        guard !isListed, let word = text.split(whereSeparator: { !$0.isLetter }).first else { return false }
        return Self.pointers.contains(word.lowercased())
    }

    /// Whether it ends with a colon, announcing what follows.
    var announces: Bool { text.unicodeScalars.last == ":" }

    func isNeighbour(of other: QuoteCandidate) -> Bool { passage == other.passage && block == other.block && !isQuestion }

    private static let pointers: Set<String> = [
        "it", "its", "this", "that", "these", "those", "they", "their", "he", "she", "such", "both", "so", "therefore", "otherwise",
        "however", "instead",
        "dies", "diese", "dieser", "dieses", "er", "sie", "es", "dabei", "deshalb", "daher", "il", "elle", "ils", "elles", "cela", "ce",
        "esto", "esta",
    ]
}

/// Collects the candidates of the passages and scores them.
struct CandidateBuilder {
    /// What a term counts that only stands in a heading or in the sentence before.
    static let contextWeight = 0.5
    /// What a term counts that stands in the question which the quote answers.
    static let answeredWeight = 0.95
    /// A row up to this many tokens is quoted whole.
    static let wholeRowTokens = 80

    let question: Set<String>
    let analyzer: TextAnalyzer
    private var candidates = [QuoteCandidate]()

    init(question: Set<String>, analyzer: TextAnalyzer) {
        self.question = question
        self.analyzer = analyzer
    }

    /// Adds what can be quoted of one passage.
    mutating func add(_ passage: String, index: Int, headings: [String]) {
        let parts = PassageParts(passage, knownHeadings: headings)
        if let row = RowCells(parts.scalars) { return add(row, parts, index: index) }
        var heading = Set<String>()
        for title in headings + parts.headings { heading.formUnion(questionTerms(title)) }
        var previous: QuoteCandidate?
        for part in parts.parts {
            let text = parts.string(part.range)
            var candidate = QuoteCandidate(
                passage: index, range: part.range, text: text, terms: Set(analyzer.terms(text)), context: heading,
                contextWeight: Self.contextWeight, block: part.block)
            switch part.kind {
            case .sentence, .cell: candidate.isListed = false
            case .listItem, .tableRow, .code: candidate.isListed = true
            }
            candidate.isQuestion = text.unicodeScalars.last.map { $0 == "?" || $0 == "？" } ?? false
            if let previous {
                candidate.context.formUnion(previous.terms.intersection(question))
                if previous.isQuestion {
                    candidate.contextWeight = Self.answeredWeight
                    candidate.answered = previous.text
                }
            }
            candidates.append(candidate)
            previous = candidate
        }
    }

    /// The candidates in order of passage and text, with coverage and a score by their words alone.
    func scored() -> [QuoteCandidate] {
        var counts = [String: Int]()
        for candidate in candidates {
            for term in candidate.terms where question.contains(term) { counts[term, default: 0] += 1 }
        }
        let total = Double(candidates.count)
        // A word that none of them has weighs like one that a single one has: how rare it is in all the data, `matchedShares` has judged
        // already. In a fixed order: sums of Doubles depend on theirs.
        let weights = question.sorted().map { term in
            let count = Double(max(1, counts[term] ?? 0))
            return (term: term, weight: log(1 + (total - count + 0.5) / (count + 0.5)))
        }
        let mass = weights.reduce(0) { $0 + $1.weight }
        var ranks = [Int: Int]()
        return candidates.map { candidate in
            var candidate = candidate
            let rank = ranks[candidate.passage] ?? ranks.count
            ranks[candidate.passage] = rank
            var covered = 0.0
            for (term, weight) in weights {
                if candidate.terms.contains(term) {
                    covered += weight
                } else if candidate.context.contains(term) {
                    covered += weight * candidate.contextWeight
                }
            }
            candidate.coverage = mass > 0 ? covered / mass : 0
            let prior = 1 / (1 + 0.08 * Double(rank))
            candidate.score = candidate.isQuestion || !hasOwnGround(candidate) ? 0 : candidate.coverage * prior * candidate.brevity
            return candidate
        }
    }

    /// Going by words alone, a quote needs a term of the question in itself, unless it answers a question that has.
    private func hasOwnGround(_ candidate: QuoteCandidate) -> Bool {
        candidate.contextWeight == Self.answeredWeight || !candidate.terms.isDisjoint(with: question)
    }

    private func questionTerms(_ text: String) -> Set<String> { Set(analyzer.terms(text)).intersection(question) }

    private mutating func add(_ row: RowCells, _ parts: PassageParts, index: Int) {
        let context = questionTerms(parts.string(0..<parts.scalars.count))
        func append(_ range: Range<Int>, block: Int, weight: Double) {
            guard !range.isEmpty else { return }
            let text = parts.string(range)
            candidates.append(
                QuoteCandidate(
                    passage: index, range: range, text: text, terms: Set(analyzer.terms(text)), context: context, contextWeight: weight,
                    block: block, isOfRow: true))
        }
        if let answer = row.answer {
            for sentence in SentenceSplitter.sentences(of: Array(parts.scalars[answer.value])) {
                let range = answer.value.lowerBound + sentence.lowerBound..<answer.value.lowerBound + sentence.upperBound
                append(range, block: 0, weight: Self.answeredWeight)
            }
        } else if TokenCounter.count(parts.string(0..<parts.scalars.count)) <= Self.wholeRowTokens, let first = row.cells.first,
            let last = row.cells.last
        {
            append(first.range.lowerBound..<last.range.upperBound, block: 0, weight: Self.answeredWeight)
        } else {
            for (block, cell) in row.cells.enumerated() { append(cell.range, block: block, weight: Self.contextWeight) }
        }
    }
}

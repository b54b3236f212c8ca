@testable import Adaptation
import Testing

@Suite struct DuplicateFinderTests {
    /// What a search over rows finds; without scores all rows are equally good.
    static func find(_ rows: [RowText], threshold: Double = 0.9, scores: [Double]? = nil) throws -> DuplicateReport {
        var finder = DuplicateFinder(threshold: threshold)
        for row in rows { finder.add(row) }
        return try finder.finish(score: { scores?[$0] ?? 0 }, row: { rows[$0] })
    }

    static func text(_ words: [String]) -> String { words.joined(separator: " ") }

    /// Pairs of kept and dropped rows.
    static func pairs(_ report: DuplicateReport) -> [[Int]] { report.dropped.map { [$0.kept, $0.row] } }

    @Test func rowsThatFoldAlikeAreExactDuplicates() throws {
        let rows = [
            RowText(prompt: "What is this?", completion: "A cat."), RowText(prompt: "what  is THIS", completion: "a cat"),
            RowText(prompt: "What is this?", completion: "A dog."), RowText(prompt: "What is this?", completion: "A cat."),
        ]
        let report = try Self.find(rows)
        #expect(
            report.clusters == [
                DuplicateCluster(
                    kept: 0,
                    dropped: [
                        DroppedRow(row: 1, kept: 0, reason: .exact, similarity: 1),
                        DroppedRow(row: 3, kept: 0, reason: .exact, similarity: 1),
                    ])
            ])
    }

    @Test func theSameTextInAnotherPartIsAnotherRow() throws {
        let rows = [
            RowText(prompt: "a", completion: "b"), RowText(prompt: "b", completion: "a"), RowText(prompt: "a b", completion: ""),
            RowText(prompt: "", completion: "a b"), RowText(prompt: nil, completion: "a b"),
            RowText(prompt: "a", completion: nil, context: ["b"]),
            RowText(prompt: "a", completion: nil, context: ["", "b"]),
        ]
        #expect(try Self.find(rows, threshold: 0.5).clusters.isEmpty)
    }

    @Test func theBestScoredRowStaysAndOfEqualOnesTheFirst() throws {
        var random = SeededNumbers(1)
        let words = random.words(200)
        let near = Array(words.dropLast()) + ["other"]
        let rows = [Self.text(words), Self.text(near), Self.text(words)].map { RowText(prompt: "p", completion: $0) }
        #expect(try Self.pairs(Self.find(rows)) == [[0, 1], [0, 2]])
        #expect(try Self.pairs(Self.find(rows, scores: [1, 1, 2])) == [[2, 0], [2, 1]])
        #expect(try Self.pairs(Self.find(rows, scores: [1, 2, 2])) == [[1, 0], [1, 2]])
        #expect(try Self.pairs(Self.find(rows, scores: [.nan, .nan, 0])) == [[2, 0], [2, 1]])
        #expect(try Self.pairs(Self.find(rows, scores: [.nan, -.infinity, .nan])) == [[0, 1], [0, 2]])
    }

    @Test(arguments: [(10, 0.95), (4, 0.98)]) func aNearDuplicateHasItsExactSimilarity(_ changed: Int, _ atLeast: Double) throws {
        var random = SeededNumbers(2)
        // Different ideographs: each changed one costs two shingles of the 1999.
        let characters = (0..<2000).map { 0x4E00 + UInt32($0) }.compactMap(Unicode.Scalar.init)
        var other = characters
        for number in 0..<changed { other[100 * number + random.next(50)] = "あ" }
        let rows = [characters, other].map { RowText(prompt: nil, completion: String(String.UnicodeScalarView($0))) }
        let report = try Self.find(rows)
        let expected = Double(1999 - 2 * changed) / Double(1999 + 2 * changed)
        #expect(report.dropped == [DroppedRow(row: 1, kept: 0, reason: .near, similarity: expected)])
        #expect(expected > atLeast)
    }

    @Test func similarityExactlyAtTheThresholdIsNearAndJustBelowIsNot() throws {
        let characters = (0..<96).map { 0x4E00 + UInt32($0) }.compactMap(Unicode.Scalar.init)
        // 95 shingles; one more character at the end: 95 of 96; two changed ones: 91 of 99, three: 89 of 101.
        func row(_ changed: Int) -> RowText {
            var characters = characters
            for number in 0..<changed { characters[10 + 20 * number] = "あ" }
            return RowText(prompt: nil, completion: String(String.UnicodeScalarView(characters)))
        }
        #expect(try Self.find([row(0), row(2)], threshold: 91.0 / 99).dropped.count == 1)
        #expect(try Self.find([row(0), row(2)], threshold: 91.0 / 99 + 1e-9).dropped.isEmpty)
        #expect(try Self.find([row(0), row(2)]).dropped.count == 1)
        #expect(try Self.find([row(0), row(3)]).dropped.isEmpty)
    }

    @Test func atThresholdOneOnlyWhatFoldsAlikeGoes() throws {
        var random = SeededNumbers(3)
        let words = random.words(2000)
        let rows = [words, words.map { $0.uppercased() }, Array(words.dropLast()) + ["x"]].map {
            RowText(prompt: "p", completion: Self.text($0))
        }
        let report = try Self.find(rows, threshold: 1)
        #expect(Self.pairs(report) == [[0, 1]])
        #expect(report.comparisons == 0)
    }

    @Test func aThresholdOutOfRangeIsBroughtIntoIt() throws {
        let rows = [RowText(prompt: "a b c d e f g", completion: "x"), RowText(prompt: "1 2 3 4 5", completion: "y")]
        #expect(try Self.find(rows, threshold: -1).dropped.isEmpty)
        #expect(try Self.find(rows + rows, threshold: 7).dropped.map(\.reason) == [.exact, .exact])
    }

    @Test func rowsWithOtherNumbersAreOtherRowsHoweverLong() throws {
        var random = SeededNumbers(4)
        let text = Self.text(random.words(300))
        let rows = ["costs 17 euros", "costs 18 euros", "costs 1.7 euros", "costs ١٨ euros", "costs 17 euros each"].map {
            RowText(prompt: "What does it cost?", completion: "\(text) \($0) \(text)")
        }
        // Eighteen is the same number in Arabic digits.
        #expect(try Self.pairs(Self.find(rows)) == [[1, 3], [0, 4]].sorted { $0[1] < $1[1] })
        // A minus before a number counts, in either character; a dash between two does not.
        let signed = [
            "keep at 20 degrees", "keep at -20 degrees", "keep at \u{2212}20 degrees", "keep at (-20) degrees", "from 10-20 days",
            "from 10 20 days",
        ]
        .map { RowText(prompt: "How is it kept?", completion: "\(text) \($0) \(text)") }
        #expect(try Self.pairs(Self.find(signed)) == [[1, 2], [1, 3], [4, 5]])
        let sums = [("What is 2+2?", "4"), ("What is 2+3?", "5"), ("What is 22?", "4")].map { RowText(prompt: $0.0, completion: $0.1) }
        #expect(try Self.find(sums, threshold: 0.5).dropped.isEmpty)
    }

    @Test func aShortAnswerIsNotOutvotedByALongPrompt() throws {
        var random = SeededNumbers(5)
        let review = Self.text(random.words(400))
        let rows = ["positive", "negative", "mixed feelings", "Positive."].map { RowText(prompt: review, completion: $0) }
        #expect(try Self.pairs(Self.find(rows, threshold: 0.5)) == [[0, 3]])
    }

    @Test func aShortQuestionIsNotOutvotedByALongContext() throws {
        var random = SeededNumbers(6)
        let terms = Self.text(random.words(400))
        let rows = ["Is Anna eligible?", "Is Peter eligible?"].map { RowText(prompt: $0, completion: "Yes.", context: [terms]) }
        #expect(try Self.find(rows).dropped.isEmpty)
    }

    @Test func theSamePromptWithAnotherContextStays() throws {
        var random = SeededNumbers(7)
        let prompt = Self.text(random.words(300))
        let rows = (0..<50).map { _ in RowText(prompt: prompt, completion: "No.", context: [Self.text(random.words(20))]) }
        #expect(try Self.find(rows, threshold: 0.5).dropped.isEmpty)
    }

    @Test func theSameLongAnswerVouchesForARewordedQuestionButNotForAnotherOne() throws {
        var random = SeededNumbers(8)
        let answer = Self.text(random.words(250))
        let rows = ["How do I reset my password?", "How do I reset my password, please?", "Where is the nearest bus stop?"].map {
            RowText(prompt: $0, completion: answer)
        }
        #expect(try Self.pairs(Self.find(rows)) == [[0, 1]])
    }

    @Test func aRowGoesOnlyForOneThatItIsItselfNearTo() throws {
        // A is near to B and B to C, but A not to C. The answer: what goes is near to what stays.
        let characters = (0..<200).map { 0x4E00 + UInt32($0) }.compactMap(Unicode.Scalar.init)
        func row(_ range: Range<Int>) -> RowText {
            var characters = characters
            for number in range { characters[10 * number + 5] = "あ" }
            return RowText(prompt: nil, completion: String(String.UnicodeScalarView(characters)))
        }
        let chain = [row(0..<0), row(0..<4), row(0..<8), row(0..<12)]
        #expect(try Self.pairs(Self.find(chain)) == [[0, 1], [2, 3]])
        #expect(try Self.pairs(Self.find(chain, scores: [1, 2, 0, 0])) == [[1, 0], [1, 2]])
        for dropped in try Self.find(chain).dropped { #expect(dropped.similarity >= 0.9) }
    }

    @Test func whatGoesDoesNotDependOnTheOrderOfTheRows() throws {
        var random = SeededNumbers(9)
        var rows: [(text: RowText, score: Double)] = []
        for number in 0..<300 {
            var words = random.words(120)
            for copy in 0..<random.next(4) {
                words[random.next(120)] = random.word()
                rows.append((RowText(prompt: "Tell me", completion: Self.text(words)), Double(10 * number + copy)))
            }
        }
        func gone(_ rows: [(text: RowText, score: Double)]) throws -> Set<Double> {
            let report = try Self.find(rows.map(\.text), scores: rows.map(\.score))
            return Set(report.dropped.map { rows[$0.row].score })
        }
        let expected = try gone(rows)
        #expect(expected.count > 200)
        for _ in 0..<3 {
            for place in rows.indices { rows.swapAt(place, random.next(rows.count)) }
            #expect(try gone(rows) == expected)
        }
    }

    @Test func aTextThatCannotBeReadAgainEndsTheSearch() throws {
        struct Unreadable: Error {}
        var finder = DuplicateFinder()
        var random = SeededNumbers(10)
        let words = random.words(200)
        for last in ["one", "two"] { finder.add(RowText(prompt: "p", completion: Self.text(words + [last]))) }
        #expect(throws: Unreadable.self) { _ = try finder.finish(score: { _ in 0 }, row: { _ in throw Unreadable() }) }
    }
}

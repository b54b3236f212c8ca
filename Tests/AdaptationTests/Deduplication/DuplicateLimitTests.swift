@testable import Adaptation
import Testing

/// Tables that are hard: everything must stay bounded, counted in comparisons, and right.
@Suite struct DuplicateLimitTests {
    @Test func identicalRowsTakeNoComparison() throws {
        let row = RowText(prompt: "What is this?", completion: "It is always the same.")
        let report = try DuplicateFinderTests.find(Array(repeating: row, count: 20_000))
        #expect(report.dropped.count == 19_999)
        #expect(report.comparisons == 0)
        #expect(report.meetings == 0)
    }

    @Test func nearlyIdenticalRowsTakeOneComparisonEach() throws {
        var random = SeededNumbers(1)
        let words = random.words(60)
        let rows = (0..<2000).map { _ in RowText(prompt: "p", completion: (words + [random.word()]).joined(separator: " ")) }
        let report = try DuplicateFinderTests.find(rows)
        #expect(report.clusters.map(\.kept) == [0])
        #expect(report.dropped.count == rows.count - 1)
        #expect(report.comparisons <= rows.count)
        #expect(report.meetings <= rows.count)
    }

    @Test func rowsWithTheSameLongPromptAreToldApartWithoutReadingThem() throws {
        var random = SeededNumbers(2)
        let prompt = random.words(19).joined(separator: " ")
        let rows = (0..<20_000).map { _ in RowText(prompt: prompt, completion: random.word() + random.word()) }
        let report = try DuplicateFinderTests.find(rows)
        #expect(report.dropped.isEmpty)
        #expect(report.comparisons < 100)
        #expect(report.limitedRows == 0)
    }

    /// Nine parts of ten of one text are the same in all rows: a similarity of 0.82, so that rows meet in most bands and none may go.
    @Test func rowsThatAreAlmostNearDuplicatesStayAndTheWorkIsBounded() throws {
        var random = SeededNumbers(3)
        let common = (0..<90).map { 0x4E00 + UInt32($0) }
        let count = 3000
        let rows = (0..<count).map { _ in
            let characters = common + (0..<10).map { _ in UInt32(0x5000 + random.next(10_000)) }
            return RowText(prompt: String(String.UnicodeScalarView(characters.compactMap(Unicode.Scalar.init))), completion: nil)
        }
        let report = try DuplicateFinderTests.find(rows)
        #expect(report.dropped.isEmpty)
        #expect(report.comparisons <= count * DuplicateFinder.mostComparisons)
        #expect(report.meetings <= count * DuplicateFinder.mostMeetings)
        #expect(report.limitedRows > 0)
    }

    @Test func aNearDuplicateIsFoundAmongHundredsThatAreAlmost() throws {
        var random = SeededNumbers(4)
        let words = random.words(90)
        var rows = (0..<300).map { _ in RowText(prompt: (words + random.words(10)).joined(separator: " "), completion: nil) }
        for number in 0..<30 { rows.append(RowText(prompt: (rows[10 * number].prompt ?? "") + " please", completion: nil)) }
        let report = try DuplicateFinderTests.find(rows)
        let expected = (0..<30).map { [10 * $0, 300 + $0] }
        #expect(DuplicateFinderTests.pairs(report) == expected)
    }

    @Test func cellsOfAMegabyteAreCompared() throws {
        var random = SeededNumbers(5)
        let words = random.words(160_000)
        var other = words
        for number in 0..<100 { other[1000 * number] = "changed" }
        let rows = [words, other, random.words(160_000)].map { RowText(prompt: "p", completion: $0.joined(separator: " ")) }
        #expect(rows[0].completion?.utf8.count ?? 0 > 1_000_000)
        #expect(DuplicateFinderTests.pairs(try DuplicateFinderTests.find(rows)) == [[0, 1]])
    }

    @Test func emptyRowsAreDuplicatesOfEachOtherAlone() throws {
        let rows = [
            RowText(prompt: "", completion: ""), RowText(prompt: " ", completion: "\n"), RowText(prompt: "", completion: "a"),
            RowText(prompt: "a", completion: ""), RowText(prompt: "?", completion: ""),
        ]
        #expect(DuplicateFinderTests.pairs(try DuplicateFinderTests.find(rows)) == [[0, 1]])
        #expect(try DuplicateFinderTests.find([]).clusters.isEmpty)
    }

    /// Thirty shingles or three thousand: rows at the threshold are found.
    @Test(arguments: [30, 60, 120, 500, 3000], [0.9, 0.8, 0.6])
    func recallAtTheThreshold(_ length: Int, _ threshold: Double) throws {
        var random = SeededNumbers(UInt64(length))
        let count = length > 1000 ? 40 : 200
        var rows: [RowText] = []
        // Ideographs: a change costs two shingles. As many changes as the threshold allows.
        let changes = Int(Double(length - 1) * (1 - threshold) / (1 + threshold) / 2)
        for _ in 0..<count {
            var characters = (0..<length).map { _ in UInt32(0x4E00 + random.next(20_000)) }
            let first = characters
            for change in 0..<changes { characters[change * length / max(1, changes) + length / (2 * max(1, changes))] = 0x3042 }
            if changes == 0 { characters.append(0x3042) }
            for text in [first, characters] {
                rows.append(RowText(prompt: "Say it", completion: String(String.UnicodeScalarView(text.compactMap(Unicode.Scalar.init)))))
            }
        }
        let report = try DuplicateFinderTests.find(rows, threshold: threshold)
        #expect(report.dropped.allSatisfy { $0.row == $0.kept + 1 && $0.kept % 2 == 0 && $0.similarity >= threshold })
        #expect(Double(report.dropped.count) >= 0.99 * Double(count), "\(report.dropped.count) of \(count), \(changes) changes")
    }

    @Test func memoryForEachRowIsWhatTheDocumentationSays() throws {
        var finder = DuplicateFinder()
        var random = SeededNumbers(6)
        for _ in 0..<100 { finder.add(RowText(prompt: random.word(), completion: random.word())) }
        #expect(finder.keys.count == 16 * finder.textCount)
        #expect(finder.sketches.count == 16 * finder.textCount)
    }
}

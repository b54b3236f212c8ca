@testable import Adaptation
import Testing

/// The rules by themselves: in a search, rows that differ much do not even meet.
@Suite struct RowComparisonTests {
    private static func nearness(_ first: RowText, _ second: RowText, threshold: Double = 0.9) -> Double? {
        let rows = [first, second].map { row in
            var folded = FoldedRow()
            folded.fold(row)
            return RowComparison(folded)
        }
        let there = rows[0].nearness(to: rows[1], threshold: threshold)
        #expect(there == rows[1].nearness(to: rows[0], threshold: threshold))
        return there
    }

    private static let long: String = {
        var random = SeededNumbers(21)
        return random.words(400).joined(separator: " ")
    }()

    @Test func anAnswerMustBeNearByItself() {
        let rows = ["Yes, that is certainly a good idea", "No, that is certainly a good idea"].map {
            RowText(prompt: Self.long, completion: $0)
        }
        #expect(Self.nearness(rows[0], rows[1]) == nil)
        #expect(Self.nearness(rows[0], rows[1], threshold: 0.6) != nil)
    }

    @Test func aShortAnswerDoesNotVouchForItsQuestion() {
        let questions = ["Is Anna of the Lisbon branch eligible for support?", "Is Anna of the Porto branch eligible for support?"]
        let short = questions.map { RowText(prompt: $0, completion: "Yes.", context: [Self.long]) }
        #expect(Self.nearness(short[0], short[1]) == nil)
        let answered = questions.map { RowText(prompt: $0, completion: Self.long) }
        #expect(Self.nearness(answered[0], answered[1]) != nil)
    }

    @Test func aLongAnswerDoesNotVouchForAnotherQuestion() {
        let rows = ["Is Anna eligible?", "Where is the bus stop?"].map { RowText(prompt: $0, completion: Self.long) }
        #expect(Self.nearness(rows[0], rows[1]) == nil)
    }

    @Test func eachContextIsComparedWithItsOwnColumn() {
        let rows = [["red", Self.long], ["blue", Self.long]].map { RowText(prompt: "Which?", completion: "That one", context: $0) }
        #expect(Self.nearness(rows[0], rows[1]) == nil)
        #expect(Self.nearness(rows[0], rows[0]) == 1)
        #expect(Self.nearness(rows[0], RowText(prompt: "Which?", completion: "That one", context: [Self.long, "red"])) == nil)
    }

    @Test func theNumbersOfEachPartMustAgree() {
        let rows = ["\(Self.long) in 2024", "\(Self.long) in 2025"].map { RowText(prompt: "p", completion: $0) }
        #expect(Self.nearness(rows[0], rows[1]) == nil)
    }
}

import Foundation
import Testing

@testable import Retrieval

@Suite struct KeywordSearchTests {
    @Test func scoreIsBM25AsComputedByHand() throws {
        // Lengths 2, 4, 3: N = 3, average 3. "rope" is in 2 passages, "anchor" in 1, "kelp" in none.
        let found = try KeywordSearch.search(
            "rope anchor kelp", in: [segment("rope anchor", "rope rope sand stone", "gull gull gull")], limit: 10)
        let rope = log(1 + (3 - 2 + 0.5) / (2 + 0.5))
        let anchor = log(1 + (3 - 1 + 0.5) / (1 + 0.5))
        let first = (rope + anchor) * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 2 / 3))
        let second = rope * 2 * 2.2 / (2 + 1.2 * (0.25 + 0.75 * 4 / 3))
        #expect(found.map(\.passage) == [0, 1])
        #expect(abs(found[0].score - first) < 1e-12 && abs(found[1].score - second) < 1e-12)
        // Shares are judged as if there were 100 passages.
        let (ropeShare, anchorShare) = (log(1 + (100 - 2 + 0.5) / (2 + 0.5)), log(1 + (100 - 1 + 0.5) / (1 + 0.5)))
        let kelpShare = log(1 + (100 - 0 + 0.5) / (0 + 0.5))
        let mass = ropeShare + anchorShare + kelpShare
        #expect(abs(found[0].matchedShare - (ropeShare + anchorShare) / mass) < 1e-12)
        #expect(abs(found[1].matchedShare - ropeShare / mass) < 1e-12)
    }

    @Test func aSingleShortNoteCanAnswerAQuestionInOtherWordsToo() throws {
        let note = try segment("Backups are kept for ninety days.")
        let found = try KeywordSearch.search("How long are backups kept?", in: [note], limit: 1)
        #expect(try #require(found.first).matchedShare >= 0.5)
        let other = try KeywordSearch.search("How long do trains to Vienna take?", in: [note], limit: 1)
        #expect(other.isEmpty)
    }

    @Test func statisticsAreOfExactlyTheSegmentsGiven() throws {
        let one = try segment("rope anchor")
        let other = try segment("rope sand", "rope stone")
        let alone = try KeywordSearch.search("rope anchor", in: [one], limit: 1)
        let both = try KeywordSearch.search("rope anchor", in: [one, other], limit: 1)
        #expect(abs(alone[0].score - 2 * log(1 + 0.5 / 1.5) * 2.2 / 2.2) < 1e-12)
        #expect(both[0].segment == 0 && both[0].score != alone[0].score)
        #expect(both == (try KeywordSearch.search("rope anchor", in: [segment("rope anchor", "rope sand", "rope stone")], limit: 1)))
    }

    @Test func manySegmentsRankAndScoreAsOne() throws {
        var random = SeededGenerator(17)
        let words = (0..<60).map { "term\($0)" }
        let texts = (0..<300).map { _ in
            (0..<Int.random(in: 1...30, using: &random)).map { _ in
                words[min(Int.random(in: 0..<60, using: &random), Int.random(in: 0..<60, using: &random))]
            }
            .joined(separator: " ")
        }
        let whole = try Segment(segmentData(texts.map { passage($0) }))
        let single = try texts.map { try segment($0) }
        for _ in 0..<20 {
            let query = (0..<4).map { _ in words.randomElement(using: &random) ?? "" }.joined(separator: " ")
            let left = try KeywordSearch.search(query, in: [whole], limit: 25)
            let right = try KeywordSearch.search(query, in: single, limit: 25)
            #expect(left.map(\.passage) == right.map(\.segment))
            #expect(left.map(\.score) == right.map(\.score))
            #expect(left.map(\.matchedShare) == right.map(\.matchedShare))
            // The heap keeps the same hits as a full sort.
            #expect(left == Array(try KeywordSearch.search(query, in: [whole], limit: 1000).prefix(25)))
        }
    }

    @Test func tiesComeInTheOrderOfSegmentAndPassage() throws {
        let segments = [try segment("rope x", "rope y"), try segment("rope z", "rope w")]
        let hits = try KeywordSearch.search("rope", in: segments, limit: 3)
        #expect(hits.map { [$0.segment, $0.passage] } == [[0, 0], [0, 1], [1, 0]])
    }

    @Test func headingsAreSearchedToo() throws {
        let segment = try Segment(segmentData([passage("It opens at dawn.", headings: ["Harbour"]), passage("It opens at noon.")]))
        #expect(try KeywordSearch.search("harbour", in: [segment], limit: 5).map(\.passage) == [0])
    }

    @Test func eachSegmentIsReadInItsOwnLanguage() throws {
        let german = try segment("Die Häuser am Hafen", language: .german)
        let english = try segment("The houses at the harbour", language: .english)
        #expect(try KeywordSearch.search("Haus", in: [german, english], limit: 5).map(\.segment) == [0])
        #expect(try KeywordSearch.search("house", in: [german, english], limit: 5).map(\.segment) == [1])
    }

    @Test func nothingToSearchForFindsNothing() throws {
        let one = try segment("rope")
        #expect(try KeywordSearch.search("the of and", in: [one], limit: 5).isEmpty)
        #expect(try KeywordSearch.search("", in: [one], limit: 5).isEmpty)
        #expect(try KeywordSearch.search("rope", in: [], limit: 5).isEmpty)
        #expect(try KeywordSearch.search("rope", in: [one], limit: 0).isEmpty)
    }

    @Test func wordsOfAddressDoNotCountUnlessTheyAreAll() {
        #expect(KeywordQuestion.terms("Please explain the rope", language: .english) == ["rope"])
        #expect(KeywordQuestion.terms("please", language: .english) == ["pleas"])
        #expect(
            KeywordQuestion.terms((0..<900).map { "w\($0)" }.joined(separator: " "), language: .english).count
                == KeywordQuestion.maximumTerms)
    }
}

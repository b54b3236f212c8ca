import Foundation
import Testing

@testable import Retrieval

@Suite struct QuoteMeaningTests {
    private let guide = "The harbour opens at six in the morning. It closes at nine in the evening. A berth costs twelve euros a night."
    private let birds = "Seagulls nest on the cliffs. The lighthouse was built in 1870 by the coast guard."

    /// An encoder that knows the cosine of every text with the question, from the first of its sentences that a text contains; texts with
    /// the same number point the same way, others as far apart as their numbers allow.
    private func meaning(_ known: [(String, Double)], passages: [Double?], seen: @escaping ([String]) -> Void = { _ in }) -> QuoteMeaning {
        QuoteMeaning(question: [1, 0], cosines: passages) { texts in
            seen(texts)
            return texts.map { text in
                let cosine = known.first { text.contains($0.0) }?.1 ?? 0
                return [Float(cosine), Float((1 - cosine * cosine).squareRoot())]
            }
        }
    }

    private func quotes(
        _ question: String, _ passages: [String], _ meaning: QuoteMeaning?, shares: [Double]? = nil, limits: QuoteLimits = .init()
    ) -> [String] {
        QuoteSelector().select(question: question, passages: passages, matchedShares: shares, limits: limits, meaning: meaning).map(\.text)
    }

    @Test func sentenceIsFoundByItsMeaningWithoutAnyWordOfTheQuestion() {
        let known = meaning([("twelve euros", 0.8), ("", 0.1)], passages: [0.5, 0.1])
        let question = "What is the price of a mooring?"
        #expect(quotes(question, [guide, birds], known, shares: [0, 0]) == ["A berth costs twelve euros a night."])
        #expect(quotes(question, [guide, birds], nil, shares: [0, 0]).isEmpty, "by words alone there is nothing")
    }

    @Test func questionAboutSomethingElseIsDeclinedThoughWordsAreShared() {
        let question = "Who built the harbour of Alexandria in the evening of antiquity?"
        let far = meaning([("", 0.15)], passages: [0.3, 0.3])
        #expect(quotes(question, [guide, birds], far, shares: [0.4, 0.4]).isEmpty)
        let near = meaning([("built in 1870", 0.7), ("", 0.15)], passages: [0.3, 0.3])
        #expect(quotes(question, [guide, birds], near, shares: [0.4, 0.4]) == ["The lighthouse was built in 1870 by the coast guard."])
    }

    @Test func supportAtItsThresholdIsEnough() {
        let known = meaning([("twelve euros", 0.66), ("", 0)], passages: [0.4])
        #expect(!quotes("price", [guide], known, shares: [0]).isEmpty)
        #expect(quotes("price", [guide], known, shares: [0], limits: QuoteLimits(minimumSupport: 0.67, sufficientCosine: 2)).isEmpty)
        #expect(!quotes("price", [guide], known, shares: [0.02], limits: QuoteLimits(minimumSupport: 0.67, sufficientCosine: 2)).isEmpty)
    }

    @Test func aSentenceNearEnoughAnswersALongQuestionWhateverItsWords() {
        let question = "My brother-in-law and his crew are on their way and nobody told me the rate, so could you find out for us, please?"
        #expect(!quotes(question, [guide], meaning([("twelve euros", 0.5), ("", 0)], passages: [0.4]), shares: [0]).isEmpty)
        #expect(quotes(question, [guide], meaning([("twelve euros", 0.49), ("", 0)], passages: [0.4]), shares: [0]).isEmpty)
    }

    @Test func otherLanguagesThanEnglishNeedMoreSupport() {
        let text = "Der Hafen öffnet um sechs Uhr und schließt am Abend. Ein Liegeplatz kostet zwölf Euro für die Nacht mit dem Strom."
        let known = meaning([("zwölf Euro", 0.72), ("", 0)], passages: [0.4])
        #expect(Language.detect(text) == .german)
        #expect(quotes("Preis?", [text], known, shares: [0]).isEmpty)
        #expect(!quotes("Preis?", [text], known, shares: [0], limits: QuoteLimits(foreignSupport: 0)).isEmpty)
    }

    @Test func ofSentencesThatMeanTheSameTheOneWithTheWordsIsQuotedFirst() {
        let text = "Fees depend on the season. A berth costs twelve euros in summer. Ask for prices at the kiosk."
        let known = meaning([("Fees", 0.62), ("berth", 0.6), ("", 0.1)], passages: [0.6])
        let answer = quotes("What is a berth in summer?", [text], known, shares: [1], limits: QuoteLimits(quotes: 1))
        #expect(answer == ["A berth costs twelve euros in summer."])
    }

    @Test func sentencesThatMeanTheSameAreQuotedOnce() {
        let text = "Mooring is twelve euros. Ships pay a dozen coins nightly. Dogs pay four."
        let known = meaning([("Mooring", 0.8), ("Ships", 0.82), ("Dogs", 0.75)], passages: [0.6])
        #expect(quotes("cost", [text], known, shares: [0]) == ["Ships pay a dozen coins nightly."])
        let all = quotes("cost", [text], known, shares: [0], limits: QuoteLimits(repetitionCosine: 1.1))
        #expect(all == ["Mooring is twelve euros.", "Ships pay a dozen coins nightly.", "Dogs pay four."])
    }

    @Test func passageOfTheBestQuoteComesFirstAndEachInTheOrderOfItsText() {
        let first = "Boats need two ropes here. Fish is sold at dawn."
        let second = "The kiosk opens at six. Tickets are sold by the harbour master."
        let known = meaning([("Boats", 0.75), ("kiosk", 0.8), ("Tickets", 0.95), ("", 0)], passages: [0.4, 0.4])
        let limits = QuoteLimits(furtherScore: 0.5, precedingScore: 0.5, repetitionCosine: 1.1)
        let answer = quotes("entrance", [first, second], known, shares: [0, 0], limits: limits)
        #expect(answer == ["The kiosk opens at six.", "Tickets are sold by the harbour master.", "Boats need two ropes here."])
    }

    @Test func sentenceBeforeTheBestMustBeNearlyAsGood() {
        let text = "Boats need two ropes here. Tickets are sold by the harbour master. Fish is sold at dawn."
        let known = meaning([("Boats", 0.8), ("Tickets", 0.95), ("Fish", 0.8)], passages: [0.4])
        let loose = QuoteLimits(precedingScore: 0.75, repetitionCosine: 1.1)
        #expect(quotes("entrance", [text], known, shares: [0], limits: loose).count == 3)
        let answer = quotes("entrance", [text], known, shares: [0], limits: QuoteLimits(repetitionCosine: 1.1))
        #expect(answer == ["Tickets are sold by the harbour master.", "Fish is sold at dawn."])
    }

    @Test func passageThatQualifiesNeitherByMeaningNorByWordsIsNotLookedAt() {
        var encoded = [String]()
        let known = meaning([("", 0.9)], passages: [0.24, nil]) { encoded += $0 }
        #expect(quotes("harbour lighthouse", [guide, birds], known, shares: [0.49, 0.5]).allSatisfy { birds.contains($0) })
        #expect(!encoded.isEmpty && encoded.allSatisfy { birds.contains($0) })
    }

    @Test func onlyTheMostPromisingSentencesAreEncoded() {
        let text = (1...40).map { "Rope \($0) is thick." }.joined(separator: " ") + " The anchor weighs a ton."
        var encoded = [String]()
        let known = meaning([("anchor", 0.9), ("", 0.1)], passages: [0.5]) { encoded += $0 }
        #expect(quotes("How heavy is the anchor?", [text], known, shares: [0.5]) == ["The anchor weighs a ton."])
        #expect(encoded.count == 16)
        encoded = []
        _ = quotes("How heavy is the anchor?", [text], known, shares: [0.5], limits: QuoteLimits(encodedSentences: 0))
        #expect(encoded == ["The anchor weighs a ton."])
    }

    @Test func answerIsEncodedWithTheQuestionItAnswersAndTheQuestionIsNotQuoted() {
        var encoded = [String]()
        let known = meaning([("dog", 0.9), ("", 0.1)], passages: [0.5]) { encoded += $0 }
        #expect(quotes("pets", ["Can I bring my dog? Yes, on a leash. Bicycles stay outside."], known, shares: [0]) == ["Yes, on a leash."])
        #expect(encoded.contains("Can I bring my dog? Yes, on a leash."))
    }

    @Test func answerOfARowIsJudgedByTheWholeRow() {
        let row = "question: How do I pay the berth fee?\nanswer: At the kiosk, in cash.\ncategory: fees"
        let known = meaning([("", 0.1)], passages: [0.8])
        #expect(quotes("Where is money taken?", [row], known, shares: [0]) == ["At the kiosk, in cash."])
    }

    @Test func questionOfStopWordsAloneIsJudgedByItsMeaning() {
        #expect(quotes("who are you", [guide], meaning([("", 0.2)], passages: [0.3]), shares: [0]).isEmpty)
        #expect(!quotes("who are you", [guide], meaning([("twelve", 0.8)], passages: [0.3]), shares: [0]).isEmpty)
    }

    @Test func encoderThatAnswersNothingMakesTheModelDecline() {
        let silent = QuoteMeaning(question: [1, 0], cosines: []) { _ in [] }
        #expect(quotes("How much does a berth cost?", [guide], silent).isEmpty)
        let otherDimensions = QuoteMeaning(question: [1, 0], cosines: []) { $0.map { _ in [1] } }
        #expect(quotes("unknown", [guide], otherDimensions, shares: [0.9]).isEmpty)
    }
}

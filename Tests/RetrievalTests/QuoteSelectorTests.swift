import Testing

@testable import Retrieval

@Suite struct QuoteSelectorTests {
    private let guide = """
        ## Opening hours

        The harbour opens at six in the morning. It closes at nine in the evening. Visitors park behind the lighthouse.

        ## Fees

        A berth costs twelve euros a night. Electricity is charged by the kilowatt hour.
        """
    private let other = "Seagulls nest on the cliffs. The lighthouse was built in 1870 by the coast guard."

    private func quotes(_ question: String, _ passages: [String], _ shares: [Double]? = nil, _ limits: QuoteLimits = .init()) -> [String] {
        let quotes = QuoteSelector().select(question: question, passages: passages, matchedShares: shares, limits: limits)
        for quote in quotes {
            #expect(
                same(quote.text, slice(Array(passages[quote.passage].unicodeScalars), quote.range)), "a quote is a slice of its passage")
        }
        return quotes.map(\.text)
    }

    @Test func sentenceThatAnswersIsQuotedAndNotItsNeighbours() {
        #expect(quotes("How much does a berth cost for a night?", [guide, other]) == ["A berth costs twelve euros a night."])
        #expect(quotes("When was the lighthouse built?", [guide, other]) == ["The lighthouse was built in 1870 by the coast guard."])
    }

    @Test func headingsGiveContextButAreNeverQuoted() {
        let answer = quotes("What are the opening hours of the harbour?", [guide, other])
        #expect(answer.first == "The harbour opens at six in the morning.")
        #expect(!answer.contains { $0.contains("##") || $0.contains("Opening hours") })
        #expect(quotes("What are the fees?", ["Fees\n====\n\nA berth costs twelve euros.\n"]).isEmpty == true)
        #expect(
            quotes("What are the harbour fees?", ["Fees\n====\n\nThe harbour takes twelve euros.\n"]) == ["The harbour takes twelve euros."]
        )
    }

    @Test func sentenceThatLeansOnTheOneBeforeBringsItAlong() {
        let text = "The tide gate protects the basin. It closes automatically when the storm surge exceeds two metres. Paint is blue."
        let answer = quotes("When does a storm surge close it automatically, exceeding how many metres?", [text])
        #expect(answer == ["The tide gate protects the basin.", "It closes automatically when the storm surge exceeds two metres."])
    }

    @Test func questionInTheTextIsAnsweredByTheSentenceAfterIt() {
        #expect(quotes("Can I bring my dog?", ["Can I bring my dog? Yes, on a leash. Bicycles stay outside."]) == ["Yes, on a leash."])
    }

    @Test func colonBringsTheListItAnnounces() {
        let text = "To moor a boat you need:\n\n- two ropes\n- a fender\n\nSeagulls are protected."
        #expect(quotes("What do I need to moor a boat?", [text]) == ["To moor a boat you need:", "two ropes", "a fender"])
    }

    @Test func answerCellOfARowIsQuoted() {
        let row = "question: How do I pay the berth fee?\nanswer: At the kiosk. Cards are accepted.\ncategory: fees"
        #expect(quotes("How can I pay the fee for a berth?", [row]) == ["At the kiosk.", "Cards are accepted."])
        // What a run made of a table is quoted in the same way.
        let made = "enhanced_prompt: How do I pay the berth fee?\nenhanced_completion: At the kiosk."
        #expect(quotes("How can I pay the fee for a berth?", [made]) == ["At the kiosk."])
        let record = "name: Aurora\nlength: 12 m\nowner: Lind"
        #expect(quotes("What is the length of the Aurora?", [record]) == [record])
    }

    @Test func tableRowIsQuotedWithoutItsOuterPipes() {
        let table = "| boat | length |\n|---|---|\n| Aurora | 12 m |\n| Borealis | 9 m |"
        #expect(quotes("How long is the boat Borealis?", [table]).contains("Borealis | 9 m"))
        #expect(!quotes("How long is the boat Borealis?", [table]).contains { $0.hasPrefix("|") || $0.contains("---") })
    }

    @Test func repeatedSentencesAreQuotedOnce() {
        let again = "A berth costs twelve euros a night. Ask at the office."
        #expect(
            quotes("How much does a berth cost for a night?", [guide, again, "A berth costs 12 or twelve euros a night!"]) == [
                "A berth costs twelve euros a night."
            ])
    }

    @Test func quotesComeInTheOrderOfTheSourceAndAreFew() {
        let text = (1...12).map { "Rope number \($0) is for boat \(["a", "b", "c"][$0 % 3])\($0)." }.joined(separator: " ")
        let answer = QuoteSelector().select(question: "Which rope is for which boat?", passages: [text, text])
        #expect(answer.count <= 4 && !answer.isEmpty)
        #expect(answer.map(\.range.lowerBound) == answer.map(\.range.lowerBound).sorted())
        #expect(quotes("Which rope is for which boat?", [text], nil, QuoteLimits(quotes: 1)).count == 1)
        #expect(quotes("Which rope is for which boat?", [text], nil, QuoteLimits(scalars: 1)).count == 1)
    }

    @Test func nothingIsQuotedWhenNothingQualifies() {
        #expect(quotes("How much does a berth cost?", [guide], [0.49]).isEmpty)
        #expect(!quotes("How much does a berth cost?", [guide], [0.5]).isEmpty)
        #expect(quotes("Who painted the ceiling of the chapel?", [guide, other]).isEmpty)
        #expect(quotes("What is the population of Brazil?", [other], [0.9]).isEmpty)
        let thin = "Where do seagulls breed, feed, migrate, hibernate and moult?"
        #expect(quotes(thin, [other]).isEmpty)
        #expect(!quotes(thin, [other], nil, QuoteLimits(minimumOverlap: 0)).isEmpty)
        #expect(quotes("the of and", [guide]).isEmpty)
        #expect(quotes("How much does a berth cost?", []).isEmpty)
        #expect(quotes("berth", ["", "\n", "```\n", "|---|"]).isEmpty)
    }

    @Test func anyTextCanBeTakenApart() {
        var random = SeededGenerator(19)
        let alphabet = [
            "rope", " ", "\n", "\n\n", "# ", "- ", "| ", "|---|", "```", ": ", "answer: ", "question: ", ".", "?", "漢字。", "===", "\r\n",
            "é\u{301}", "a",
        ]
        for _ in 0..<1500 {
            let passages = (0..<2).map { _ in
                (0..<Int.random(in: 0...25, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? "" }.joined()
            }
            _ = quotes("answer rope?", passages)
        }
    }
}

import Testing

@testable import Adaptation

@Suite struct RelevanceTests {
    @Test func withoutAnEncoderSharedWordsTellAnswersApart() {
        let own = CleanTable.value(
            .relevance, "Explain what a river delta is.", "A river delta is land that forms where a river meets the sea.")
        let other = CleanTable.value(
            .relevance, "Explain what a river delta is.", "Bake the bread for forty minutes and let it cool before cutting slices.")
        #expect(own > 0.9)
        #expect(other < 0.6)
    }

    @Test func anAnswerNearerToOtherPromptsBelongsToThem() {
        // Twelve subjects, each with a direction of its own that prompt and answer share.
        let count = 12
        let rows = (0..<count).map { RowText(prompt: "ask \($0)?", completion: "say \(100 + $0) and more words to it.") }
        var profile = TableProfile()
        for row in rows { profile.add(row) }
        let texts = profile.referenceTexts
        func subject(_ text: String) -> Int { (text.split { !$0.isNumber }.first.flatMap { Int($0) } ?? 0) % 100 }
        let references = vectors(texts.prompts.map(subject), texts.completions.map(subject), count)
        let assessor = RowAssessor(profile: profile, references: references)
        let own = assessor.assess(rows, vectors: vectors(Array(0..<count), Array(0..<count), count))
        let swapped = assessor.assess(rows, vectors: vectors(Array(0..<count), (0..<count).map { ($0 + 1) % count }, count))
        for (right, wrong) in zip(own, swapped) {
            #expect((right.values[.relevance] ?? 0) > 0.9)
            #expect((wrong.values[.relevance] ?? 1) < 0.6)
        }
    }

    @Test func theScoreOfARowDoesNotDependOnItsBatch() {
        let together = CleanTable.assessor.assess(CleanTable.rows)
        let alone = CleanTable.rows.map { CleanTable.assessor.assess([$0])[0] }
        #expect(together == alone)
    }

    @Test func fewerVectorsThanRowsAreNoTrap() {
        let few = BatchVectors(dimensions: 3, prompts: [1, 0, 0], completions: [1, 0])
        #expect(CleanTable.assessor.assess(CleanTable.rows, vectors: few).count == CleanTable.rows.count)
    }

    @Test func onlyABoundedPartOfATextIsEncoded() {
        let long = String(repeating: "wörter ", count: 10_000)
        #expect(RelevanceText.cut(long).unicodeScalars.count <= RelevanceText.mostCharacters + 1)
        #expect(RelevanceText.cut("short") == "short")
        #expect(RelevanceText.cut(long + "END").hasSuffix("END"))
    }

    private func vectors(_ prompts: [Int], _ completions: [Int], _ dimensions: Int) -> BatchVectors {
        func unit(_ subject: Int) -> [Float] { (0..<dimensions).map { $0 == subject ? 1 : 0 } }
        return BatchVectors(dimensions: dimensions, prompts: prompts.flatMap(unit), completions: completions.flatMap(unit))
    }
}

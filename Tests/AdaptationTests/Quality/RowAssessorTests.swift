import Foundation
import Testing

@testable import Adaptation

@Suite struct RowAssessorTests {
    /// Texts that have broken text code before.
    static let odd: [String] = [
        "", " ", "\n\n\n", "\u{0}", "\u{0}\u{1}\u{7F}\u{80}\u{9F}", "\u{FEFF}", "\u{FFFD}", "\u{202E}\u{200D}\u{FE0F}",
        "e\u{301}\u{301}\u{301}\u{301}", "👩‍👩‍👧‍👦👍🏽🇨🇭",
        "\u{10FFFF}\u{E000}", "```", "((((((((", "))))", "\"", "###", "### :", ":::::", "[", "<|", "{{", "&#;&;&", "\\u\\u12", "??",
        "a?b?c", "一", "ก็", "\r\n\r\n", "1.", "-", "•", "𝕬𝖇𝖈", "\u{0300}",
    ]

    @Test func noTextIsATrap() {
        for prompt in Self.odd {
            for completion in Self.odd { check(RowText(prompt: prompt, completion: completion, context: [prompt])) }
        }
    }

    @Test func randomCharactersAreNoTrapAndScoreTheSameTwice() {
        var random = SeededRandom(seed: 42)
        for _ in 0..<400 {
            func text() -> String {
                var scalars = String.UnicodeScalarView()
                for _ in 0..<Int(random.next() % 60) {
                    let limit: UInt64 = [128, 0x300, 0x3000, 0x11_0000][Int(random.next() % 4)]
                    if let scalar = Unicode.Scalar(UInt32(random.next() % limit)) { scalars.append(scalar) }
                }
                return String(scalars)
            }
            check(RowText(prompt: text(), completion: text()))
        }
    }

    @Test func hugeCellsAreReadInPart() {
        for piece in ["word ", "漢字", "😀", "é", "\u{1}", "a", "((", "```\n"] {
            let text = String(repeating: piece, count: 1_000_000 / piece.utf8.count)
            #expect(TextScan(text).bytes.count <= TextScan.headBytes + TextScan.tailBytes + 1)
            check(RowText(prompt: text, completion: text))
        }
    }

    private func check(_ row: RowText) {
        var profile = TableProfile()
        profile.add(row)
        for assessor in [CleanTable.assessor, RowAssessor(profile: profile)] {
            let first = assessor.assess([row])[0]
            #expect((0...10).contains(first.total))
            #expect(first.values.values.allSatisfy { (0...1).contains($0) }, "\(row.prompt ?? ""): \(first.values)")
            #expect(assessor.assess([row])[0] == first)
        }
    }

    @Test func oneSeriousFaultIsEnough() {
        let good = CleanTable.assessor.assess([RowText(prompt: "Explain what a river delta is.", completion: CleanTable.pairs[3].1)])[0]
        let loop = String(repeating: "A river delta is land. ", count: 12)
        let bad = CleanTable.assessor.assess([RowText(prompt: "Explain what a river delta is.", completion: loop)])[0]
        #expect(good.total >= 9)
        #expect(bad.total < 4)
    }

    @Test func aRowNeedsNotBothRoles() {
        let prompt = CleanTable.assessor.assess([RowText(prompt: "What is the capital of France?", completion: nil)])[0]
        #expect(prompt.completionScore == nil)
        #expect(prompt.total == prompt.promptScore)
        #expect(prompt.values[.relevance] == nil)
        let completion = CleanTable.assessor.assess([RowText(prompt: nil, completion: "A spider has eight legs.")])[0]
        #expect(completion.promptScore == nil)
        #expect(completion.total > 8.5)
        #expect(CleanTable.assessor.assess([RowText(prompt: nil, completion: nil)])[0].total == 0)
    }

    @Test func anEmptyCellIsWorthNothing() {
        #expect(CleanTable.assessor.assess([RowText(prompt: "What is it?", completion: "")])[0].total < 1)
        #expect(CleanTable.assessor.assess([RowText(prompt: "", completion: "A spider has eight legs.")])[0].total < 5)
    }

    @Test func anAnswerFromItsContextIsRelevant() {
        let context = "The Brandt mill was built in 1871 by Albert Kesselring and burned down in 1902."
        let answer = "Albert Kesselring built the Brandt mill in 1871."
        let without = CleanTable.assessor.assess([RowText(prompt: "Who was it?", completion: answer)])[0]
        let with = CleanTable.assessor.assess([RowText(prompt: "Who was it?", completion: answer, context: [context])])[0]
        #expect((with.values[.relevance] ?? 0) > (without.values[.relevance] ?? 1))
    }
}

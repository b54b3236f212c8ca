import Testing

@testable import Ingestion

@Suite struct PlainTextTests {
    @Test func blankLinesSeparateParagraphs() throws {
        let result = try extract("\n  One\nline. \n \t\nTwo.\n\n\nThree", as: .text)
        #expect(result.texts == ["One\nline.", "Two.", "Three"])
        #expect(result.blocks.allSatisfy { $0.kind == .paragraph && $0.page == nil && $0.row == nil })
        #expect(result.text == "\n  One\nline. \n \t\nTwo.\n\n\nThree")
    }

    @Test func formFeedsCountPages() throws {
        let result = try extract("one\n\ntwo\u{C}three\n\u{C}\u{C}four\n", as: .text)
        #expect(result.texts == ["one", "two", "three", "four"])
        #expect(result.blocks.map(\.page) == [1, 1, 2, 4])
        #expect(result.text == "one\n\ntwo\nthree\nfour\n")
    }

    @Test func aLongParagraphContinuesInANewBlockAtALineEnd() throws {
        let text = String(repeating: "twenty characters...\n", count: 20)
        let result = try extract(text, as: .text, limits: ExtractionLimits(blockBytes: 100))
        #expect(result.blocks.count == 4)
        #expect(result.texts.joined(separator: "\n") + "\n" == text)
    }

    @Test func aLineOverTheLimitIsRefusedWithItsNumber() throws {
        let limits = ExtractionLimits(lineBytes: 10)
        #expect(try refusal("short\n01234567890\n", as: .text, limits: limits).contains("Line 2 "))
        #expect(try refusal("short\n0123456789\n", as: .text, limits: limits) == "")
    }
}

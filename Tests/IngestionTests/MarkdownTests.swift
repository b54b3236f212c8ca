import Testing

@testable import Ingestion

@Suite struct MarkdownTests {
    private func kinds(_ text: String) throws -> [String] {
        try extract(text, as: .markdown).blocks.map { block in
            if case .heading(let level) = block.kind { return "h\(level):\(block.text)" }
            return "\(block.kind.name):\(block.text)"
        }
    }

    @Test func headingsLoseTheirMarks() throws {
        #expect(
            try kinds("# One #\n##  Two\n###### Six ## \n#hashtag\n####### seven\n") == [
                "h1:One", "h2:Two", "h6:Six", "paragraph:#hashtag\n####### seven",
            ])
        #expect(try kinds("#\n\nä # b\n  ## C#\n") == ["paragraph:ä # b", "h2:C#"])
    }

    @Test func underlinedHeadings() throws {
        let text = "Title\n=====\ntext\n\nTwo\nlines\n---\n\n---\nend\n"
        #expect(try kinds(text) == ["h1:Title", "paragraph:text", "h2:Two\nlines", "paragraph:end"])
    }

    @Test func fencedCodeIsOneBlockWithoutItsFences() throws {
        #expect(
            try kinds("a\n```swift\n  # no heading\n\n- no item\n```\nb\n~~~\n```\n~~~~\n```\nopen") == [
                "paragraph:a", "code:  # no heading\n\n- no item", "paragraph:b", "code:```", "code:open",
            ])
    }

    @Test func eachListItemIsABlock() throws {
        #expect(
            try kinds("Intro:\n- one\n  more\nlazy\n* two\n  1. nested\n\n  still nested\n10) ten\n\nafter\n") == [
                "paragraph:Intro:", "listItem:one\n  more\nlazy", "listItem:two", "listItem:nested\n\n  still nested", "listItem:ten",
                "paragraph:after",
            ])
    }

    @Test func aYearDoesNotInterruptAParagraph() throws {
        let text = "It was in\n1986. A good year\n- but this does\n"
        #expect(try kinds(text) == ["paragraph:It was in\n1986. A good year", "listItem:but this does"])
    }

    @Test func codeInAListKeepsTheListOpen() throws {
        #expect(
            try kinds("1. a\n   ```\n   # x\n   ```\n2. b\n- ```\n  # y\n  ```\n") == [
                "listItem:a", "code:   # x", "listItem:b", "code:  # y",
            ])
    }

    @Test func aPipeTableIsOneBlock() throws {
        #expect(
            try kinds("Text\n| a | b |\n|---|:-:|\n| 1 | x\\|y |\n| 2 | z |\n\nx | y\n--- | ---\n1 | 2\n# End\n") == [
                "paragraph:Text", "table:| a | b |\n|---|:-:|\n| 1 | x\\|y |\n| 2 | z |", "table:x | y\n--- | ---\n1 | 2", "h1:End",
            ])
        #expect(try kinds("a | b\n|---|\n") == ["paragraph:a | b\n|---|"])
    }

    @Test func frontMatterIsTextButNoBlock() throws {
        let text = "---\ntitle: x\n---\n# Head\n"
        let result = try extract(text, as: .markdown)
        #expect(result.text == text)
        #expect(result.texts == ["Head"])
        #expect(result.blocks.first?.start == 19)
    }

    @Test func rulesAreNotFrontMatter() throws {
        #expect(try kinds("---\n\ntext\n\n---\n") == ["paragraph:text"])
        #expect(try kinds("---\nnever closed\n") == ["paragraph:never closed"])
        #expect(try kinds("a\n\n* * *\nb\n***\n") == ["paragraph:a", "paragraph:b"])
    }

    @Test func aLongBlockIsContinuedInOneOfItsKind() throws {
        let text = "```\n" + String(repeating: "let x = 1\n", count: 10) + "```\nend\n"
        let result = try extract(text, as: .markdown, limits: ExtractionLimits(blockBytes: 40))
        #expect(result.blocks.map(\.kind) == [.code, .code, .code, .paragraph])
    }
}

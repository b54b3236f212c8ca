import Foundation
import Testing

@testable import Retrieval

@Suite struct PassageSplitterTests {
    /// Splits blocks given with the text before each; returns the whole text and the passages.
    private func split(
        _ blocks: [(gap: String, kind: PassageBlock.Kind, text: String)], target: Int = 250, overlap: Double = 0.15
    ) throws -> (text: [Unicode.Scalar], passages: [Passage]) {
        var splitter = PassageSplitter(targetTokens: target, overlapShare: overlap)
        var whole = [Unicode.Scalar]()
        var passages = [Passage]()
        for (number, block) in blocks.enumerated() {
            whole.append(contentsOf: block.gap.unicodeScalars)
            let start = whole.count
            whole.append(contentsOf: block.text.unicodeScalars)
            passages += try splitter.append(
                PassageBlock(kind: block.kind, text: block.text, start: start, end: whole.count, row: block.kind == .row ? number : nil),
                gap: block.gap)
        }
        return (whole, passages + splitter.finish())
    }

    private func prose(_ sentences: Int) -> String {
        (1...sentences).map { "Sentence number \($0) has exactly some words in it." }.joined(separator: " ")
    }

    @Test func everyPassageIsExactlyItsSliceForRandomUnicodeDocuments() throws {
        var random = SeededGenerator(2026)
        let words = [
            "word", "naïve", "cafe\u{301}", "e.g.", "3.14", "Dr.", "x", "\u{1F469}\u{200D}\u{1F469}\u{200D}\u{1F467}", "漢字かな。", "한국어",
            "\r\n", "\n", "\n\n", "ไทย",
            "end.", "Stop!", "\"quoted.\"", "\u{200B}", "\u{301}\u{302}", "- ", "| a |", "…", "supercalifragilisticexpialidocious",
            "\u{FEFF}", "Å", "Å", "ﬁ",
            "\u{2029}", "  \t ", String(repeating: "y", count: 400), String(repeating: "\u{300}", count: 90),
            String(repeating: " ", count: 300),
        ]
        let kinds: [PassageBlock.Kind] = [
            .heading(level: 1), .heading(level: 2), .heading(level: 2), .paragraph, .paragraph, .listItem, .code, .table, .row,
        ]
        for _ in 0..<400 {
            let target = Int.random(in: 16...80, using: &random)
            let blocks = (0..<Int.random(in: 0...14, using: &random)).map { _ in
                let kind = kinds.randomElement(using: &random) ?? .paragraph
                var limit = 60
                if case .heading = kind { limit = 6 }
                let text = (0..<Int.random(in: 0...limit, using: &random)).map { _ in words.randomElement(using: &random) ?? "" }
                return (
                    gap: ["", "\n", "\n\n", " \r\n- ", "\u{301}"].randomElement(using: &random) ?? "", kind: kind,
                    text: text.joined(separator: [" ", ""].randomElement(using: &random) ?? " ")
                )
            }
            let (text, passages) = try split(blocks, target: target)
            var covered = [Bool](repeating: false, count: text.count)
            var lastEnd = 0
            for passage in passages {
                #expect(same(passage.text, slice(text, passage.start..<passage.end)))
                #expect(passage.tokens == TokenCounter.count(passage.text))
                #expect(passage.tokens <= target)
                #expect(passage.start < passage.end && passage.end > lastEnd)
                lastEnd = passage.end
                for index in passage.start..<passage.end { covered[index] = true }
            }
            var position = 0
            for block in blocks {
                position += block.gap.unicodeScalars.count
                for scalar in block.text.unicodeScalars {
                    #expect(covered[position] || scalar.isSpace, "no text of a block is lost")
                    position += 1
                }
            }
        }
    }

    @Test func passagesOverlapByWholeSentencesOfAboutTheShare() throws {
        let (_, passages) = try split([("", .paragraph, prose(100))])
        #expect(passages.count > 4)
        for (left, right) in zip(passages, passages.dropFirst()) {
            #expect(right.start < left.end)
            let shared = String(String.UnicodeScalarView(right.text.unicodeScalars.prefix(left.end - right.start)))
            #expect(shared.hasPrefix("Sentence number") && shared.hasSuffix("."))
            #expect((20...55).contains(TokenCounter.count(shared)))
        }
        #expect(try split([("", .paragraph, prose(100))], overlap: 0).passages.reduce(0) { $0 + $1.end - $1.start } <= prose(100).count)
    }

    @Test func headingBeginsAPassageAndNoOverlapReachesBackOverIt() throws {
        let (_, passages) = try split([
            ("", .heading(level: 1), "# Guide"), ("\n", .heading(level: 2), "## First"), ("\n", .paragraph, prose(40)),
            ("\n\n", .heading(level: 2), "## Second"), ("\n", .paragraph, prose(12)), ("\n\n", .heading(level: 1), "# Other"),
            ("\n", .paragraph, "Short."),
        ])
        #expect(passages.first?.text.hasPrefix("# Guide\n## First\nSentence number 1") == true)
        #expect(passages.first?.headings == ["Guide", "First"])
        let second = try #require(passages.first { $0.headings == ["Guide", "Second"] })
        #expect(second.text.hasPrefix("## Second\nSentence number 1 "))
        #expect(passages.last?.headings == ["Other"])
        #expect(passages.last?.text == "# Other\nShort.")
        for passage in passages.dropFirst() where passage.headings == ["Guide", "First"] { #expect(!passage.text.contains("#")) }
        let early = try split(
            [
                ("", .heading(level: 1), "One two three four five six seven eight"), ("\n", .heading(level: 2), "First"),
                ("\n", .paragraph, "Short."),
                ("\n", .paragraph, prose(1)),
            ], target: 20, overlap: 0.5
        ).passages
        #expect(early.map(\.text) == ["One two three four five six seven eight\nFirst\nShort.", "Short.\n" + prose(1)])
    }

    @Test func shortSectionsOfOneParentShareAPassageOnlyWhileTheyFit() throws {
        let fitting = try split([
            ("", .heading(level: 1), "Top"), ("\n", .heading(level: 2), "A"), ("\n", .paragraph, "One."), ("\n", .heading(level: 2), "B"),
            ("\n", .paragraph, "Two."),
            ("\n", .heading(level: 1), "Next"), ("\n", .paragraph, "Three."),
        ]).passages
        #expect(fitting.map(\.text) == ["Top\nA\nOne.\nB\nTwo.", "Next\nThree."])
        #expect(fitting.map(\.headings) == [["Top"], ["Next"]])
        let tooLong = try split([
            ("", .heading(level: 1), "Top"), ("\n", .heading(level: 2), "A"), ("\n", .paragraph, "One."), ("\n", .heading(level: 2), "B"),
            ("\n", .paragraph, prose(30)),
        ]).passages
        #expect(tooLong.first?.text == "Top\nA\nOne.")
        #expect(tooLong.first?.headings == ["Top", "A"])
        #expect(tooLong.dropFirst().first?.text.hasPrefix("B\nSentence number 1") == true)
        #expect(tooLong.dropFirst().first?.headings == ["Top", "B"])
    }

    @Test func rowIsOnePassageAndALongRowSeveralOfOneNumber() throws {
        let long = "question: why?\nanswer: " + prose(60)
        let (_, passages) = try split([("", .row, "name: a\nprice: 1"), ("\n\n", .row, "name: b\nprice: 2"), ("\n\n", .row, long)])
        #expect(passages.prefix(2).map(\.text) == ["name: a\nprice: 1", "name: b\nprice: 2"])
        #expect(passages.prefix(2).map(\.row) == [0, 1])
        #expect(passages.count > 3 && passages.dropFirst(2).allSatisfy { $0.row == 2 && $0.tokens <= 250 })
        for (left, right) in zip(passages, passages.dropFirst()) { #expect(left.end <= right.start) }
    }

    @Test func blockWithoutAGapIsNotJoined() throws {
        var splitter = PassageSplitter()
        var passages = try splitter.append(PassageBlock(kind: .paragraph, text: "One.", start: 0, end: 4, page: 1), gap: "")
        passages += try splitter.append(PassageBlock(kind: .paragraph, text: "Two.", start: 900, end: 904, page: 2), gap: nil)
        passages += splitter.finish()
        #expect(passages.map(\.text) == ["One.", "Two."])
        #expect(passages.map(\.page) == [1, 2])
    }

    @Test func blocksThatContradictTheTextAreRefused() throws {
        var splitter = PassageSplitter()
        _ = try splitter.append(PassageBlock(kind: .paragraph, text: "One.", start: 0, end: 4), gap: "")
        #expect(throws: PassageSplitterError.outOfOrder(start: 3, previousEnd: 4)) {
            try splitter.append(PassageBlock(kind: .paragraph, text: "x", start: 3, end: 4), gap: nil)
        }
        #expect(throws: PassageSplitterError.lengthMismatch(start: 5, end: 9, scalars: 1)) {
            try splitter.append(PassageBlock(kind: .paragraph, text: "x", start: 5, end: 9), gap: " ")
        }
        #expect(throws: PassageSplitterError.lengthMismatch(start: 4, end: 6, scalars: 1)) {
            try splitter.append(PassageBlock(kind: .paragraph, text: "x", start: 6, end: 7), gap: " ")
        }
    }

    @Test func headingsInThePathAreLimitedInLengthAndDepth() throws {
        let blocks = (1...40).map { (gap: "\n", kind: PassageBlock.Kind.heading(level: $0), text: String(repeating: "h", count: 500)) }
        let passages = try split(blocks + [("\n", .paragraph, "Text.")]).passages
        let headings = try #require(passages.last?.headings)
        #expect(headings.count == PassageSplitter.maximumHeadingDepth)
        #expect(headings.allSatisfy { $0.count == PassageSplitter.maximumHeadingScalars })
    }

    @Test func tokensFollowTheirRuleAndCuttingNeverMakesATextShorter() {
        #expect(TokenCounter.count("The cat, sat.") == 5)
        #expect(TokenCounter.count("internationalization") == 3)
        #expect(TokenCounter.count("12345 漢字") == 4)
        #expect(TokenCounter.count(String(repeating: " ", count: 64)) == 2)
        var random = SeededGenerator(3)
        let alphabet = Array("ab12 .,é漢\u{301}я\n".unicodeScalars)
        for _ in 0..<500 {
            let scalars = (0..<40).map { _ in alphabet.randomElement(using: &random) ?? "a" }
            let cut = Int.random(in: 0...40, using: &random)
            #expect(
                TokenCounter.count(slice(scalars, 0..<40)) <= TokenCounter.count(slice(scalars, 0..<cut))
                    + TokenCounter.count(slice(scalars, cut..<40)))
        }
    }

    @Test func textIsReadForwardByScalarOffsets() throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("text")
            let text = String(repeating: "aé漢😀\r\n", count: 30_000)
            try Data(text.utf8).write(to: url)
            let scalars = Array(text.unicodeScalars)
            var random = SeededGenerator(5)
            var reader = try ContentTextReader(contentsOf: url)
            var position = 0
            while position < scalars.count {
                let start = min(scalars.count, position + Int.random(in: 0...900, using: &random))
                let end = min(scalars.count, start + Int.random(in: 0...900, using: &random))
                #expect(same(try reader.text(start..<end), slice(scalars, start..<end)))
                position = end
            }
            #expect(throws: ContentTextReader.Failure.notForward) { try reader.text(0..<1) }
            #expect(throws: ContentTextReader.Failure.endOfText) { try reader.text(scalars.count..<scalars.count + 1) }
        }
    }
}

import Testing

@testable import Retrieval

@Suite struct SentenceSplitterTests {
    static let table: [[String]] = [
        ["One sentence.", "Another one!", "A third?"],
        ["Dr. Smith met Mrs. Jones at 5 p.m. in St. Louis.", "They talked."],
        ["Use a tool, e.g. Make, i.e. something old.", "It works."],
        ["He lives in the U.S. Senate district.", "She does not."],
        ["They moved to the U.S.", "The weather is better."],
        ["See No. 5 and Fig. 3 for details.", "Is it clear?", "No.", "Not at all."],
        ["Pi is 3.14159 and version 1.2.3 is out.", "Next."],
        ["Visit example.com/a.b?c=d. Then come back."],
        ["Wait... what is that?", "Well…", "Nothing."],
        ["He said \"Stop!\" and left.", "\"Really?\" he asked.", "(It was true.)", "End."],
        ["“Quoted to the end.”", "New."],
        ["J. R. R. Tolkien wrote it.", "W. Shakespeare did not."],
        ["Apples, pears, etc. are fruit.", "We sell apples etc.", "The rest is sold out."],
        ["1. Open the lid.", "2. Press the button."],
        ["A wrapped\nline goes on.", "Then ends."],
        ["A blank line ends", "A new one"],
        ["これは文です。", "次の文！", "最後？"],
        ["Am 3. Oktober wird gefeiert.", "Das gilt z.B. in Berlin.", "In 1990. Dann auch."],
        ["What?!", "No way."],
        ["No stop at the end"],
    ]

    @Test(arguments: [0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 16, 18, 19])
    func sentencesEndWhereAReaderEndsThem(_ row: Int) {
        let sentences = Self.table[row]
        let text = sentences.joined(separator: row == 16 ? "" : " ")
        #expect(SentenceSplitter.sentences(text).map { String(text[$0]) } == sentences)
    }

    @Test func listItemsBlankLinesAndWrappedLines() {
        func split(_ text: String) -> [String] { SentenceSplitter.sentences(text).map { String(text[$0]) } }
        #expect(
            split("Things:\n- one\n- two\n* three\n1. four\n2) five") == ["Things:", "- one", "- two", "* three", "1. four", "2) five"])
        #expect(split("A wrapped\nline goes on. Then\r\nends.") == ["A wrapped\nline goes on.", "Then\r\nends."])
        #expect(split("A blank line ends\n\nA new one\r\n \r\nThird") == ["A blank line ends", "A new one", "Third"])
        #expect(split("# Title\n| a | b |\n| c | d |") == ["# Title", "| a | b |", "| c | d |"])
        #expect(
            split("Am 3. Oktober wird gefeiert. Das gilt z.B. in Berlin.") == ["Am 3. Oktober wird gefeiert.", "Das gilt z.B. in Berlin."])
        #expect(split("Visit example.com/a.b?c=d today. Then go.") == ["Visit example.com/a.b?c=d today.", "Then go."])
        #expect(split(" \n\t ").isEmpty)
    }

    @Test func everyLineModeEndsAtEachLineBreak() {
        let scalars = Array("name: A. B.\nprice: 3".unicodeScalars)
        #expect(SentenceSplitter.sentences(of: scalars, everyLine: true).last == 12..<20)
    }

    @Test func everythingButWhiteSpaceLiesInExactlyOneSentence() {
        var random = SeededGenerator(7)
        let alphabet = Array("aB1 .!?…。\n\r-*|#\"')é\u{301}한字 \u{2029}\u{200D}e.g.".unicodeScalars)
        for _ in 0..<2000 {
            let scalars = (0..<Int.random(in: 0...60, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? "a" }
            var end = 0
            for range in SentenceSplitter.sentences(of: scalars) {
                #expect(!range.isEmpty && range.lowerBound >= end)
                #expect(scalars[end..<range.lowerBound].allSatisfy { $0.isSpace })
                #expect(!scalars[range.lowerBound].isSpace && !scalars[range.upperBound - 1].isSpace)
                end = range.upperBound
            }
            #expect(scalars[end...].allSatisfy { $0.isSpace })
        }
    }
}

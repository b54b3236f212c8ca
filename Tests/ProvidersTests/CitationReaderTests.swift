import Testing

@testable import Providers

@Suite struct CitationReaderTests {
    private func read(_ pieces: [String], passages: Int = 4) -> (text: String, cited: [Int]) {
        var reader = CitationReader(passages: passages)
        var text = pieces.map { reader.read($0) }.joined()
        text += reader.end()
        return (text, reader.cited)
    }

    @Test(
        arguments: [
            ("Bees fly [3]. Wax melts [1][3].", "Bees fly [1]. Wax melts [2][1].", [2, 0]),
            ("Both [2, 4], and [4;2].", "Both [1][2], and [2][1].", [1, 3]),
            ("A range [2-4] and [1–2]", "A range [1][2][3] and [4][1]", [1, 2, 3, 0]),
            ("Full width 【2】 and 【3†handbook.pdf】", "Full width [1] and [2]", [1, 2]),
            ("A footnote [^4].", "A footnote [1].", [3]),
            ("Unknown [9], year [2024], zero [0], partly [9, 2].", "Unknown [9], year [2024], zero [0], partly [1].", [1]),
            ("No end of it [1-2000000000]", "No end of it [1][2][3][4]", [0, 1, 2, 3]),
            ("Backwards [3-1], overflow [99999999999999999999], [1 2], [,], [-], [1-]", nil, []),
            ("Text [see below], a list [a, b], [] and an open [2", nil, []),
            ("[[2]]", "[[1]]", [1]),
            ("`array[1]` is code, [2] is none", "`array[1]` is code, [1] is none", [1]),
            ("```\nlet x = a[1]\n``` [3]", "```\nlet x = a[1]\n``` [1]", [2]),
            ("a stray ` tick\n[4]", "a stray ` tick\n[1]", [3]),
            ("an open bracket [`a[1]`", nil, []),
            ("Grüße 🐝 [4] 🐝", "Grüße 🐝 [1] 🐝", [3]),
        ] as [(String, String?, [Int])])
    func markersAreNumberedInTheOrderOfTheirUseWhereverTheTextIsCut(_ text: String, _ expected: String?, _ cited: [Int]) {
        let whole = read([text])
        #expect(whole.text == expected ?? text)
        #expect(whole.cited == cited)
        #expect(read(text.unicodeScalars.map { String($0) }) == whole)
        for place in text.unicodeScalars.indices {
            let pieces = [String(text.unicodeScalars[..<place]), String(text.unicodeScalars[place...])]
            #expect(read(pieces) == whole, "cut before \(pieces[1])")
        }
    }

    @Test func withoutPassagesNothingIsAMarker() {
        #expect(read(["See [1] and [2"], passages: 0) == ("See [1] and [2", []))
    }

    @Test func onlyWhatMayBecomeAMarkerIsHeldBack() {
        var reader = CitationReader(passages: 4)
        #expect(reader.read("As [the") == "As [the")
        #expect(reader.read(" book] says [") == " book] says ")
        #expect(reader.read("2") == "")
        #expect(reader.read("].") == "[1].")
        #expect(reader.read("[" + String(repeating: "1", count: 60)).count == 61, "a bracket without end is no marker")
    }
}

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
            ("Unknown [9], year [2024], zero [0].", nil, []),
            ("Partly [9, 2], [3, 99] and [0;3-4;2–7].", "Partly [9][1], [2][99] and [0][2][3][2–7].", [1, 2, 3]),
            ("No end of it [1-2000000000], [1–999999999], [0-2], [4-5]", nil, []),
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
        expect(text, expected, cited)
    }

    /// Reads it as a whole and cut at every place.
    private func expect(_ text: String, _ expected: String?, _ cited: [Int]) {
        let whole = read([text])
        #expect(whole.text == expected ?? text)
        #expect(whole.cited == cited)
        #expect(read(text.unicodeScalars.map { String($0) }) == whole)
        for place in text.unicodeScalars.indices {
            let pieces = [String(text.unicodeScalars[..<place]), String(text.unicodeScalars[place...])]
            #expect(read(pieces) == whole, "cut before \(pieces[1])")
        }
    }

    @Test(
        arguments: [
            ("[source 1] [Source: 4, 2] [sources 1 and 3]", "[1] [2][3] [1][4]", [0, 3, 1, 2]),
            ("[passage 2], [Passages 1, 2, and 3], [SOURCE 4, source 1]", "[1], [2][1][3], [4][2]", [1, 0, 2, 3]),
            ("[4 and 2], [1 & 2], [#4], [#1-#2]", "[1][2], [3][2], [1], [3][2]", [3, 1, 0]),
            ("［2］ [４] ［１，２］【３、４】", "[1] [2] [3][1][4][2]", [1, 3, 0, 2]),
            (#"\[2\] and \[1, 2\], a line \\ [3]"#, #"[1] and [2][1], a line \\ [3]"#, [1, 0, 2]),
            (#"\[x\], \[ \frac{1}{2} \], \[1], \\[2ex], \["#, #"\[x\], \[ \frac{1}{2} \], \[1], \\[2ex], \["#, [0]),
            ("[3†L1-L5] 【2†refund policy.md】", "[1] [2]", [2, 1]),
            ("First 【3:0†refund.md】, last 【7:4†refund.md】", "First [1], last [2]", [0, 3]),
            ("Perhaps 【3:1†refund.md】, 【3:2†a.md】, beyond 【3:5†a.md】, no name 【3:0】 [3:4]", nil, []),
            ("[source], [and], [1 and], [sourced 1], [1 source], [see source 1], [: 1], [sand 1], [1and2]", nil, []),
        ] as [(String, String?, [Int])])
    func markersThatModelsWriteOtherwiseAreUnderstood(_ text: String, _ expected: String?, _ cited: [Int]) {
        expect(text, expected, cited)
    }

    @Test(
        arguments: [
            ("~~~swift\nlet x = a[2]\n~~~\n[3]", "~~~swift\nlet x = a[2]\n~~~\n[1]", [2]),
            ("~~~~\n[2]\n~~~\n[2]\n```\n~~~~\n[3]", "~~~~\n[2]\n~~~\n[2]\n```\n~~~~\n[1]", [2]),
            ("````\n```\n[2]\n```\n~~~\n````\n[3]", "````\n```\n[2]\n```\n~~~\n````\n[1]", [2]),
            ("Some ~~~ and ~[3]~ [4]", "Some ~~~ and ~[1]~ [2]", [2, 3]),
            ("``a ` [2]`` [3]", "``a ` [2]`` [1]", [2]),
            ("So:\n\n    x[2]\n\n    [2]\n\ty [2]\n\nAnd [3]", "So:\n\n    x[2]\n\n    [2]\n\ty [2]\n\nAnd [1]", [2]),
            ("So:\r\n\r\n    [2]\r\nAnd\r\n    [3]", "So:\r\n\r\n    [2]\r\nAnd\r\n    [1]", [2]),
            ("    [2]\nA paragraph\n    goes on [3]", "    [2]\nA paragraph\n    goes on [1]", [2]),
            ("> Said:\n>\n>     [2]\n>\n> [3]", "> Said:\n>\n>     [2]\n>\n> [1]", [2]),
            (
                "1. One\n\n    more [3]\n\n    - two\n\n      [4]\n\n          [2]",
                "1. One\n\n    more [1]\n\n    - two\n\n      [2]\n\n          [2]", [2, 3]
            ),
            ("- One\n\nNo list\n\n    [2]", nil, []),
        ] as [(String, String?, [Int])])
    func whatStandsInCodeIsLeftAlone(_ text: String, _ expected: String?, _ cited: [Int]) {
        expect(text, expected, cited)
    }

    @Test(
        arguments: [
            ("In C write arr[2] = arr[3]; see [3].", "In C write arr[2] = arr[3]; see [1].", [2]),
            ("Set m[1][2]=m[2][1]; [4]", "Set m[1][2]=m[2][1]; [1]", [3]),
            ("a[2]+b[2] *2, c[2] %3, d[2]<4, e[2] > 1, f[2]->x, g[2].name, h[2]x, i[2]_y", nil, []),
            ("a[2] += 1, b[2] -= 1, c[2] != 3, d[2] && x, e[2] := 4, f[2]*g[3]*2, h[2] * i, j[2]**2", nil, []),
            ("for x in a: b[i] = c[i+1]*2; so b[2], c[2], x[3]", "for x in a: b[i] = c[i+1]*2; so b[2], c[2], x[1]", [2]),
            (
                "deep[see] and deep[3], link[text](url) link[4], off[\n] = off[3]",
                "deep[see] and deep[1], link[text](url) link[2], off[\n] = off[1]", [2, 3]
            ),
            ("x[3] = 1 and later x[2], x[4][1]. But y[3].", "x[3] = 1 and later x[2], x[4][1]. But y[1].", [2]),
            (
                "It is deep[3]. It is deep[3][4]; it is deep[4], and deep[3] and deep [4] (deep[3]): deep[4]!",
                "It is deep[1]. It is deep[1][2]; it is deep[2], and deep[1] and deep [2] (deep[1]): deep[2]!", [2, 3]
            ),
            (
                "**Deep[3]** and *deep[3]*, _deep[3]_, __deep[4]__, deep[3] **bold** deep[4] *so*",
                "**Deep[1]** and *deep[1]*, _deep[1]_, __deep[2]__, deep[1] **bold** deep[2] *so*", [2, 3]
            ),
            (
                "| deep[3] | <b>deep[4]</b> | deep[3]<br>deep[4] | deep[3] - so | deep[4]\n= x",
                "| deep[1] | <b>deep[2]</b> | deep[1]<br>deep[2] | deep[1] - so | deep[2]\n= x", [2, 3]
            ),
            ("deep[3]... deep[4].\nNext deep[3]      = far", "deep[1]... deep[2].\nNext deep[1]      = far", [2, 3]),
            ("In 2020[3] % of 15[4] = 4", "In 2020[1] % of 15[2] = 4", [2, 3]),
            ("蜜蜂会飞[3]并且[4]。꿀벌은[3]날", "蜜蜂会飞[1]并且[2]。꿀벌은[1]날", [2, 3]),
            ("größe[3] = 1, deep[see] deep[3][see] deep[4][", "größe[3] = 1, deep[see] deep[1][see] deep[2][", [2, 3]),
            ("deep[3", nil, []), ("deep[3]", "deep[1]", [2]), ("deep[3]  ", "deep[1]  ", [2]), ("deep[3] *", "deep[1] *", [2]),
        ] as [(String, String?, [Int])])
    func aSubscriptIsNoMarkerAndAMarkerBehindAWordIsOne(_ text: String, _ expected: String?, _ cited: [Int]) {
        expect(text, expected, cited)
    }

    @Test func namesInCodeAreRememberedUpToALimit() {
        let names = (0..<CitationReader.mostNames).map { "name\($0)x" }
        let code = names.map { "\($0)[2] = 0\n" }.joined()
        let after = "last[2] = 0, last[3], \(names[0])[2], \(names.last ?? "")[2]"
        #expect(read([code + after]).text == code + "last[2] = 0, last[1], \(names[0])[2], \(names.last ?? "")[2]")
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
        #expect(reader.read(" [so") == " " && reader.read("m") == "[som", "words that are none of a marker's")
        #expect(reader.read(" deep[2]") == " deep")
        #expect(reader.read(" ") == "" && reader.read("i") == "[1] i", "a bracket behind a word waits for what follows")
        #expect(reader.read(" deep[2]     ").hasSuffix("[1]     "), "but not for long")
        let chain = String(repeating: "[2]", count: 20)
        #expect(reader.read(" so" + chain).hasPrefix(" so[1][1][1]"))
    }
}

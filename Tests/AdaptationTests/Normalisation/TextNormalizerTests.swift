import Adaptation
import Testing

@Suite struct TextNormalizerTests {
    private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    /// Compares bytes, for Swift takes differently composed texts for equal.
    private static func expect(_ text: String, becomes expected: String, _ changes: Set<TextChange>) {
        let normalized = TextNormalizer.normalize(text)
        #expect(
            bytes(normalized.text) == bytes(expected),
            "\(text.debugDescription) became \(normalized.text.debugDescription), not \(expected.debugDescription)")
        #expect(normalized.changes == changes, "\(text.debugDescription): \(normalized.changes)")
    }

    @Test(arguments: [
        "", "a", "Plain text.", "Tab\tinside", "a  b   c", "Two\nlines", "An\n\nempty line", "  indented",
        "3.5 kg, 12 %, \"quoted\" -- it's", "1 < 2 and 3 > 2",
        "café, naïve, ÜBER", "“Quoted” – ‘and’ — dashes…", "€ 5, £ 3, 20 °C, ½, x², ™ ® ©", "NÃO, MAÇÃ, AMANHÃ, IRMÃ", "“AMANHÔ", "«IRMû",
        "A letra “Ô é portuguesa.",
        "IRMÕ", "Ô", "AMANHÖ", "LÂ°", "Câmp, român, încă, pâine, ÎN ROMÂNIA", "château, âge, forêt – “pâte”", "Ấ, ầ, Việt Nam: mâ”, â…",
        "ÉTÉ – NOËL™", "CAFÉ™ DÉJÀ… “À”",
        "Ñandú, AÑO, ÑOQUIS", "Åse på Ås, “Å” og “Ä”", "Ärger, Öl, ÄÖÜ", "Ð ðð Þ, Íslensk", "×2, 3×4", "Привет, мир! Ёлка",
        "Ελληνικά, Αθήνα", "مرحبا بالعالم", "שלום", "हिन्दी", "ไทย", "你好，世界。", "　全角インデント",
        "日本語のテスト「カギ」", "한국어", "👩‍👩‍👧 👍🏽", "می\u{200C}خواهم", "ß, ẞ, ﬁ", "½ cup", "H₂O, 10⁻³ m²", "α ≤ β → γ",
        "if (a < b && c > d) return;", "List<String> names = new ArrayList<>();", "std::vector<int> v;",
        "Use <html><body><p>Hi</p></body></html> for a page.",
        "In HTML, write &amp; for an ampersand and <br> for a line break.", "`<br>` and `&nbsp;`", "```\n<p>x</p>  \n\n\n&amp;\n```",
        "~~~\n\u{A0}\n~~~", "Map<K, V> and Option<T>",
        "<?xml version=\"1.0\"?><a>&lt;</a>", "AT&T, R&D, fish & chips; a&b;", "x<sup>2</sup>",
        "see <a href=\"http://example.com\">this</a>", "if a <b and c> d", "a<b", "<b", "Dear <name>,", "x <- 5", "<3",
        "    if x:\n        return &amp;", "\tcode  &amp;", "?a=1&copy=2", "&unknown;", "&#0;", "Type <b> to begin",
    ]) func whatIsCleanStaysByteForByte(_ text: String) {
        Self.expect(text, becomes: text, [])
    }

    @Test(arguments: [
        ("cafÃ©", "café"), ("Ã‰cole", "École"), ("vocÃª", "você"), ("Ãªtre", "être"), ("voilÃ\u{A0}", "voilà"), ("MÃ¼ller", "Müller"),
        ("StraÃŸe", "Straße"), ("naÃ¯ve", "naïve"),
        ("itâ€™s", "it’s"), ("â€œquotedâ€\u{9D}", "“quoted”"), ("a â€“ b â€” câ€¦", "a – b — c…"), ("20Â°C", "20°C"), ("Â£5", "£5"),
        ("â‚¬5", "€5"), ("Acmeâ„¢", "Acme™"), ("Â© 2024", "© 2024"),
        ("Ð¿Ñ€Ð¸Ð²ÐµÑ‚", "привет"), ("ä½\u{A0}å¥½", "你好"), ("ðŸ˜€", "😀"), ("ï»¿start", "start"), ("ÃƒÂ©tÃƒÂ©", "été"),
        ("itÃ¢â‚¬â„¢s", "it’s"), ("Å¡koda", "škoda"), ("mÄ›sto", "město"), ("x â†’ y", "x → y"),
        ("EspaÃ±a", "España"), ("CAFÃ‰", "CAFÉ"), ("ÃœBER", "ÜBER"), ("SÃ£o Paulo", "São Paulo"), ("nÃ£o Ã© “AMANHÃ£”", "não é “AMANHã”"),
    ]) func mojibakeIsRepaired(_ pair: (String, String)) {
        let normalized = TextNormalizer.normalize(pair.0)
        #expect(normalized.text == pair.1, "\(normalized.text.debugDescription)")
        #expect(normalized.changes.contains(.mojibake))
        #expect(normalized.changes.isSubset(of: [.mojibake, .whitespace]))
    }

    @Test(arguments: [
        ("a\r\nb\rc\nd", "a\nb\nc\nd"), ("a  \nb\t\n", "a\nb"), ("a\n\n\n\nb", "a\n\nb"), ("\n\n a", " a"), ("a\u{A0}b", "a b"),
        ("10\u{202F}000", "10 000"), ("a\u{200B}b\u{FEFF}", "ab"),
        ("soft\u{AD}hyphen", "softhyphen"), ("bell\u{7}", "bell"), ("a\u{85}b\u{2028}c", "a\nb\nc"), ("a\u{200D}b", "ab"),
        ("a\n \n \nb", "a\n\nb"), (" ", ""), ("a\r\n```\r\nx  \r\n\r\n\r\ny\r\n```", "a\n```\nx  \n\n\ny\n```"),
    ]) func whiteSpaceIsCleaned(_ pair: (String, String)) {
        Self.expect(pair.0, becomes: pair.1, [.whitespace])
    }

    @Test(arguments: [
        ("fish &amp; chips", "fish & chips"), ("&quot;hi&quot; it&#39;s", "\"hi\" it's"),
        ("it&amp;#39;s &amp;quot;so&amp;quot;", "it's \"so\""), ("a &lt; b", "a < b"), ("List&lt;String&gt;", "List<String>"),
        ("&eacute;t&eacute; &#x20AC;5", "été €5"), ("it&#146;s", "it’s"), ("one<br>two<br/>\nthree", "one\ntwo\nthree"),
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<div>One</div><div>Two</div>", "One\n\nTwo"), ("a <b>bold</b> and <i>slanted</i> word", "a bold and slanted word"),
        ("<span style=\"color: red\">red</span>", "red"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"), ("&amp;amp;amp; x", "& x"), ("<P>Loud</P>", "Loud"),
        ("run `a &amp; b` &amp; stop", "run `a &amp; b` & stop"),
    ]) func remnantsOfMarkupAreRemoved(_ pair: (String, String)) {
        let normalized = TextNormalizer.normalize(pair.0)
        #expect(normalized.text == pair.1, "\(normalized.text.debugDescription)")
        #expect(normalized.changes.contains(.html))
        #expect(normalized.changes.isSubset(of: [.html, .whitespace]))
    }

    @Test func aNoBreakSpaceThatWasAnEntityBecomesASpace() { Self.expect("5&nbsp;kg", becomes: "5 kg", [.html, .whitespace]) }

    @Test func charactersAreComposed() {
        Self.expect("cafe\u{301}", becomes: "caf\u{E9}", [.unicode])
        Self.expect("\u{212B}", becomes: "\u{C5}", [.unicode])
        // Compatibility characters are exact values.
        Self.expect("x² ﬁ ①", becomes: "x² ﬁ ①", [])
    }

    @Test func eachKindOfChangeIsNamed() {
        Self.expect("cafÃ© &amp; e\u{301} \n", becomes: "café & é", Set(TextChange.allCases))
    }

    @Test func codeInFencesKeepsItsSpacesWhileProseAroundItIsCleaned() {
        let text = "Do  this:  \n\n\n```python\nif  x:   \n\n\n    y = \"&amp; Ã©\u{A0}\"\n```\n\n\nDone &amp; dusted."
        Self.expect(
            text, becomes: "Do  this:\n\n```python\nif  x:   \n\n\n    y = \"&amp; Ã©\u{A0}\"\n```\n\nDone & dusted.", [.whitespace, .html])
    }

    @Test func normalisingTwiceChangesNothing() {
        var random = SeededNumbers(11)
        for _ in 0..<3000 {
            let once = TextNormalizer.normalize(random.text(of: random.next(25)))
            let twice = TextNormalizer.normalize(once.text)
            #expect(Self.bytes(twice.text) == Self.bytes(once.text), "\(once.text.debugDescription)")
            #expect(twice.changes.isEmpty)
        }
    }

    @Test func everyCharacterThatWasBrokenOnceIsRepairedBetweenSmallLetters() {
        for value in UInt32(0xC0)...0x17F {
            guard let scalar = Unicode.Scalar(value), scalar.properties.isAlphabetic else { continue }
            let broken = "a" + Self.misread(String(Character(scalar))) + "a"
            #expect(TextNormalizer.normalize(broken).text == "a\(Character(scalar))a", "\(scalar)")
        }
    }

    /// UTF-8 read as Windows-1252.
    private static func misread(_ text: String) -> String {
        let high = Array("€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8D}Ž\u{8F}\u{90}‘’“”•–—˜™š›œ\u{9D}žŸ".unicodeScalars)
        return String(
            String.UnicodeScalarView(text.utf8.map { $0 >= 0x80 && $0 < 0xA0 ? high[Int($0) - 0x80] : Unicode.Scalar($0) }))
    }
}

import Testing

@testable import Adaptation

/// Each measure sees its fault in several languages, and is not alarmed by what only resembles it.
@Suite struct MeasureTests {
    @Test(arguments: CleanTable.rows.indices) func cleanRowsScoreWell(_ index: Int) {
        let row = CleanTable.assessor.assess([CleanTable.rows[index]])[0]
        // Without an encoder an answer that shares no word with its prompt may belong to another.
        #expect(row.total >= 6.5, "\(CleanTable.rows[index]): \(row)")
        for (measure, value) in row.values where measure != .relevance {
            #expect(value >= 0.8, "\(measure) of \(CleanTable.rows[index])")
        }
    }

    @Test(arguments: [
        "The river carries sand and mud to the sea, and where the water", "The most important reason is that",
        "Es gibt drei Gründe, warum die",
        "La levadura es necesaria porque", "Le volcan se trouve dans le sud de", "1. Red\n2. Yellow\n3.",
        "```python\ndef double(number):\n    return",
        "{\"city\": \"Oslo\", \"degrees\":", "The result (as shown in the table",
    ]) func aTextThatWasCutIsIncomplete(_ text: String) {
        #expect(CleanTable.value(.completeness, "Explain it.", text) < 0.55)
    }

    @Test(arguments: [
        "42", "Paris", "New York City", "- milk\n- bread\n- eggs", "He left.\n\nKind regards,\nMaria", "It is done 🙂", "它是一种植物。",
        "Он живёт в Москве.",
        "a) yes b) no c) perhaps.", "x = 4", "The total is as follows.\nTotal: 26", "She said: \"No.\"",
    ]) func aTextThatEndsInItsOwnWayIsComplete(_ text: String) {
        #expect(CleanTable.value(.completeness, "Say it.", text) >= 0.75)
    }

    @Test(arguments: [
        "The cat sat on the mat. The cat sat on the mat. The cat sat on the mat. The cat sat on the mat.",
        "Das ist gut gut gut gut gut gut gut gut gut.", "aaaaaaaaaaaaaaaaaaaaaaaa", "hahahahahahahahahahahaha",
        "I think that I think that I think that I think that I think that I think that", "42 42 42 42 42 42 42 42",
        "这是一个很好的答案。这是一个很好的答案。这是一个很好的答案。这是一个很好的答案。", "Es verdad, es verdad, es verdad, es verdad, es verdad, es verdad.",
    ]) func loopsLackVariety(_ text: String) {
        #expect(CleanTable.value(.variety, "Tell me.", text) < 0.6)
    }

    @Test(arguments: [
        "He had had enough of it.", "Nous nous sommes vus hier.", "| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |",
        "for (int i = 0; i < 3; i++) {\n  total += i;\n}",
        "Row, row, row your boat, gently down the stream.", "1 + 1 = 2, 2 + 2 = 4, 4 + 4 = 8.",
    ]) func ordinaryRepetitionIsNoLoop(_ text: String) {
        #expect(CleanTable.value(.variety, "Tell me.", text) >= 0.75)
    }

    @Test(arguments: [
        "xkqz vbnwp qjfk zzxcv plmkq wrtgh", "asdfghjkl qwerty zxcvbnm asdfgh lkjhgfd", "eDr sgeletchrG tsi niee orßge saMes sua siE",
    ])
    func randomLettersAreIllegible(_ text: String) {
        #expect(CleanTable.value(.legibility, "Explain it.", text) < 0.6)
    }

    @Test(arguments: [2, 9, 10, 11, 14]) func wordsWithShuffledLettersAreIllegible(_ index: Int) {
        var random = SeededRandom(seed: 5)
        let text = CleanTable.pairs[index].1.split(separator: " ").map { String($0.shuffled(using: &random)) }.joined(separator: " ")
        #expect(CleanTable.value(.legibility, "Explain it.", text) < 0.6, "\(text)")
    }

    /// An answer may be a digest; what is longer than any is noise, in one piece or in several.
    @Test func digitsOfDigestsWithoutEndAreIllegible() {
        var random = SeededRandom(seed: 9)
        func digits(_ count: Int) -> String { String((0..<count).map { _ in "0123456789abcdef".randomElement(using: &random) ?? "0" }) }
        let piece = digits(128)
        for text in [String(repeating: piece, count: 4), digits(500), (0..<10).map { _ in digits(40) }.joined(separator: " ")] {
            #expect(CleanTable.value(.legibility, "Explain it.", text) < 0.3, "\(text)")
        }
        for text in [digits(32), digits(64), digits(128), "Its digest is \(digits(64)), and that of the other file is \(digits(64))."] {
            #expect(CleanTable.value(.legibility, "What is the digest?", text) >= 0.6, "\(text)")
        }
    }

    @Test func shuffledWordsAreIllegible() {
        let text =
            "that the. colours the of a leaves yellow and in green the. breaks pigment autumn a by the hidden of were down become the"
        #expect(CleanTable.value(.legibility, "Explain it.", text) < 0.6)
    }

    @Test(arguments: [
        "Llanfairpwllgwyngyll", "HTTP", "E = mc²", "Tämä on lyhyt lause suomeksi.", "Bu kısa bir cümledir.", "Zażółć gęślą jaźń.",
        "SELECT name FROM users WHERE id = 3;",
        "한국어로 쓴 짧은 문장입니다.", "यह हिंदी में एक छोटा वाक्य है।",
    ]) func namesFormulasAndOtherLanguagesAreLegible(_ text: String) {
        #expect(CleanTable.value(.legibility, text, text) >= 0.6)
    }

    @Test(arguments: [
        ("What is the largest planet of the solar system?", "Der größte Planet unseres Sonnensystems ist der Jupiter."),
        ("Wie heißt der größte Planet des Sonnensystems?", "Jupiter is the largest of the planets, and it is made of gas."),
        ("¿Cuál es el planeta más grande?", "Le plus grand des planètes est Jupiter, qui est faite de gaz."),
        ("What is the largest planet of the solar system?", "木星是太阳系中最大的行星，主要由气体组成。"),
        ("Quelle est la plus grande planète du système solaire ?", "Самая большая планета Солнечной системы — Юпитер."),
    ]) func anAnswerInAnotherLanguageIsSeen(_ prompt: String, _ completion: String) {
        #expect(CleanTable.value(.language, prompt, completion) < 0.5)
    }

    @Test(arguments: [
        ("Translate into French: The house is big.", "La maison est grande et elle est belle."),
        ("Übersetze ins Englische: Das Haus ist groß.", "The house is big and it is old."),
        ("Who wrote Don Quixote?", "Miguel de Cervantes Saavedra"), ("Name a German novel.", "Der Zauberberg"),
        ("把这句话翻译成英文：我喜欢茶。", "I like tea and I drink it every day."),
        ("Write a loop in C.", "for (int i = 0; i < 10; i++) { total += values[i]; }"), ("What is two plus two?", "4"),
    ]) func translationsNamesAndCodeAreInTheRightLanguage(_ prompt: String, _ completion: String) {
        #expect(CleanTable.value(.language, prompt, completion) >= 0.75)
    }

    @Test(arguments: [
        "", "   \n ", "N/A", "...", "I don't know.", "As an AI language model, I cannot answer that.", "Sure! Here is the answer:",
        "[insert answer here]", "TODO",
        "Lorem ipsum dolor sit amet, consectetur adipiscing elit.", "Das weiß ich nicht, tut mir leid.", "Je ne sais pas.", "No lo sé.",
        "Non lo so.", "Não sei.",
        "Ik weet het niet.", "Great question! I hope this helps!", "<your answer>", "{{answer}}",
    ]) func emptyPhrasesSayNothing(_ text: String) {
        #expect(CleanTable.value(.substance, "What is the tallest mountain?", text) < 0.5)
    }

    @Test(arguments: [
        "No.", "7", "Positive", "是", "✓", "[1, 2, 3]", "Sure, the tallest mountain is Everest, at 8,849 metres above the sea.",
        """
        I don't know if you have been there, but the square behind the old town hall is the best place to begin, because all the trams stop there
        and the market opens at eight. From there walk down to the harbour, where the boats to the islands leave every half hour, and take the
        stairs up to the lighthouse. On a clear day the mountains on the other side of the bay can be seen, and the keeper sells tea and cake
        until five in the afternoon.
        """,
    ]) func shortAndPoliteAnswersSaySomething(_ text: String) {
        #expect(CleanTable.value(.substance, "What is it?", text) >= 0.6)
    }

    @Test(arguments: [
        "Das schÃ¶ne MÃ¤dchen", "itâ€™s a test", "PrzykÅ‚ad", "ÐŸÑ€Ð¸Ð²ÐµÑ‚", "РџСЂРёРІРµС‚ РјРёСЂ", "caf\u{FFFD} au lait", "ni√±o",
        "It‚Äôs late", "Fran?ais et gar?on",
        "Tom &amp; Jerry said &quot;no&quot;", "ä½ å¥½",
    ]) func misreadCharactersAreSeen(_ text: String) {
        #expect(CleanTable.value(.encoding, "Say it.", text) < 0.7)
    }

    @Test(arguments: [
        "Das schöne Mädchen", "À côté de l’église « Saint-Éloi »", "São João não é longe.", "Привет, мир! Рёв моря.", "你好，世界",
        "Is it? Yes.", "https://example.org/a?b=c&d=e", "€ 5 – “quoted”",
        "naïve café", "🙂👍🏽",
    ]) func charactersThatWereMeantAreNoFault(_ text: String) {
        #expect(CleanTable.value(.encoding, "Say it.", text) >= 0.95)
    }

    @Test(arguments: [
        "### Instruction:\nExplain.\n### Response:\nIt is land.", "<|im_start|>assistant\nIt is land.<|im_end|>",
        "[INST] What? [/INST] Land.", "It is land.\n\nHuman: And a lake?\nAssistant:",
        "You are a helpful assistant. It is land.", "Benutzer: Was ist das?\nAssistent: Land.",
        "What is a river delta and how does it form? It is land.", "It is land.<|endoftext|>", "用户：这是什么？\n助手：陆地。",
    ]) func remnantsOfTemplatesAreSeen(_ text: String) {
        #expect(CleanTable.value(.cleanness, "What is a river delta and how does it form?", text) < 0.6)
    }

    @Test(arguments: [
        "A river delta is land that a river forms.", "Note: it takes time.", "ANNA: Hello!\nBEN: Good evening.",
        "## Summary\n\nIt is land.", "if (a < b || c > d) { return; }", "The user sees a list.",
    ]) func headingsAndDialoguesAreNoRemnants(_ text: String) {
        #expect(CleanTable.value(.cleanness, "What is a river delta and how does it form?", text) >= 0.9)
    }
}

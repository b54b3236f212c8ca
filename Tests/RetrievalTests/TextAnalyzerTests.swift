import Testing

@testable import Retrieval

@Suite struct TextAnalyzerTests {
    @Test func englishWordsHaveTheStemsOfPorter2() {
        let golden = [
            "running": "run", "generously": "generous", "relational": "relat", "skies": "sky", "dying": "die", "consignment": "consign",
            "knightly": "knight",
            "caresses": "caress", "ponies": "poni", "happiness": "happi", "connections": "connect", "succeeding": "succeed", "dog's": "dog",
            "dogs'": "dog",
        ]
        for (word, stem) in golden { #expect(TextAnalyzer(language: .english).terms(word) == [stem]) }
    }

    @Test(arguments: [
        (Language.german, "Häuser", "haus"), (.french, "continuellement", "continuel"), (.spanish, "canciones", "cancion"),
        (.italian, "abbandonata", "abbandon"),
        (.portuguese, "químicas", "quimic"), (.dutch, "lichamelijke", "licham"), (.swedish, "flickorna", "flick"),
        (.danish, "undersøgelsen", "undersøg"),
        (.norwegian, "havnedistriktene", "havnedistrikt"), (.finnish, "taloissa", "talo"), (.russian, "важнейшими", "важн"),
    ])
    func otherLanguagesHaveTheirSnowballStems(_ language: Language, _ word: String, _ stem: String) {
        #expect(TextAnalyzer(language: language).terms(word) == [stem])
    }

    @Test func caseWidthAndCompositionDoNotMatter() {
        let analyzer = TextAnalyzer(language: .english)
        #expect(analyzer.terms("CAFÉ cafe\u{301} ｃａｆｅ ﬁsh") == ["cafe", "cafe", "cafe", "fish"])
        #expect(TextAnalyzer(language: .french).terms("l'Élève") == TextAnalyzer(language: .french).terms("élève"))
        #expect(TextAnalyzer(language: .swedish).terms("kött") != TextAnalyzer(language: .swedish).terms("kott"))
    }

    @Test func wordsAreLettersAndDigitsByUnicodeRules() {
        let analyzer = TextAnalyzer(language: .english)
        #expect(
            analyzer.terms("snake_case state-of-art v2 3.14, 10.0.0.1.") == ["snake", "case", "state", "art", "v2", "3.14", "10.0.0.1"])
        #expect(analyzer.terms("don't won’t 'quoted' soft\u{AD}ware o’clock") == ["quot", "softwar", "o'clock"])
        #expect(analyzer.terms("हिन्दी") == ["हिन्दी"])
        #expect(analyzer.terms("🙂 — … ").isEmpty)
    }

    @Test func scriptsWithoutSpacesBecomePairs() {
        #expect(TextAnalyzer(language: .english).terms("東京都 is 水") == ["東京", "京都", "水"])
    }

    @Test func stopWordsAreDroppedAndLongWordsCut() {
        #expect(TextAnalyzer(language: .english).terms("What is the use of it?") == ["use"])
        let long = TextAnalyzer(language: .english).terms(String(repeating: "é1", count: 400) + " x")
        #expect(long.count == 2 && long[0].utf8.count <= TextAnalyzer.maximumTermBytes)
        let cyrillic = TextAnalyzer(language: .russian).terms("x" + String(repeating: "ж", count: 400))
        #expect(cyrillic.count == 1 && cyrillic[0].utf8.count <= TextAnalyzer.maximumTermBytes && !cyrillic[0].contains("\u{FFFD}"))
    }

    @Test(arguments: [
        (Language.english, "The harbour was built in the last century, and it has been open to the public since then."),
        (.german, "Der Hafen wurde im letzten Jahrhundert gebaut und ist seitdem für die Öffentlichkeit geöffnet."),
        (.french, "Le port a été construit au siècle dernier et il est ouvert au public depuis cette époque."),
        (.spanish, "El puerto fue construido en el siglo pasado y desde entonces está abierto al público con una tarifa."),
        (.italian, "Il porto è stato costruito nel secolo scorso e da allora è aperto al pubblico con una tariffa."),
        (.portuguese, "O porto foi construído no século passado e desde então está aberto ao público com uma taxa."),
        (.dutch, "De haven werd in de vorige eeuw gebouwd en is sindsdien voor het publiek geopend."),
        (.swedish, "Hamnen byggdes under förra seklet och har sedan dess varit öppen för allmänheten som vill besöka den."),
        (.danish, "Havnen blev bygget i det forrige århundrede og har siden været åben for offentligheden, men ikke af nogen andre."),
        (.norwegian, "Havnen ble bygget i forrige århundre og har siden vært åpen for publikum, men ikke av noen andre etter det."),
        (.finnish, "Satama on rakennettu viime vuosisadalla, ja se on ollut siitä lähtien avoinna, mutta ei kaikille."),
        (.russian, "Гавань была построена в прошлом веке и с тех пор открыта для всех, кто хочет на неё посмотреть."),
        (.english, "x = 1; y = 2"), (.english, "東京は日本の首都です。"), (.english, ""), (.english, "Die Hard die die die"),
        (.english, "| Aurora | 12 m |\n| Borealis | 9 m | 8 d"),
    ])
    func languageIsToldByItsStopWords(_ language: Language, _ text: String) {
        #expect(Language.detect(text) == language)
    }

    @Test func everyLanguageHasAStemmerAndAStopList() {
        for language in Language.allCases {
            #expect(StopWords.words(language).count > 60)
            #expect(Stemmer(language: language).isAvailable)
        }
    }
}

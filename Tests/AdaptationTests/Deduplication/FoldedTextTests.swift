import Adaptation
import Foundation
import Testing

@Suite struct FoldedTextTests {
    @Test(arguments: [
        ("What is  THIS?", "what is this"),
        ("  what\t is\r\n\nthis ... ", "what is this"),
        ("what is\u{A0}this!", "what is this"),
        ("Straße", "STRASSE"),
        ("ΟΔΟΣ", "οδος"),
        ("e\u{301}clair", "É\u{63}LAIR"),
        ("ﬁne", "fine"),
        ("１２３", "123"),
        ("你好。", "你好！"),
        ("がっこう", "か\u{3099}っこう"),
        ("soft\u{AD}hyphen", "softhyphen"),
        ("\u{FEFF}start", "start"),
        ("ПРИВЕТ, Ёлка", "привет, ёлка"),
        ("한국어", "\u{1112}\u{1161}\u{11AB}국어"),
        ("how are you 。", "how are you"),
    ]) func textsThatSayTheSameFoldAlike(_ pair: (String, String)) {
        #expect(FoldedText.fold(pair.0) == FoldedText.fold(pair.1))
    }

    @Test(arguments: [("C#", "C"), ("C++", "C"), ("-5", "5"), ("a b", "ab"), ("?", ""), ("naïve", "naive"), ("“a”", "\"a\"")])
    func textsThatDoNotSayTheSameStayApart(_ pair: (String, String)) {
        #expect(FoldedText.fold(pair.0) != FoldedText.fold(pair.1))
    }

    @Test func whatFoldsToNothingIsEmptyOnlyWithoutCharacters() {
        #expect(FoldedText.fold(" \n\t ").isEmpty)
        #expect(FoldedText.fold(" ? ") == "?")
        #expect(FoldedText.fold(" 。 ") == "。")
    }

    @Test func foldingTwiceChangesNothing() {
        var random = SeededNumbers(1)
        for _ in 0..<3000 {
            let text = random.text(of: random.next(30))
            let folded = FoldedText.fold(text)
            #expect(FoldedText.fold(folded) == folded, "\(text.debugDescription)")
        }
    }

    /// The quick way for common scripts must agree with Foundation on the whole text.
    @Test func foldingScalarByScalarAgreesWithFoldingAtOnce() {
        var random = SeededNumbers(2)
        for _ in 0..<3000 {
            let text = random.text(of: random.next(30))
            #expect(FoldedText.fold(text) == FoldedText.fold(text.precomposedStringWithCompatibilityMapping), "\(text.debugDescription)")
        }
    }

    /// Eight at once and one by one must agree, at every place of a word.
    @Test func asciiFoldsTheSameWhereverItStands() {
        var random = SeededNumbers(3)
        for _ in 0..<3000 {
            let bytes = (0..<random.next(40)).map { _ in random.next(3) == 0 ? UInt8(0x20) : UInt8(random.next(0x80)) }
            let text = String(decoding: bytes, as: UTF8.self)
            let words = text.split { $0.isASCII && $0.isWhitespace && !("\u{1C}"..."\u{1F}").contains($0) }
            // A letter at the end, so that no punctuation goes.
            #expect(
                FoldedText.fold(text + "Z")
                    == (words.joined(separator: " ") + (text.last?.isWhitespace == true && !words.isEmpty ? " " : "") + "z").lowercased())
        }
    }
}

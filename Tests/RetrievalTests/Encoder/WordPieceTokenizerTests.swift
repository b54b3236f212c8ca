import Foundation
import Testing

@testable import Retrieval

@Suite struct WordPieceTokenizerTests {
    @Test func tokensAreThoseOfTheReference() throws {
        let tokenizer = try EncoderSupport.tokenizer()
        #expect(TokenSample.texts.count >= 60)
        for (text, expected) in TokenSample.texts {
            #expect(tokenizer.ids(text, most: SentenceEncoder.mostTokens) == ids(expected), "\(text.debugDescription.prefix(100))")
        }
    }

    @Test func aLongTextIsCutAndEndsWithItsMark() throws {
        let tokenizer = try EncoderSupport.tokenizer()
        let text = String(repeating: "harbour bridge ", count: 500)
        let whole = tokenizer.ids(text, most: .max)
        #expect(whole.count == 1002)
        for most in [2, 3, 17, 256] {
            let cut = tokenizer.ids(text, most: most)
            #expect(cut == Array(whole.prefix(most - 1)) + [102])
        }
    }

    @Test func theCutMayFallInsideAWord() throws {
        let tokenizer = try EncoderSupport.tokenizer()
        let pieces = tokenizer.ids("unaffable", most: .max)
        #expect(pieces.count > 4)
        for most in 2...pieces.count { #expect(tokenizer.ids("unaffable", most: most) == Array(pieces.prefix(most - 1)) + [102]) }
    }

    @Test func anyScalarIsSafe() throws {
        let tokenizer = try EncoderSupport.tokenizer()
        var text = String.UnicodeScalarView()
        for value in stride(from: UInt32(0), through: 0x10FFFF, by: 31) {
            if let scalar = Unicode.Scalar(value) { text.append(scalar) }
        }
        let ids = tokenizer.ids(String(text), most: .max)
        #expect(ids.allSatisfy { $0 >= 0 && $0 < 30_522 })
    }

    @Test func aVocabularyOfAnotherSizeIsRefused() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "vocabulary-\(UUID().uuidString).txt")
        defer { try? FileManager.default.removeItem(at: url) }
        let pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "##a"]
        func tokenizer(_ pieces: [String], count: Int) throws -> WordPieceTokenizer {
            try Data((pieces.joined(separator: "\n") + "\n").utf8).write(to: url)
            return try WordPieceTokenizer(vocabulary: url, count: count)
        }
        #expect(try tokenizer(pieces, count: 7).ids("aaa b", most: 10) == [2, 5, 6, 6, 1, 3])
        #expect(throws: EncoderError.invalid(path: url.path, reason: "it has 7 lines, not 8.")) { try tokenizer(pieces, count: 8) }
        #expect(throws: EncoderError.invalid(path: url.path, reason: "it has 7 lines, not 6.")) { try tokenizer(pieces, count: 6) }
        #expect(throws: EncoderError.invalid(path: url.path, reason: "line 8 repeats line 6.")) { try tokenizer(pieces + ["a"], count: 8) }
        #expect(throws: EncoderError.invalid(path: url.path, reason: "the piece [CLS] is missing.")) {
            try tokenizer(["[PAD]", "[UNK]", "x", "[SEP]", "[MASK]", "a", "##a"], count: 7)
        }
        try FileManager.default.removeItem(at: url)
        #expect(throws: EncoderError.self) { try WordPieceTokenizer(vocabulary: url, count: 7) }
    }

    /// The numbers of a sample; `1037x3` is three times 1037.
    private func ids(_ text: String) -> [Int32] {
        text.split(separator: " ").flatMap { part in
            let numbers = part.split(separator: "x").compactMap { Int32($0) }
            return [Int32](repeating: numbers.first ?? -1, count: numbers.count == 2 ? Int(numbers[1]) : 1)
        }
    }
}

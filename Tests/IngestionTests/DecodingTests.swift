import Testing

@testable import Ingestion

@Suite struct DecodingTests {
    @Test func byteOrderMarkOfUTF8IsDropped() throws {
        let result = try extract([0xEF, 0xBB, 0xBF] + Array("naïve 🙂".utf8), as: .text)
        #expect(result.text == "naïve 🙂")
        #expect(result.blocks == [Block(kind: .paragraph, text: "naïve 🙂", start: 0, end: 7)])
        #expect(result.summary.decoding.replacedBytes == 0)
    }

    @Test func utf16WithAMarkIsRead() throws {
        let units = Array("Zoë 🙂\r\nend".utf16)
        let little: [UInt8] = [0xFF, 0xFE] + units.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        let big: [UInt8] = [0xFE, 0xFF] + units.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        for chunkBytes in [1, 2, 3, 64] {
            #expect(try extract(little, as: .text, chunkBytes: chunkBytes).text == "Zoë 🙂\nend")
            #expect(try extract(big, as: .text, chunkBytes: chunkBytes).text == "Zoë 🙂\nend")
        }
    }

    @Test func unpairedSurrogatesAndAnOddByteAreReplacedAndCounted() throws {
        let bytes: [UInt8] = [0xFF, 0xFE, 0x00, 0xD8, 0x61, 0x00, 0x00, 0xDC, 0x62]
        let result = try extract(bytes, as: .text)
        #expect(result.text == "\u{FFFD}a\u{FFFD}\u{FFFD}")
        #expect(result.summary.decoding.replacedBytes == 5)
    }

    @Test func invalidUTF8IsWindows1252() throws {
        let result = try extract([0x93, 0x63, 0x61, 0x66, 0xE9, 0x94, 0x20, 0x80, 0x35], as: .text)
        #expect(result.text == "“café” €5")
        #expect(result.summary.decoding.replacedBytes == 0)
    }

    @Test func onlyTrulyUndecodableBytesAreCounted() throws {
        let result = try extract([0x61, 0x81, 0xE9, 0x9D], as: .text)
        #expect(result.text == "a\u{FFFD}é\u{FFFD}")
        #expect(result.summary.decoding.replacedBytes == 2)
    }

    @Test func aTruncatedUTF8FileStaysUTF8() throws {
        let result = try extract(Array("ääääääääääää".utf8) + [0xE2, 0x82], as: .text)
        #expect(result.text == "ääääääääääää\u{FFFD}")
        #expect(result.summary.decoding.replacedBytes == 2)
    }

    /// Files are joined of parts in different encodings: each place is read as what it is, and how many were no UTF-8 is told.
    @Test(arguments: [1, 3, 20]) func aMixtureIsReadPlaceByPlace(utf8Lines: Int) throws {
        let utf8 = Array("“Ärger” naïve €5 жук 🙂\n".utf8)
        let windows: [UInt8] = [0x93, 0xC4, 0x72, 0x67, 0x65, 0x72, 0x94, 0x20, 0x6E, 0x61, 0xEF, 0x76, 0x65, 0x20, 0x80, 0x35, 0x0A]
        let bytes = Array(repeatElement(utf8, count: utf8Lines).joined()) + windows + utf8 + windows
        let expected =
            String(repeating: "“Ärger” naïve €5 жук 🙂\n", count: utf8Lines) + "“Ärger” naïve €5\n“Ärger” naïve €5 жук 🙂\n“Ärger” naïve €5\n"
        for chunkBytes in [1, 2, 7, 4_096] {
            for mark: [UInt8] in [[], [0xEF, 0xBB, 0xBF]] {
                let result = try extract(mark + bytes, as: .text, chunkBytes: chunkBytes)
                #expect(result.text == expected)
                #expect(result.summary.decoding == DecodingReport(foreignBytes: 10))
            }
        }
    }

    /// A letter and a mark behind it may begin a longer sequence by chance; a sequence that was cut is no text in either encoding.
    @Test func cutSequencesAreToldFromLettersWithPunctuation() throws {
        let sound = Array("ä€🙂 ".utf8)
        for (bytes, text): ([UInt8], String) in [
            ([0xE9, 0xBB, 0x20], "é» "), ([0xE9, 0x85, 0x0A], "é…\n"), ([0xE9, 0x92, 0x74], "é’t"), ([0xE9], "\u{FFFD}"),
            ([0xE2, 0x82, 0x20], "\u{FFFD} "), ([0xF0, 0x9F, 0x99, 0x20], "\u{FFFD} "), ([0x81, 0x20], "\u{FFFD} "),
        ] {
            #expect(try extract(sound + bytes, as: .text).text == "ä€🙂 " + text)
        }
    }

    /// One valid sequence among so much else is chance.
    @Test func chanceMakesNoMixture() throws {
        let words: [UInt8] = Array(repeating: [0x63, 0x61, 0x66, 0xE9, 0x20], count: 60).flatMap { $0 }
        let result = try extract([0x43, 0xC9, 0xBB, 0x20] + words, as: .text)
        #expect(result.text == "CÉ» " + String(repeating: "café ", count: 60))
        #expect(result.summary.decoding == DecodingReport(foreignBytes: 62))
    }

    @Test func overlongFormsAndSurrogatesAreNotUTF8() throws {
        for bytes: [UInt8] in [[0xC0, 0xAF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80]] {
            var decoder = ScalarDecoder(encoding: .utf8)
            var undecodable = 0
            for byte in bytes {
                var isAgain = true
                while isAgain {
                    isAgain = false
                    guard case .undecodable(let count, let again) = decoder.step(byte) else { continue }
                    undecodable += count
                    isAgain = again
                }
            }
            #expect(undecodable + decoder.finish() == bytes.count)
        }
    }

    @Test func lineEndsBecomeLF() throws {
        #expect(try extract("a\r\nb\rc\n\rd\r", as: .text).text == "a\nb\nc\n\nd\n")
    }

    @Test func controlCharactersAreDropped() throws {
        let result = try extract("a\u{0}b\u{1}\u{7}c\td\u{1B}[0m", as: .text)
        #expect(result.text == "abc\td[0m")
    }

    @Test func binaryFilesAreRefused() throws {
        let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13]
        #expect(try refusal(png, as: .text).contains("PNG"))
        #expect(try refusal([0x50, 0x4B, 0x03, 0x04, 20, 0], as: .csv).contains("ZIP"))
        #expect(try refusal("%PDF-1.7\n", as: .markdown).contains("PDF"))
        var generator = SeededGenerator(state: 1)
        let noise = (0..<4_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        for format in FileFormat.allCases { #expect(try refusal(noise, as: format).contains("not text")) }
        let utf16WithoutMark = Array("hello world".utf16).flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        #expect(try refusal(utf16WithoutMark, as: .text).contains("byte order mark"))
    }

    @Test func aFewNULsAreTolerated() throws {
        let text = String(repeating: "a line of text\n", count: 10)
        #expect(try extract(String(repeating: "\u{0}", count: 8) + text, as: .text).text == text)
        #expect(try refusal(String(repeating: "\u{0}", count: 9) + text, as: .text) != "")
    }

    @Test func emptyFilesAreRefused() throws {
        for format in FileFormat.allCases { #expect(try refusal("", as: format) == "The file is empty.") }
        #expect(try refusal(" \n\n", as: .text) == "The file holds no text.")
    }
}

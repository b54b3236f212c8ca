import Testing

@testable import Ingestion

@Suite struct PropertyTests {
    private static let files: [(FileFormat, [UInt8])] = [
        (.text, Array("\u{FEFF}Ä\r\nb 🙂\r\r\nc\u{C}d\u{0}\n€".utf8)),
        (.text, [0x93, 0xE9, 0x0D, 0x0A, 0x81, 0x61]),
        (.text, [0xFE, 0xFF, 0xD8, 0x3D, 0xDE, 0x42, 0x00, 0x0D, 0x00, 0x0A, 0xD8, 0x00, 0x00, 0x61]),
        (.markdown, Array("---\r\na: ä\r\n---\r\nTitle\r\n==\r\n- ü\r\n\r\n  x\r\n|a|b|\r\n|-|-|\r\n|1|2|\r\n```\r\n# c\r\n```\r\n".utf8)),
        (.csv, Array("\u{FEFF}a;\"b\r\nc\"\r\n\"x\"\"y;\";🙂\r\n1\r\n".utf8)),
        (.jsonl, Array("{\"ä\": \"\\ud83d\\ude42\", \"n\": 1.10}\r\n\r\n{\"b\": [true, null]}".utf8)),
        (.json, Array("[{\"ä\": \"\\u00e9]\", \"n\": -1e5},\r\n{\"b\": {\"c\": [false]}}]".utf8)),
        (.json, Array("{\"ä\": [1, 2.50, \"}\"],\r\n \"b\": \"🙂\\n\"}".utf8)),
    ]

    @Test(arguments: 0..<files.count)
    func whereAFileIsCutIntoPiecesDoesNotMatter(index: Int) throws {
        let (format, bytes) = Self.files[index]
        let whole = try extract(bytes, as: format)
        #expect(whole.summary.blocks > 0)
        for chunkBytes in 1...bytes.count { #expect(try extract(bytes, as: format, chunkBytes: chunkBytes) == whole) }
    }

    /// The fixture checks that every block is the slice it says it is.
    @Test(arguments: [FileFormat.text, .markdown])
    func offsetsAlwaysSliceToTheBlock(format: FileFormat) throws {
        let pieces = [
            "a", "é", "🙂", "e\u{301}", " ", "  ", "\n", "\n\n", "\r\n", "# ", "## ", "#", "- ", "1. ", "```", "~~~", "\n---\n", "===", "|",
            "|-|-|",
            "\t", "\u{C}", "\u{0}", "> ", "\\", "word word", "\n    ",
        ]
        var generator = SeededGenerator(state: 7)
        for _ in 0..<400 {
            let text = "x" + generator.text(of: pieces, upTo: 40)
            _ = try extract(
                text, as: format, limits: ExtractionLimits(blockBytes: Int.random(in: 5...60, using: &generator)),
                chunkBytes: Int.random(in: 1...30, using: &generator)
            )
        }
    }

    @Test func everyWordOfADocumentIsInABlock() throws {
        var generator = SeededGenerator(state: 11)
        let pieces = ["\n", "\n\n", " ", "- ", "# ", "\n> ", "\n1. ", "\n    ", "\n|", "\n=\n", "\n"]
        for _ in 0..<200 {
            var text = ""
            var words: [String] = []
            for number in 0..<15 {
                text += generator.text(of: pieces, upTo: 3) + "w\(number)w"
                words.append("w\(number)w")
            }
            let blocks = try extract(text, as: .markdown).texts.joined(separator: "\n")
            for word in words where !blocks.contains(word) { Issue.record("\(word) is lost in \(text)") }
        }
    }

    @Test func anyBytesEndInAResultOrARefusal() throws {
        var generator = SeededGenerator(state: 3)
        let alphabet = Array("{}[]\",:;|\n\\u0e1.-# `tfn".utf8) + [0xC3, 0xA9, 0xFF, 0x80, 0xF0]
        let formats = FileFormat.allCases.filter { $0 != .parquet }
        for round in 0..<500 {
            let bytes = (0..<Int.random(in: 1...40, using: &generator)).map { _ in alphabet.randomElement(using: &generator) ?? 0 }
            _ = try refusal(bytes, as: formats[round % formats.count])
        }
    }

    /// Any prefix of a file is either refused, or a table whose rows are a beginning of the whole one's but for the last.
    @Test(arguments: 0..<files.count)
    func whereverAFileEndsItIsReadOrRefused(index: Int) throws {
        let (format, bytes) = Self.files[index]
        let whole = try extract(bytes, as: format)
        for end in 0..<bytes.count {
            do {
                let part = try extract(Array(bytes.prefix(end)), as: format)
                guard whole.summary.kind == .table, part.columns == whole.columns else { continue }
                #expect(part.cells.dropLast() == whole.cells.prefix(part.cells.count).dropLast())
            } catch ExtractionFailure.refused {
            } catch ExtractionFailure.empty {}
        }
    }

    /// The quick reading and the strict grammar agree on what is JSON, wherever the text comes from.
    @Test func theScannerAcceptsWhatTheGrammarAccepts() throws {
        let pieces = [
            "{", "}", "[", "]", ",", ":", "\"a\"", "\"\\n\"", "\"\\u00e9\"", "\"\\ud8\"", "\"", "1", "-", "0", "1.5", "2e+5", ".", "true",
            "nul", "null",
            " ", "\n", "{}", "[]", "{\"k\":1}", "\t", "é",
        ]
        var generator = SeededGenerator(state: 21)
        var accepted = 0
        for _ in 0..<20_000 {
            let text = Array(generator.text(of: pieces, upTo: 7).utf8)
            var grammar = JSONGrammar(depthLimit: 3)
            var isValid = true
            do {
                for byte in text { try grammar.consume(byte) }
                try grammar.finish()
            } catch { isValid = false }
            let isScanned = text.withUnsafeBufferPointer { bytes in
                guard let base = bytes.baseAddress else { return false }
                var scanner = JSONScanner(base, start: 0, end: bytes.count, depthLimit: 3)
                return scanner.value(outerDepth: 0) != nil && scanner.peek() == nil
            }
            #expect(isScanned == isValid, "\(UTF8Bytes.string(text))")
            accepted += isValid ? 1 : 0
        }
        #expect(accepted > 500)
    }

    /// Whole files of noise, and tables with a few bytes of noise in them.
    @Test func noiseNeverTraps() throws {
        var generator = SeededGenerator(state: 31)
        let table = [UInt8](#"[{"a": "x \u00e9\n", "b": [1, {"c": null}]},{"a": "\ud83d\ude42", "b": 12.5e3}]"#.utf8)
        let lines = [UInt8]("a,b,c\n\"x\"\"y\",2,\"z\nz\"\n1,2,3\n".utf8)
        for round in 0..<600 {
            let format = [FileFormat.csv, .jsonl, .json][round % 3]
            var bytes = format == .csv ? lines : table
            if round % 4 == 0 {
                bytes = (0..<Int.random(in: 1...80, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator) }
            } else {
                for _ in 0..<Int.random(in: 1...5, using: &generator) {
                    bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
                }
            }
            let limits = ExtractionLimits(
                recordBytes: Int.random(in: 1...100, using: &generator), cellScalars: Int.random(in: 1...50, using: &generator))
            do {
                _ = try extract(bytes, as: format, limits: limits, chunkBytes: Int.random(in: 1...20, using: &generator))
            } catch ExtractionFailure.refused {
            } catch ExtractionFailure.empty {}
        }
    }

    @Test func blocksKeepTheirJSONForm() throws {
        let text = "# H\n\np \"q\" \\ é\u{1F642}\n\n- i\n\n```\n\tc\n```\n|a|\n|-|\n"
        let blocks = try extract(text, as: .markdown).blocks
        #expect(blocks.map(\.kind) == [.heading(level: 1), .paragraph, .listItem, .code, .table])
    }
}

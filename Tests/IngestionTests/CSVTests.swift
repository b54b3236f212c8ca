import Testing

@testable import Ingestion

@Suite struct CSVTests {
    @Test func recordsBecomeRowsAndText() throws {
        let result = try extract("Prompt,Completion\r\nHow?,\"So, \"\"thus\"\".\r\nYes.\"\r\n,only\r\n", as: .csv)
        #expect(result.summary.kind == .table)
        #expect(result.columns == ["Prompt", "Completion"])
        #expect(result.rows == [["How?", "So, \"thus\".\r\nYes."], ["", "only"]])
        #expect(result.text == "Prompt: How?\nCompletion: So, \"thus\".\nYes.\n\nCompletion: only\n")
        #expect(result.blocks.map(\.row) == [1, 2])
        #expect(result.blocks.allSatisfy { $0.kind == .row })
        #expect(result.texts == ["Prompt: How?\nCompletion: So, \"thus\".\nYes.", "Completion: only"])
    }

    @Test(arguments: [
        ("a,b;c\n1,2;3\n", ["a", "b;c"]), ("name;price\nA;1,5\nB;2,5\n", ["name", "price"]), ("a\tb\n1,2\t3\n", ["a", "b"]),
        ("a|b\n\"x;y\"|2\n", ["a", "b"]), ("only\none\n", ["only"]), ("sep=;\na;b,c\n1;2\n", ["a", "b,c"]),
        ("\"x;y\",b\n\"1;2\",3\n", ["x;y", "b"]),
    ])
    func theDelimiterIsFound(text: String, columns: [String]) throws {
        #expect(try extract(text, as: .csv).columns == columns)
    }

    @Test func theDelimiterIsFoundInACutSample() throws {
        let text = "a;b\n" + String(repeating: "1,0;2,0\n", count: 10_000)
        let result = try extract(text, as: .csv)
        #expect(result.columns == ["a", "b"])
        #expect(result.rows.count == 10_000)
    }

    @Test func headerNamesBecomeUnique() throws {
        let result = try extract("\u{FEFF}name,name, ,\"two\nlines\",name,column_3\n1,2,3,4,5,6\n", as: .csv)
        #expect(result.columns == ["name", "name_2", "column_3", "two lines", "name_3", "column_3_2"])
    }

    @Test func shortRowsArePaddedWithNullAndReported() throws {
        let result = try extract("a,b,c\n1\n1,,\n\n\"1\n\",2\n1,2,3", as: .csv)
        #expect(result.rows == [["1", nil, nil], ["1", "", ""], ["1\n", "2", nil], ["1", "2", "3"]])
        #expect(result.summary.shortRows == ExtractionSummary.ShortRows(count: 2, firstLines: [2, 5]))
        let many = try extract("a,b\n" + String(repeating: "1\n", count: 30), as: .csv)
        #expect(many.summary.shortRows == ExtractionSummary.ShortRows(count: 30, firstLines: Array(2...11)))
        #expect(try extract("a,b\n1,2\n", as: .csv).summary.shortRows == nil)
    }

    @Test func emptyCellsThatAreTooManyAtTheEndAreNone() throws {
        let result = try extract("a,b\n1,2,,\n3,4,\n", as: .csv)
        #expect(result.columns == ["a", "b"])
        #expect(result.rows == [["1", "2"], ["3", "4"]])
        #expect(try refusal("a,b\n1,2,,3\n", as: .csv).contains("Line 2 has 4 cells"))
    }

    @Test func namelessColumnsAtTheEndAreThereIfSomethingIsInThem() throws {
        let empty = try extract("a,b,,\n1,2,,\n3,4\n", as: .csv)
        #expect(empty.columns == ["a", "b"])
        #expect(empty.rows == [["1", "2"], ["3", "4"]])
        #expect(empty.summary.shortRows?.firstLines == [3])
        let filled = try extract("a,b,,\n1,2,,\n3,4,x,\n", as: .csv)
        #expect(filled.columns == ["a", "b", "column_3"])
        #expect(filled.rows == [["1", "2", nil], ["3", "4", "x"]])
        #expect(filled.text == "a: 1\nb: 2\n\na: 3\nb: 4\ncolumn_3: x\n")
    }

    @Test(arguments: ["\n", "\r\n", "\r"]) func everyLineEndIsALineEnd(end: String) throws {
        let text = "\u{FEFF}a;b" + end + "\"1\(end)2\";ä" + end + end + "  " + end + "3;" + end
        let result = try extract(text, as: .csv)
        #expect(result.columns == ["a", "b"])
        #expect(result.rows == [["1\(end)2", "ä"], ["3", ""]])
    }

    /// Rows give back what the file holds; what is read and searched of them is text.
    @Test func cellsKeepTheirCharacters() throws {
        for chunkBytes in [1, 2, 3, 5, 64] {
            let result = try extract(
                "a,b\r\n\"1\r\n2\r3\n\",\u{1B}[0m \u{0}x\r\n\"\r\",\"y\"\r\"\u{B}\",z\u{7}", as: .csv, chunkBytes: chunkBytes)
            #expect(result.rows == [["1\r\n2\r3\n", "\u{1B}[0m \u{0}x"], ["\r", "y"], ["\u{B}", "z\u{7}"]])
            #expect(result.texts == ["a: 1\n2\n3\n\nb: [0m x", "a: \n\nb: y", "a: \nb: z"])
        }
    }

    @Test(arguments: ["\n", "\r\n", "\r"]) func linesAreCountedWhateverEndsThem(end: String) throws {
        let lines = ["a,b", "1,2", "\"x", "y\",2", "4,5,6", ""]
        #expect(try refusal(lines.joined(separator: end), as: .csv).contains("Line 5 has 3 cells"))
    }

    @Test func equivalentSpellingsAreOneName() throws {
        #expect(try extract("cafe\u{301},caf\u{E9}\n1,2\n", as: .csv).columns.map { Array($0.utf8).count } == [6, 7])
    }

    @Test func aLineThatNamesTheDelimiterMayEndLikeAnyOther() throws {
        for end in ["\n", "\r\n", "\r"] {
            let result = try extract("sep=;" + end + "a;b" + end + "1;2,3" + end + "4" + end, as: .csv)
            #expect(result.rows == [["1", "2,3"], ["4", nil]])
            #expect(result.summary.shortRows?.firstLines == [4])
        }
    }

    @Test func otherEncodings() throws {
        // "Größe;Straße\r\nä;€\r\n" in Windows-1252 and in both orders of UTF-16.
        let windows: [UInt8] = [
            0x47, 0x72, 0xF6, 0xDF, 0x65, 0x3B, 0x53, 0x74, 0x72, 0x61, 0xDF, 0x65, 0x0D, 0x0A, 0xE4, 0x3B, 0x80, 0x0D, 0x0A,
        ]
        let units = Array("\u{FEFF}Größe;Straße\r\nä;€\r\n".utf16)
        let little = units.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        let big = units.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        for bytes in [windows, little, big] {
            let result = try extract(bytes, as: .csv)
            #expect(result.columns == ["Größe", "Straße"])
            #expect(result.rows == [["ä", "€"]])
        }
    }

    @Test func aHeaderWithoutRowsIsEmpty() throws {
        for text in ["a,b\n", "a,b", "sep=,\na,b\n", "\u{FEFF}a,b\r\n\r\n"] {
            #expect(throws: ExtractionFailure.empty("The file has a header row but no rows below it.")) { try extract(text, as: .csv) }
        }
    }

    @Test func aLongRowIsRefusedWithItsLine() throws {
        let sentence = try refusal("a,b\n\"x\ny\",1\n1,2,3\n", as: .csv)
        #expect(sentence.contains("Line 4 has 3 cells, but the header has 2."))
        #expect(sentence.contains("double quotes"))
    }

    @Test func anOpenQuoteIsRefusedWithTheLineWhereItBegan() throws {
        #expect(try refusal("a,b\n1,2\n3,\"open\n4,5\n", as: .csv).contains("begins on line 3 and is never closed"))
        let limits = ExtractionLimits(recordBytes: 50)
        let long = "a,b\n1,\"" + String(repeating: "x\n", count: 100)
        #expect(try refusal(long, as: .csv, limits: limits).contains("begins on line 2"))
    }

    @Test func quotesInsideOfAFieldAreCharacters() throws {
        #expect(try extract("a,b\n5\" pipe,\"x\"y\n", as: .csv).rows == [["5\" pipe", "xy"]])
    }

    @Test func aRowOfEmptyCellsKeepsItsPlace() throws {
        let result = try extract("a,b\n,\n1,2\n", as: .csv)
        #expect(result.rows == [["", ""], ["1", "2"]])
        #expect(result.texts == ["", "a: 1\nb: 2"])
    }

    @Test func limitsOfTables() throws {
        #expect(try refusal("a,b,c\n", as: .csv, limits: ExtractionLimits(columns: 2)).contains("more than 2"))
        #expect(try refusal("a,b\n1,2\n", as: .csv, limits: ExtractionLimits(columns: 2)) == "")
        #expect(try refusal("a\n1\n2\n3\n", as: .csv, limits: ExtractionLimits(rows: 2)).contains("more than 2 rows"))
        let shortCells = ExtractionLimits(cellScalars: 3)
        #expect(try refusal("a\nääää\n", as: .csv, limits: shortCells).contains("column \"a\" of the record on line 2"))
        #expect(try refusal("a\näää\n", as: .csv, limits: shortCells) == "")
        #expect(try refusal("abc\n1\n", as: .csv, limits: ExtractionLimits(columnNameScalars: 2)).contains("name of column 1"))
        #expect(try refusal("\n \n", as: .csv).contains("no header row"))
    }

    @Test func whatIsWrittenIsReadBack() throws {
        let alphabet = ["a", "ß", "🙂", ",", ";", "|", "\t", "\"", "\n", "\r", " ", "x"]
        var generator = SeededGenerator(state: 42)
        for round in 0..<150 {
            let delimiter = [",", ";", "\t", "|"][round % 4]
            let columns = Int.random(in: 2...5, using: &generator)
            let rows = (0..<Int.random(in: 1...6, using: &generator)).map { _ in
                (0..<columns).map { _ in generator.text(of: alphabet, upTo: 8) }
            }
            let header = (0..<columns).map { "name\($0)" }
            let lines = ([header] + rows).map { row in
                row.map { cell in
                    let mustQuote =
                        cell.unicodeScalars.contains { "\"\n\r,;|\t".unicodeScalars.contains($0) } || Bool.random(using: &generator)
                    return mustQuote ? "\"" + cell.replacing("\"", with: "\"\"") + "\"" : cell
                }.joined(separator: delimiter)
            }
            let end = Bool.random(using: &generator) ? "\r\n" : "\n"
            let file = lines.joined(separator: end) + (Bool.random(using: &generator) ? end : "")
            let result = try extract(file, as: .csv, chunkBytes: Int.random(in: 1...40, using: &generator))
            #expect(result.columns == header, "\(file)")
            #expect(result.rows == rows, "\(file)")
        }
    }
}

import Testing

@testable import Ingestion

@Suite struct JSONLinesTests {
    @Test func columnsAreTheUnionInFirstSeenOrder() throws {
        let result = try extract("{\"b\":\"x\",\"a\":1.10}\n\n  \n{\"c\":true,\"a\":null}\r\n", as: .jsonl)
        #expect(result.columns == ["b", "a", "c"])
        #expect(result.rows == [["x", "1.10", nil], [nil, nil, "true"]])
        #expect(result.text == "b: x\na: 1.10\n\nc: true\n")
        #expect(result.blocks.map(\.row) == [1, 2])
    }

    @Test func numbersStayAsWrittenAndNestedValuesAreCompact() throws {
        let record = #"{"n": 12345678901234567890, "e": -1.50E+03, "o": { "k" : [ 1.0, "a\"\u00e9", null, {} ] }, "z": []}"#
        let result = try extract(record, as: .jsonl)
        #expect(result.rows == [["12345678901234567890", "-1.50E+03", #"{"k":[1.0,"a\"é",null,{}]}"#, "[]"]])
    }

    @Test func stringsAreDecoded() throws {
        let result = try extract(#"{"s":"\u0041\ud83d\ude42\n\t\/\\ \ud800 \r\n\u0000\u0007","":"empty","s":"last"}"#, as: .jsonl)
        #expect(result.columns == ["s", "column_2"])
        #expect(result.rows == [["last", "empty"]])
        let once = try extract(#"{"s":"\u0041\ud83d\ude42\n\t\/\\ \ud800\ud83d\ude42 \r\n|\u0000\u0007"}"#, as: .jsonl)
        #expect(once.rows == [["A🙂\n\t/\\ \u{FFFD}🙂 \r\n|\u{0}\u{7}"]])
    }

    @Test func aBadLineIsRefusedWithItsNumber() throws {
        #expect(try refusal("{\"a\":1}\n\n{\"a\":}\n", as: .jsonl).contains("line 3, column 6"))
        #expect(try refusal("{\"a\":1}\n[1]\n", as: .jsonl).contains("Line 2 is not a JSON object"))
        #expect(try refusal("{\"a\":1\n}\n", as: .jsonl).contains("line 1"))
        #expect(try refusal("\n", as: .jsonl).contains("no records"))
        #expect(try refusal("{\"a\":1,\"b\":2}\n{\"c\":1}", as: .jsonl, limits: ExtractionLimits(columns: 2)).contains("line 2"))
        #expect(try refusal("{\"a\":[[]]}", as: .jsonl, limits: ExtractionLimits(jsonDepth: 2)).contains("deeper than 2"))
    }

    @Test func aMarkAtTheBeginningIsNoPartOfAName() throws {
        #expect(try extract("\u{FEFF}{\"a\":1}\n", as: .jsonl).columns == ["a"])
    }

    @Test func whatIsNoJSONIsNamed() throws {
        #expect(try refusal("{\"a\":1}\n{\"a\":NaN}\n", as: .jsonl).contains("line 2, column 6: NaN and Infinity are not JSON"))
        #expect(
            try refusal("{\"a\":1},\n{\"a\":2}\n", as: .jsonl).contains("line 1, column 8: nothing may follow the value, not even a comma"))
        #expect(try refusal("{\"a\":1}\n{\"a\":2} x\n", as: .jsonl).contains("line 2"))
    }

    /// A column that is met late is at the end of the header, and null in all rows before.
    @Test func lateColumnsAreNullBefore() throws {
        let lines = (0..<3_000).map { $0 < 2_999 ? "{\"a\":\($0)}" : "{\"late\":\"x\",\"a\":\($0)}" }
        let result = try extract(lines.joined(separator: "\n"), as: .jsonl)
        #expect(result.columns == ["a", "late"])
        #expect(result.rows.first == ["0", nil])
        #expect(result.rows.last == ["2999", "x"])
        #expect(result.rows.count == 3_000)
    }

    @Test func keysThatUnicodeCallsEquivalentAreTwoColumns() throws {
        let result = try extract("{\"\u{E9}\":1,\"e\u{301}\":2}", as: .jsonl)
        #expect(result.rows == [["1", "2"]])
    }
}

@Suite struct JSONTests {
    @Test func anArrayOfObjectsIsATable() throws {
        let result = try extract("\u{FEFF} [ {\"q\": \"a]\\\"}\", \"n\": 1.0},\n {\"x\": {\"y\": [1]}} ]\n", as: .json)
        #expect(result.summary.kind == .table)
        #expect(result.columns == ["q", "n", "x"])
        #expect(result.rows == [["a]\"}", "1.0", nil], [nil, nil, "{\"y\":[1]}"]])
    }

    @Test(arguments: ["{}", "[1,{}]", "[{},1]", "\"text\"", "42", "null", "[[{}]]", "-0.5e1 "])
    func otherValuesAreDocuments(text: String) throws {
        let result = try extract(text, as: .json)
        #expect(result.summary.kind == .document)
        #expect(result.text == text)
    }

    @Test(arguments: [
        ("{\"rows\": [{\"a\": 1}]}", "not an array of objects"),
        ("[{},\n 1]", "Element 2 of the JSON array, on line 2,"),
        ("[\"a\", \"b\"]", "Element 1"), ("3", "not an array of objects"), ("[[{}]]", "Element 1"),
    ])
    func whatIsNoTableSaysWhy(text: String, words: String) throws {
        #expect(try extract(text, as: .json).summary.whyNoTable?.contains(words) == true)
    }

    @Test func aTableWithoutRowsOrFieldsIsEmpty() throws {
        #expect(throws: ExtractionFailure.empty("The JSON is an array without elements.")) { try extract(" [\n] ", as: .json) }
        #expect(throws: ExtractionFailure.empty("The file holds nothing but blank lines.")) { try extract(" \n\n", as: .json) }
        #expect(try refusal("[] 1", as: .json).contains("column 4"))
        for (text, format): (String, FileFormat) in [("[{}, {}]", .json), ("{}\n{}\n", .jsonl)] {
            #expect(throws: ExtractionFailure.empty("The records have no fields.")) { try extract(text, as: format) }
        }
    }

    @Test func membersAtTheTopAreBlocks() throws {
        let text = "{\n  \"title\": \"a, b\",\n  \"tags\": [1,\n 2],\n  \"ä\": {\"b\": 1}\n}\n"
        let result = try extract(text, as: .json)
        #expect(result.text == text)
        #expect(result.texts == ["\"title\": \"a, b\"", "\"tags\": [1,\n 2]", "\"ä\": {\"b\": 1}"])
    }

    @Test func oneLongLineIsLaidOut() throws {
        let long = String(repeating: "x", count: 200)
        let result = try extract("{\"a\":{\"b\":[1,{}],\"c\":[]},\"t\":\"{,\(long)\"}", as: .json)
        #expect(
            result.text == """
                {
                  "a": {
                    "b": [
                      1,
                      {}
                    ],
                    "c": []
                  },
                  "t": "{,\(long)"
                }

                """)
        #expect(result.blocks.count == 2)
    }

    @Test(arguments: [
        ("{\"a\":1,}", "line 1, column 8"), ("[1,\n 02]", "line 2, column 3"), ("[1 2]", "column 4"), ("{\"ä\":tru}", "column 9"),
        ("[1", "too early"), ("\"a", "too early"), ("[\"a\nb\"]", "line 1, column 4"), ("nul", "too early"), ("-", "too early"),
        ("{\"a\":1}\n{\"a\":2}", ".jsonl"), ("[1.]", "column 4"), ("[\"\\x\"]", "column 4"), ("[+1]", "column 2"),
        ("{a:1}", "double quotes"),
        ("[1}", "column 3"), ("{\"a\" 1}", "column 6"), ("[\"\\u12g4\"]", "column 7"), ("]", "column 1"),
        ("[1,]", "column 4"),
    ])
    func invalidJSONIsRefusedWithItsPlace(text: String, place: String) throws {
        let sentence = try refusal(text, as: .json)
        #expect(sentence.contains(place), "\(sentence)")
    }

    @Test func depthAndRecordsAreBounded() throws {
        let deep = String(repeating: "[", count: 100_000)
        #expect(try refusal(deep, as: .json).contains("deeper than 128 levels at line 1, column 129"))
        let limits = ExtractionLimits(recordBytes: 20)
        #expect(try refusal("[\n{\"a\":1},\n{\"a\":\"0123456789abcdef\"}]", as: .json, limits: limits).contains("begins on line 3"))
    }

    @Test func aLongMemberIsContinuedInANewBlock() throws {
        let text = "{\"a\": [\n" + String(repeating: "1000000000,\n", count: 20) + "1]}"
        let result = try extract(text, as: .json, limits: ExtractionLimits(blockBytes: 60))
        #expect(result.blocks.count > 3)
        let unbroken = "{\"a\": \"" + String(repeating: "ä", count: 100) + "\"}"
        #expect(try extract(unbroken, as: .json, limits: ExtractionLimits(lineBytes: 50, blockBytes: 50)).blocks.count > 3)
    }
}

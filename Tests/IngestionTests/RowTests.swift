import Foundation
import Testing

@testable import Ingestion

/// A folder that is gone when the test is.
final class TemporaryFolder {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("rows-\(UUID().uuidString)")

    init() throws {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }
}

@Suite struct RowTests {
    private let folder: TemporaryFolder
    private var file: URL { folder.url.appendingPathComponent("rows.jsonl") }

    init() throws {
        folder = try TemporaryFolder()
    }

    private func write(_ columns: [String], _ rows: [[Cell]]) throws {
        let writer = try RowWriter(file: file, columns: columns)
        for row in rows { try writer.append(row) }
        #expect(writer.rows == rows.count)
        try writer.finish()
    }

    private static let every: [[Cell]] = [
        [.string("a \"b\"\\\n\t🙂"), .json("12345678901234567890"), .null],
        [.string(""), .json("0.10"), .json(#"{"k":[1.0,"ä\n",null]}"#)],
        [.null, .json("true"), .json("[]")],
    ]

    @Test func whatIsWrittenIsReadWithItsTypes() throws {
        try write(["a", "b \"c\"", "d"], Self.every)
        var reader = try RowReader(file: file)
        #expect(reader.columns == ["a", "b \"c\"", "d"])
        for (index, cells) in Self.every.enumerated() {
            let row = try #require(try reader.next())
            #expect(row.cells == cells)
            #expect(row.number == index + 1)
        }
        #expect(try reader.next() == nil)
        #expect(try reader.next() == nil)
    }

    @Test func readingGoesOnFromAnyPlaceThatWasHandedOut() throws {
        let rows = (1...500).map { [Cell.string(String(repeating: "x", count: $0 % 7)), .json("\($0)")] }
        try write(["a", "b"], rows)
        var reader = try RowReader(file: file)
        var places = [reader.place]
        while let row = try reader.next() { places.append(row.next) }
        #expect(places.count == 501)
        for place in places {
            var later = try RowReader(file: file, from: place)
            let row = try later.next()
            #expect(row?.number == (place.rows == 500 ? nil : place.rows + 1))
            #expect(row?.cells == (place.rows == 500 ? nil : rows[place.rows]))
        }
    }

    @Test func aPlaceThatWasNeverHandedOutIsRefused() throws {
        try write(["a", "b", "c"], Self.every)
        for place in [
            RowPlace(offset: 3, rows: 1), RowPlace(offset: -5, rows: 1), RowPlace(offset: 30, rows: 1), RowPlace(offset: .max, rows: 2),
        ] {
            #expect(throws: (any Error).self) { try RowReader(file: file, from: place) }
        }
    }

    /// What a run writes is not a file of strangers: nothing in it is cleaned.
    @Test func everyCharacterComesBackAsItWas() throws {
        let text = String(String.UnicodeScalarView((0..<0x300).compactMap(Unicode.Scalar.init))) + "\r\n\u{FEFF}\u{2028}\u{10FFFF}"
        try write(["a", "b"], [[.string(text), .json(#"{"k":"\r\n\u0000\f"}"#)]])
        var reader = try RowReader(file: file)
        #expect(try reader.next()?.cells == [.string(text), .json("{\"k\":\"\\r\\n\\u0000\\u000c\"}")])
        #expect(try export(.jsonl).contains("\\r\\n"))
    }

    @Test func aCopyOfAReaderGoesOnByItself() throws {
        try write(["a", "b", "c"], Self.every)
        var first = try RowReader(file: file)
        _ = try first.next()
        var second = first
        #expect(try second.next()?.number == 2)
        #expect(try second.next()?.number == 3)
        #expect(try first.next()?.number == 2)
    }

    @Test func earlierArtefactsOfStringsAndShortRowsAreRead() throws {
        try Data("{\"columns\":[\"a\",\"b\"]}\n[\"1\",null]\n[\"x\"]\n[]".utf8).write(to: file)
        var reader = try RowReader(file: file)
        #expect(try reader.next()?.cells == [.string("1"), .null])
        #expect(try reader.next()?.cells == [.string("x"), .null])
        #expect(try reader.next()?.cells == [.null, .null])
    }

    @Test(arguments: ["", "x", "[1]\n", "{\"columns\":[\"a\"]}\n[1,2]\n", "{\"columns\":[\"a\"]}\n[\"x\n", "{\"columns\":[\"a\"]}\n\n"])
    func damageIsAnError(text: String) throws {
        try Data(text.utf8).write(to: file)
        #expect(throws: RowFileError.self) {
            var reader = try RowReader(file: file)
            while try reader.next() != nil {}
        }
    }

    @Test func nothingIsThereBeforeTheFileIsFinished() throws {
        var writer: RowWriter? = try RowWriter(file: file, columns: ["a"])
        try writer?.append([.string("x")])
        #expect(!FileManager.default.fileExists(atPath: file.path))
        writer = nil
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
    }

    @Test func theWriterRefusesWhatWouldDamageTheFile() throws {
        let writer = try RowWriter(file: file, columns: ["a"])
        #expect(throws: RowFileError.self) { try writer.append([]) }
        #expect(throws: RowFileError.self) { try writer.append([.null, .null]) }
        for text in ["", "nul", "1\n2", "1]\n[2", "{", "NaN"] { #expect(throws: RowFileError.self) { try writer.append([.json(text)]) } }
        let deep = String(repeating: "[", count: 129) + String(repeating: "]", count: 129)
        #expect(throws: RowFileError.self) { try writer.append([.json(deep)]) }
        try writer.append([.json(" { \"a\" : 1.0 } \n")])
        try writer.finish()
        var reader = try RowReader(file: file)
        #expect(try reader.next()?.cells == [.json("{\"a\":1.0}")])
        #expect(try reader.next() == nil)
    }

    @Test func typesOfAFileAreKept() throws {
        let record = #"{"n": 12345678901234567890, "d": 0.10, "t": true, "s": "1", "o": { "k" : [ 1.0 ] }, "z": null, "e": "a\u0041\n"}"#
        for format in [FileFormat.jsonl, .json] {
            let result = try extract(format == .json ? "[\(record)]" : record, as: format)
            #expect(
                result.cells == [
                    [
                        .json("12345678901234567890"), .json("0.10"), .json("true"), .string("1"), .json("{\"k\":[1.0]}"), .null,
                        .string("aA\n"),
                    ]
                ])
        }
        #expect(try extract("a,b\n1,true\n", as: .csv).cells == [[.string("1"), .string("true")]])
    }

    private func export(_ format: RowExportFormat) throws -> String {
        var export = RowExport(try RowReader(file: file), format: format)
        var bytes: [UInt8] = []
        while let piece = try export.next() {
            #expect(!piece.isEmpty)
            bytes += piece
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func exportsHaveTheShapesOfTheContract() throws {
        try write(["a", "b,c", "d"], Self.every)
        #expect(
            try export(.csv) == "a,\"b,c\",d\n\"a \"\"b\"\"\\\n\t🙂\",12345678901234567890,\n"
                + ",0.10,\"{\"\"k\"\":[1.0,\"\"ä\\n\"\",null]}\"\n,true,[]\n")
        let objects = [
            #"{"a":"a \"b\"\\\n\t🙂","b,c":12345678901234567890,"d":null}"#, #"{"a":"","b,c":0.10,"d":{"k":[1.0,"ä\n",null]}}"#,
            #"{"a":null,"b,c":true,"d":[]}"#,
        ]
        #expect(try export(.jsonl) == objects.joined(separator: "\n") + "\n")
        #expect(try export(.json) == "[\n" + objects.joined(separator: ",\n") + "\n]\n")
    }

    @Test func exportsOfNoRows() throws {
        try write(["http", "b"], [])
        #expect(try export(.csv) == "\"http\",b\n")
        #expect(try export(.jsonl) == "")
        #expect(try export(.json) == "[]\n")
    }

    @Test func aRowOfOneEmptyCellIsNoBlankLine() throws {
        try write(["HTTPS://x"], [[.null], [.string("")], [.string(" ")], [.string("\u{0}")], [.string("a\rb")]])
        #expect(try export(.csv) == "\"HTTPS://x\"\n\"\"\n\"\"\n\" \"\n\u{0}\n\"a\rb\"\n")
    }

    /// Whatever stands in the cells, an export is read back as the same text.
    @Test func exportsAreReadBack() throws {
        let alphabet = ["a", "ß", "🙂", ",", "\"", "\n", "\t", " ", "\\", "null", "1", "{"]
        var generator = SeededGenerator(state: 5)
        for _ in 0..<60 {
            let width = Int.random(in: 1...4, using: &generator)
            let rows = (0..<Int.random(in: 1...6, using: &generator)).map { _ in
                (0..<width).map { _ in Cell.string(generator.text(of: alphabet, upTo: 6)) }
            }
            try write((0..<width).map { "c\($0)" }, rows)
            for (format, name) in [(RowExportFormat.csv, FileFormat.csv), (.json, .json), (.jsonl, .jsonl)] {
                #expect(try extract(try export(format), as: name).cells == rows, "\(format) \(rows)")
            }
        }
    }

    @Test func piecesAreBounded() throws {
        let rows = (0..<3_000).map { [Cell.string(String(repeating: "x", count: 100)), .json("\($0)")] }
        try write(["a", "b"], rows)
        var export = RowExport(try RowReader(file: file), format: .json)
        var pieces = 0
        while let piece = try export.next() {
            #expect(piece.count < RowExport.pieceBytes + 200)
            pieces += 1
        }
        #expect(pieces > 4)
    }

    @Test func theTextHasOnlyThePassageColumnsInTheirOrder() throws {
        let lacking = try extract("a,b\n1,2\n", as: .csv, passageColumns: ["b", "missing"])
        #expect(lacking.texts == ["a: 1\nb: 2"], "a table that lacks one of them has all of its columns in the text")
        let result = try extract("a,b,c\n1,2,3\n4,,6\n", as: .csv, passageColumns: ["c", "b"])
        #expect(result.texts == ["c: 3\nb: 2", "c: 6"])
        #expect(result.text == "c: 3\nb: 2\n\nc: 6\n")
        #expect(result.rows == [["1", "2", "3"], ["4", "", "6"]])
        let late = try extract("{\"a\":1}\n{\"b\":[1, 2],\"a\":2}", as: .jsonl, passageColumns: ["b", "a"])
        #expect(late.texts == ["a: 1", "b: [1,2]\na: 2"])
        #expect(late.rows == [["1", nil], ["2", "[1,2]"]])
    }
}

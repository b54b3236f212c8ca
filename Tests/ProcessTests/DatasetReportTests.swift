import ArgumentParser
import Foundation
import NIOCore
import Platform
import Testing

@testable import quarry

/// What the dataset commands work out and lay out themselves.
@Suite struct DatasetReportTests {
    @Test(arguments: [
        (["question", "answer", "topic"], "question as prompt, answer as completion"),
        (["Id", "Response", "PROMPT"], "PROMPT as prompt, Response as completion"),
        (["instruction", "input", "output"], "instruction as prompt, output as completion, input as context"),
        (["input", "question", "output", "answer"], "question as prompt, output as completion"),
        (["prompt", "prompt_id", "messages"], "messages as chat"),
        (["question", "answer", "conversations"], "question as prompt, answer as completion"),
        (["completion"], "completion as completion"),
    ])
    func columnsAreGuessedFromCommonNames(columns: [String], roles: String) {
        #expect(ColumnGuess(columns: columns)?.sentence == "Guessed from the columns' names: \(roles).")
    }

    @Test(arguments: [[], ["a", "b"], ["text", "file", "page", "heading"], ["questions asked", "answered by"]])
    func columnsWithNamesThatSayNothingAreNotGuessed(columns: [String]) { #expect(ColumnGuess(columns: columns) == nil) }

    @Test func whatWasSaidIsNotGuessedOver() throws {
        var settings = try RunSettings.parse(["--context", "topic", "--max-rows", "5", "--length", "concise"])
        #expect(!settings.mapsColumns)
        settings.adopt(try #require(ColumnGuess(columns: ["instruction", "input", "output", "topic"])))
        let body = settings.body(key: "k")
        #expect(
            body["column_mapping"]
                == .object(["prompt": .string("instruction"), "completion": .string("output"), "context": .array([.string("topic")])]))
        #expect(body["job_specification"] == .object(["max_rows": .integer(5), "idempotency_key": .string("k")]))
        #expect(body["brand_controls"]?["length"]?.text == "concise" && body["estimate"] == .bool(false))
        #expect(settings.body(key: nil)["estimate"] == .bool(true), "without a key it is an estimate")
    }

    @Test(arguments: [
        ["--chat", "messages", "--prompt", "q"], ["--universal-prompt", "Sum up."], ["--max-rows", "0"], ["--length", "endless"],
        ["--universal-prompt", "Sum up.", "--prompt", "q", "--context", "c"],
    ])
    func settingsThatContradictEachOtherAreRefusedBeforeAnythingIsSent(_ arguments: [String]) {
        #expect(throws: (any Error).self) { try RunSettings.parse(arguments) }
    }

    private static func row(_ number: Int, _ before: String, _ after: String?, _ scores: (Double, Double?)) -> JSONValue {
        .object([
            "row": .integer(Int64(number)), "changed": .bool(after != nil && after != before), "scoreBefore": .number(scores.0),
            "scoreAfter": scores.1.map { .number($0) } ?? .null,
            "input": .object(["prompt": .string("Why?"), "completion": .string(before)]),
            "output": after.map { .object(["prompt": .string("Why?"), "completion": .string($0)]) } ?? .null,
        ])
    }

    private static let evaluation = JSONValue.object([
        "quality": .object([
            "grade_before": .string("D"), "grade_after": .string("B"), "score_before": .number(4.4), "score_after": .integer(8),
            "improvement_percent": .number(81.8),
        ]),
        "raw_results": .object([
            "rows_in": .integer(1204), "rows_duplicate": .integer(10), "rows_failed": .integer(0), "rows_empty": .integer(1),
            "rows_out": .integer(1193), "remarks": .array([.string("A remark.")]),
            "measures": .object([
                "encoding": .object(["before": .number(0.5), "after": .integer(1)]),
                "uniqueness": .object(["before": .number(0.25), "after": .null]),
            ]),
        ]),
    ])

    @Test func theReportShowsEveryFigureBeforeAndAfter() {
        let long = String(repeating: "a long way to go ", count: 12)
        let rows = [
            Self.row(1, long + "35 Â°C.", long + "35 °C.", (5, 9)), Self.row(2, "Same.", "Same.", (7, 7)),
            Self.row(3, "gone", nil, (1, nil)), Self.row(4, "bell\u{07}\u{1B}[2J", "bell\u{07}\u{1B}[2J", (0.2, 0.2)),
        ]
        let lines = QualityReport(evaluation: Self.evaluation, compared: rows, hasMoreRows: false).lines
        #expect(
            Array(lines.prefix(8)) == [
                "grade  D → B", "score  4.4 → 8.0 of 10 (+81.8 %)", "", "encoding    █████░░░░░ 0.500 → ██████████ 1.000",
                "uniqueness  ███░░░░░░░ 0.250 →                –", "", "rows   1,204 in, 10 duplicate, 0 failed, 1 empty, 1,193 out",
                "note   A remark.",
            ])
        let text = lines.joined(separator: "\n")
        #expect(text.contains("  row 4, 0.2\n    Why?\n    bell··[2J"), "\(text)")
        #expect(!text.contains("gone"), "a row that is not in the result needs no attention")
        #expect(text.contains("  row 1, 5.0 → 9.0\n    - …") && text.contains("35 Â°C.\n    + …") && text.contains("35 °C."), "\(text)")
        #expect(lines.allSatisfy { $0.count <= 80 }, "\(lines.filter { $0.count > 80 })")
        #expect(!text.contains("among the first"))
        let cut = QualityReport(evaluation: Self.evaluation, compared: rows, hasMoreRows: true).lines
        #expect(cut.contains("Changes (among the first 4 rows):"))
    }

    @Test func aReportWithoutChangesHasNoEmptyHeadings() {
        let lines = QualityReport(evaluation: Self.evaluation, compared: [], hasMoreRows: false).lines
        #expect(lines.last == "note   A remark.")
    }

    @Test func figuresReadTheSameEverywhere() {
        #expect([0, 0.05, 9.96, -0.04, -12.34].map { Figures.decimal($0, places: 1) } == ["0.0", "0.1", "10.0", "0.0", "-12.3"])
        #expect([0, 999, 1000, 1_234_567, -1234].map(Figures.whole) == ["0", "999", "1,000", "1,234,567", "-1,234"])
        #expect([12, 1500, 2_500_000, 3_000_000_000].map { Figures.size($0) } == ["12 bytes", "1.5 kB", "2.5 MB", "3.0 GB"])
        #expect([-1, 0, 0.5, 2].map { Figures.bar($0, width: 4) } == ["░░░░", "░░░░", "██░░", "████"])
    }

    @Test func cellsCannotSteerTheTerminal() {
        #expect(PlainText.line("a\u{1B}[31mred\r\n  b\u{202E}c\u{0}") == "a·[31mred b·c·")
        #expect(PlainText.excerpt("0123456789", length: 10) == "0123456789")
        #expect(PlainText.excerpt("0123456789", length: 5) == "0123…")
        #expect(PlainText.excerpt("0123456789", from: 3, length: 5) == "…456…")
        #expect(PlainText.excerpt("0123456789", from: 99, length: 5) == "…6789")
    }

    @Test func theLineBesideTheBarSaysStepRowsAndPace() {
        let run = JSONValue.object([
            "status": .string("running"), "step": .string("improve"), "processedRows": .integer(3000), "totalRows": .integer(12000),
        ])
        #expect(DatasetRun.label(run, after: .seconds(2)) == "improve: 3,000 of 12,000 rows, 1,500 rows/s")
        #expect(DatasetRun.label(.object(["status": .string("pending")]), after: .seconds(2)) == "waiting for a worker")
    }

    @Test func aStatusSaysWhatIsActiveAndWhatFailed() {
        let failure = JSONValue.object([
            "code": .string("E0100"), "message": .string("line 2 is no JSON"), "level": .string("error"),
        ])
        let failed = JSONValue.object([
            "dataset_id": .string("d"), "name": .string("bees"), "status": .string("failed"), "row_count": .null, "error_data": failure,
        ])
        #expect(
            DatasetCommand.Status.lines(failed, newestRun: nil)
                == ["dataset  d  bees", "status   failed", "rows     not read yet", "error    E0100: line 2 is no JSON"])
        let active = JSONValue.object([
            "id": .string("r"), "status": .string("running"), "step": .string("assess"), "processedRows": .integer(5),
            "totalRows": .integer(1000), "percent": .integer(0),
        ])
        let running = JSONValue.object([
            "dataset_id": .string("d"), "status": .string("running"), "row_count": .integer(1000), "error_data": .null,
        ])
        #expect(
            DatasetCommand.Status.lines(running, newestRun: active)
                == ["dataset  d  ", "status   running", "rows     1,000", "run      r  running, assess: 5 of 1,000 rows (0 %)"])
    }

    @Test func aDownloadIsNamedAfterTheDatasetAndStaysInTheFolder() {
        #expect(DatasetCommand.Download.place("bees.csv", .csv) == "bees-adapted.csv")
        #expect(DatasetCommand.Download.place("v1.2.parquet.tar.gz", .parquet) == "v1.2-adapted.parquet.tar.gz")
        #expect(DatasetCommand.Download.place("../../.ssh/keys.json", .json) == "keys-adapted.json")
        #expect(DatasetCommand.Download.place("..", .csv) == "..-adapted.csv")
    }

    @Test func aDownloadIsPutInItsPlaceWholeAndOverNothing() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "quarry-result-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let place = folder.appending(path: "result.csv")
        let first = try ResultFile(place, mayReplace: false)
        try first.write(.init(string: "one"))
        #expect(!FileManager.default.fileExists(atPath: place.path))
        try Data("other".utf8).write(to: place)
        #expect(throws: FileProblem.self) { try first.finish() }
        #expect(throws: FileProblem.self) { try ResultFile(place, mayReplace: false) }
        #expect(try String(contentsOf: place, encoding: .utf8) == "other")
        let second = try ResultFile(place, mayReplace: true)
        try second.write(.init(string: "two"))
        second.discard()
        #expect(try String(contentsOf: place, encoding: .utf8) == "other", "what did not come to its end replaces nothing")
        let third = try ResultFile(place, mayReplace: true)
        try third.write(.init(string: "three"))
        try third.finish()
        #expect(try String(contentsOf: place, encoding: .utf8) == "three")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["result.csv"])
    }
}

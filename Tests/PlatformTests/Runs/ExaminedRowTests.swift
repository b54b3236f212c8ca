import Adaptation
import Foundation
import Ingestion
import TestSupport
import Testing

@testable import Platform

/// What an examiner found: rows that were taken for the same and are not, and digits that were lost on the way.
@Suite struct ExaminedRowTests {
    @Test func aCallOfAToolIsWhatWasSaid() {
        func cell(_ argument: String) -> Cell {
            .json(
                #"[{"role":"user","content":"Book it"},{"role":"assistant","content":null,"tool_calls":[{"function":{"name":"book","arguments":"\#(argument)"}}]}]"#
            )
        }
        let (first, second) = (Conversation(cell("A")), Conversation(cell("B")))
        #expect(first.prompt == "Book it")
        #expect(first.completion.contains("\"arguments\":\"A\""))
        #expect(first.completion != second.completion)
    }

    @Test func rowsWithoutTextAreNoRepetitionsOfOneAnother() throws {
        let folder = TemporaryFolder()
        let survey = try TableSurvey(threshold: 0.9, folder: folder.url)
        var mapping = RunPlan.Mapping()
        (mapping.prompt, mapping.completion) = ("q", "a")
        let texts = [("", ""), ("Why?", "Because."), (" ", " "), ("Why?", "Because."), ("", "")]
        let rows = texts.enumerated().map { RunRow(number: $0 + 1, cells: [.string($1.0), .string($1.1)]) }
        try survey.add(rows, RowMapping(mapping, columns: ["q", "a"]))
        let duplicates = try survey.duplicates(scores: [1, 5, 1, 5, 1])
        #expect(duplicates.map(\.index) == [3])
        #expect(duplicates.map(\.keptRow) == [2])
    }

    @Test func aNumberThatNoDoubleHoldsIsShownWithAllItsDigits() {
        let row = RunRow(
            number: 1, cells: [.json("12345678901234567890"), .json("1.10"), .json("7"), .json("0.1000000000000000055"), .json("[1]")])
        let values = ListedRow(row, entry: nil).values
        #expect(
            values == [.string("12345678901234567890"), .number(1.1), .integer(7), .string("0.1000000000000000055"), .array([.integer(1)])])
    }

    @Test func columnsThatGiveWayToMadeOnesAreNamed() throws {
        var request = RunRequest()
        var mapping = RunPlan.Mapping()
        (mapping.prompt, mapping.completion) = ("q", "a")
        request.mapping = mapping
        let planner = RunPlanner(generator: nil, deduplicationThreshold: 0.9)
        #expect(try planner.plan(request, inputs: [], columns: ["q", "a"]).remarks.isEmpty)
        let remarks = try planner.plan(request, inputs: [], columns: ["q", "a", "enhanced_prompt"]).remarks
        #expect(remarks.count == 1 && remarks[0].contains("enhanced_prompt"))
    }
}

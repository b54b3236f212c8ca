import Ingestion
import Retrieval
import Storage
import TestSupport
import Testing

@testable import Platform

@Suite struct RunTableTests {
    private struct Read: Hashable { let number: Int; let cells: [Cell] }

    private func rest(_ table: RunTable, by count: Int = 3) throws -> [Read] {
        var rows: [Read] = []
        while true {
            let next = try table.next(count)
            if next.isEmpty { return rows }
            rows += next.map { Read(number: $0.number, cells: $0.cells) }
        }
    }

    /// Two files with an empty one between them, and a document behind.
    private func inputs(_ fixture: RunFixture) async throws -> [RunPlan.Input] {
        let columns = RunTable.documentColumns
        let rows = { (range: Range<Int>) in range.map { [Cell.string("row \($0)"), .null, .json("\($0)"), .string("ü\n\"")] } }
        return [
            try await fixture.table(rows(0..<5), columns: columns, named: "a.csv"),
            try await fixture.table([], columns: columns, named: "empty.csv"),
            try await fixture.table(rows(5..<12), columns: columns, named: "b.csv"),
            try await fixture.document(
                (0..<4).map { Passage(text: "passage \($0)", start: $0 * 10, end: $0 * 10 + 9, page: $0, headings: ["A", "B"], tokens: 2) }),
        ]
    }

    private func table(
        _ fixture: RunFixture, _ inputs: [RunPlan.Input], from place: TablePlace = TablePlace(), sample: RowSample = .everything
    ) -> RunTable {
        RunTable(inputs, organization: RunFixture.organization, blobs: fixture.blobs, from: place, sample: sample)
    }

    @Test func severalFilesAreOneTableInTheirOrder() async throws {
        let fixture = try RunFixture()
        let inputs = try await inputs(fixture)
        let rows = try rest(table(fixture, inputs))
        #expect(rows.map(\.number) == Array(1...16))
        #expect(rows.map { $0.cells[0].text } == (0..<12).map { "row \($0)" } + (0..<4).map { "passage \($0)" })
        #expect(rows[4].cells == [.string("row 4"), .null, .json("4"), .string("ü\n\"")])
    }

    @Test func aPassageIsARowOfTextFilePageAndHeading() async throws {
        let fixture = try RunFixture()
        let document = try await fixture.document([
            Passage(text: "Bees dance.", start: 0, end: 11, page: 3, headings: ["Bees", "Dances"], tokens: 2),
            Passage(text: "Plain.", start: 12, end: 18, tokens: 1),
        ])
        #expect(RunTable.documentColumns == ["text", "file", "page", "heading"])
        #expect(
            try rest(table(fixture, [document])).map(\.cells) == [
                [.string("Bees dance."), .string("notes.md"), .json("3"), .string("Bees › Dances")],
                [.string("Plain."), .string("notes.md"), .null, .null],
            ])
    }

    @Test(arguments: [1, 4, 16]) func fromAnyPlaceTheRestIsTheSame(_ step: Int) async throws {
        let fixture = try RunFixture()
        let inputs = try await inputs(fixture)
        let all = try rest(table(fixture, inputs))
        let reader = table(fixture, inputs)
        var read = 0
        while true {
            // The place goes through a cursor.
            let place = try JSONText.decode(TablePlace.self, JSONText.encode(reader.place))
            #expect(place.passed == read)
            #expect(try rest(table(fixture, inputs, from: place)) == Array(all[read...]), "after \(read) rows")
            let next = try reader.next(step).count
            if next == 0 { break }
            read += next
        }
        #expect(read == all.count)
    }

    @Test func ofASampleTheRestIsTheSameToo() async throws {
        let fixture = try RunFixture()
        let inputs = try await inputs(fixture)
        let sample = RowSample(rows: 6, of: 16, seed: "x")
        let all = try rest(table(fixture, inputs, sample: sample))
        #expect(all.map(\.number) == (1...16).filter(sample.contains), "numbers are those of the whole table")
        let reader = table(fixture, inputs, sample: sample)
        _ = try reader.next(4)
        #expect(try rest(table(fixture, inputs, from: reader.place, sample: sample)) == Array(all[4...]))
    }

    @Test func anInputThatWasErasedIsSaidToBe() async throws {
        let fixture = try RunFixture()
        let inputs = try await inputs(fixture)
        let reader = table(fixture, inputs)
        _ = try reader.next(2)
        try await fixture.blobs.delete(BlobKey(organization: RunFixture.organization.text, sha256: inputs[2].sha256))
        #expect(throws: BlobError.self) { try rest(reader) }
    }
}

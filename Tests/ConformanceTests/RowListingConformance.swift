import Adaptation
import Foundation
import Ingestion
import Providers
import Storage
import TestSupport
import Testing

@testable import Platform

/// Rows, comparisons and dropped rows: pages of whatever size hold the same list.
@Suite(.timeLimit(.minutes(10))) struct RowListingConformance {
    /// Two files of 12 rows: each has a row twice, and one row is empty.
    private static let files = [
        ("a.csv", RunTexts.csv(0..<8) + "\"\(RunTexts.question(3))\",\"\(RunTexts.answer(3))\",8\n"),
        ("b.csv", RunTexts.csv(9..<20) + " , ,20\n" + "\"\(RunTexts.question(10))\",\"\(RunTexts.answer(10))\",21\n"),
    ]
    private static let count = 22

    /// Every element, page by page.
    private func all<Element>(_ limit: Int, _ page: (PageRequest) async throws -> Page<Element>) async throws -> [Element] {
        var (elements, cursor, pages) = ([Element](), String?.none, 0)
        repeat {
            let next = try await page(PageRequest(limit: limit, cursor: cursor))
            #expect(next.elements.count <= limit)
            #expect(!next.elements.isEmpty, "no empty page at the end")
            elements += next.elements
            cursor = next.nextCursor
            pages += 1
        } while cursor != nil && pages < 1000
        return elements
    }

    @Test(arguments: Backend.all) func pagesOfEverySizeHoldTheSameRows(_ backend: Backend) async throws {
        let harness = try await RunHarness(backend)
        let (rows, ada) = (harness.platform.rows, harness.ada)
        let dataset = try await harness.dataset(Self.files)
        let before = try await rows.page(PageRequest(limit: 100), of: dataset, for: ada)
        #expect((before.rowCount, before.run == nil, before.columns) == (Self.count, true, ["question", "answer", "id"]))
        #expect(before.rows.elements.map(\.number) == Array(1...Self.count))
        #expect(before.rows.elements.map { $0.values[2] } == (0..<Self.count).map { .string("\($0)") })
        #expect(before.rows.elements.allSatisfy { $0.entry == nil })

        let run = try await harness.run(dataset)
        #expect(run.counts.map { [$0.rowsDuplicate, $0.rowsEmpty, $0.rowsOut] } == [2, 1, 19])
        let listed = try await all(100) { try await rows.page($0, of: dataset, for: ada).rows }
        let compared = try await all(100) { try await rows.comparison($0, by: run.id, of: dataset, for: ada).rows }
        let dropped = try await all(100) { try await rows.dropped($0, by: run.id, of: dataset, for: ada) }
        for limit in [1, 3, Self.count, Self.count - 1] {
            let paged = try await all(limit) { try await rows.page($0, of: dataset, for: ada).rows }
            #expect(paged.map(\.number) == listed.map(\.number))
            #expect(paged.map(\.values) == listed.map(\.values))
            #expect(paged.map(\.entry) == listed.map(\.entry), "by \(limit)")
            let diff = try await all(limit) { try await rows.comparison($0, by: nil, of: dataset, for: ada).rows }
            #expect(diff.map(\.entry) == compared.map(\.entry))
            #expect(diff.map(\.input.prompt) == compared.map(\.input.prompt))
            #expect(diff.map(\.output?.completion) == compared.map(\.output?.completion), "by \(limit)")
            #expect(try await all(limit) { try await rows.dropped($0, by: run.id, of: dataset, for: ada) } == dropped)
        }
        // The three agree with each other, and with the ledger.
        #expect(listed.map(\.entry) == compared.map(\.entry))
        #expect(listed.map(\.entry?.row) == listed.map(\.number))
        #expect(compared.filter { $0.entry.outcome != .kept }.map(\.entry) == dropped)
        #expect(dropped.map(\.row) == [9, 21, 22])
        #expect(dropped.map(\.keptRow) == [4, nil, 11])
        #expect(dropped.allSatisfy { $0.reason != nil })
        let ledger = try #require(run.ledgerSHA256.flatMap { harness.installation.blobFile($0) })
        #expect(try RunLedger.entries(Data(contentsOf: ledger)) == listed.compactMap(\.entry))
        let mean = listed.compactMap { $0.entry?.before.total }.reduce(0, +) / Double(Self.count)
        #expect(mean > 0 && mean <= 10)
        // What came out stands beside what went in.
        for row in compared where row.entry.outcome == .kept {
            #expect(row.output?.prompt == row.input.prompt && row.output?.completion == row.input.completion)
            #expect(!row.isChanged)
        }
        #expect(compared.filter { $0.output == nil }.count == 3)
    }

    @Test(arguments: Backend.all) func aComparisonOfASampleReadsTheSampledRows(_ backend: Backend) async throws {
        let generator = CountingGenerator { request, _ in
            if request.question.contains("Question 5:") { throw ProviderFault(.rejected, "No.") }
            return "New \(request.question.firstMatch(of: /Question (\d+):/)?.output.1 ?? "")."
        }
        let harness = try await RunHarness(backend, generator: generator)
        let dataset = try await harness.dataset([("a.csv", RunTexts.csv(0..<30))])
        let run = try await harness.run(dataset) {
            $0.maxRows = 20
            $0.mapping?.completion = nil
            $0.recipes.deduplication = false
        }
        #expect(run.state == .succeeded)
        let rows = try await all(7) {
            try await harness.platform.rows.comparison($0, by: run.id, of: dataset, for: harness.ada).rows
        }
        #expect(rows.count == 20)
        for row in rows {
            let number = row.entry.row - 1
            #expect(row.input.prompt == RunTexts.question(number))
            if let output = row.output {
                #expect(output.completion == "New \(number)." && row.isChanged)
            } else {
                #expect(number == 5)
            }
        }
        // Rows that the sample left out have no score.
        let listed = try await all(4) { try await harness.platform.rows.page($0, of: dataset, for: harness.ada).rows }
        #expect(listed.filter { $0.entry != nil }.map(\.number) == rows.map(\.entry.row))
    }

    @Test(arguments: Backend.all) func aTableThatHasGrownKeepsItsScores(_ backend: Backend) async throws {
        let harness = try await RunHarness(backend)
        let dataset = try await harness.dataset([("a.csv", RunTexts.csv(0..<3))])
        _ = try await harness.run(dataset)
        let first = try #require(
            try await harness.platform.files.page(PageRequest(), filter: FileFilter(resource: .dataset(dataset)), for: harness.ada).elements
                .first { $0.filename == "a.csv" })
        _ = try await harness.platform.upload(RunTexts.csv(3..<5), named: "b.csv", into: dataset, for: harness.ada)
        try await harness.work()
        let grown = try await all(2) { try await harness.platform.rows.page($0, of: dataset, for: harness.ada).rows }
        #expect(grown.map { $0.entry != nil } == [true, true, true, false, false])
        try await harness.platform.files.dissociate(first.id, from: .dataset(dataset), for: harness.ada)
        let shrunk = try await all(2) { try await harness.platform.rows.page($0, of: dataset, for: harness.ada).rows }
        #expect(shrunk.map { $0.entry == nil } == [true, true], "numbers of another table say nothing")
    }

    @Test(arguments: Backend.all) func aCursorIsGoodForItsListAlone(_ backend: Backend) async throws {
        let harness = try await RunHarness(backend)
        let (rows, ada) = (harness.platform.rows, harness.ada)
        let dataset = try await harness.dataset(Self.files)
        let other = try await harness.dataset([("a.csv", RunTexts.csv(0..<5))])
        let first = try await harness.run(dataset)
        let second = try await harness.run(dataset)
        let one = PageRequest(limit: 1)
        let listed = try #require(try await rows.page(one, of: dataset, for: ada).rows.nextCursor)
        let compared = try #require(try await rows.comparison(one, by: first.id, of: dataset, for: ada).rows.nextCursor)
        let dropped = try #require(try await rows.dropped(one, by: first.id, of: dataset, for: ada).nextCursor)
        let at = { @Sendable (cursor: String) in PageRequest(limit: 1, cursor: cursor) }
        let attempts: [@Sendable () async throws -> Void] = [
            { _ = try await rows.page(at(listed), of: other, for: ada) },
            { _ = try await rows.page(at(compared), of: dataset, for: ada) },
            { _ = try await rows.comparison(at(compared), by: second.id, of: dataset, for: ada) },
            { _ = try await rows.comparison(at(dropped), by: first.id, of: dataset, for: ada) },
            { _ = try await rows.dropped(at(dropped), by: second.id, of: dataset, for: ada) },
            { _ = try await rows.dropped(at("nonsense"), by: first.id, of: dataset, for: ada) },
        ]
        for (index, attempt) in attempts.enumerated() {
            guard case .malformed = try await harness.refusal(attempt) else {
                Issue.record("attempt \(index) was refused otherwise")
                continue
            }
        }
        _ = try await rows.page(at(listed), of: dataset, for: ada)
        // The table is another one once a file is added.
        _ = try await harness.platform.upload(RunTexts.csv(30..<32), named: "c.csv", into: dataset, for: ada)
        try await harness.work()
        await #expect(throws: PlatformError.self) { try await rows.page(at(listed), of: dataset, for: ada) }
    }

    @Test(arguments: Backend.all) func whatWasErasedCannotBeCompared(_ backend: Backend) async throws {
        let harness = try await RunHarness(backend)
        let dataset = try await harness.dataset([("a.csv", RunTexts.csv(0..<3))])
        let run = try await harness.run(dataset)
        let files = try await harness.platform.files.page(PageRequest(), filter: FileFilter(resource: .dataset(dataset)), for: harness.ada)
            .elements
        let source = try #require(files.first { $0.filename == "a.csv" })
        try await harness.platform.files.delete(source.id, purge: true, for: harness.ada)
        guard
            case .conflict = try await harness.refusal({
                _ = try await harness.platform.rows.comparison(PageRequest(), by: run.id, of: dataset, for: harness.ada)
            })
        else {
            Issue.record("refused otherwise")
            return
        }
        #expect(try await harness.rows(dataset).count == 3, "the output is a file of its own")
        let failed = try await harness.dataset([("b.csv", "question,answer\n , \n")])
        let none = try await harness.run(failed)
        #expect(none.state == .failed)
        let left = try await harness.platform.files.page(PageRequest(), filter: FileFilter(resource: .dataset(failed)), for: harness.ada)
            .elements
        #expect(try await harness.platform.rows.dropped(PageRequest(), by: none.id, of: failed, for: harness.ada).elements.count == 1)
        try await harness.platform.files.delete(try #require(left.first).id, purge: true, for: harness.ada)
        guard
            case .conflict = try await harness.refusal({
                _ = try await harness.platform.rows.dropped(PageRequest(), by: none.id, of: failed, for: harness.ada)
            })
        else {
            Issue.record("refused otherwise")
            return
        }
    }
}

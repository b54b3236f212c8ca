import Adaptation
import Foundation
import Ingestion
import Storage
import TestSupport
import Testing

@testable import Platform

/// Runs from their launch to their output, on both engines and with the real extraction process.
@Suite(.timeLimit(.minutes(10))) struct RunConformance {
    private func filenames(_ harness: RunHarness, finding query: String, in dataset: DatasetID) async throws -> [String] {
        try await harness.platform.search.search(SearchQuery(query), in: dataset, limit: 10, for: harness.ada).hits.map(\.source.filename)
    }

    @Test(arguments: Backend.all) func severalFilesBecomeOneOutputThatStandsForThem(_ backend: Backend) async throws {
        let harness = try await RunHarness(backend)
        let dataset = try await harness.dataset([
            ("a.csv", RunTexts.csv(0..<4)), ("b.csv", RunTexts.csv(4..<8) + "\"\(RunTexts.question(2))\",\"\(RunTexts.answer(2))\",99\n"),
            ("notes.txt", "Bumblebees are no subject of the table."),
        ])
        #expect(try await harness.version(dataset) == 3)
        #expect(try await harness.status(dataset) == "pending 9")
        let run = try await harness.run(dataset)
        #expect(run.state == .succeeded, "\(String(describing: run.failure))")
        #expect((run.totalRows, run.processedRows, run.percent, run.inputVersion) == (9, 9, 100, 3))
        #expect(
            run.counts.map { [$0.rowsIn, $0.rowsDuplicate, $0.rowsFailed, $0.rowsEmpty, $0.rowsOut] } == [9, 1, 0, 0, 8])
        #expect(try await harness.version(dataset) == 4, "one step for all of it")
        #expect(try await harness.status(dataset) == "succeeded 9", "the row count is that of the table")

        let rows = try await harness.rows(dataset)
        #expect(rows.map { $0["id"].text } == (0..<8).map { "\($0)" }, "of two equal rows the first stays")
        #expect(rows[3]["enhanced_prompt"].text == RunTexts.question(3))
        #expect(rows[3]["enhanced_completion"].text == RunTexts.answer(3))
        #expect(try await harness.download(dataset, as: .csv).hasPrefix("question,answer,enhanced_prompt,enhanced_completion,id\n"))

        // What the run read is found by its output and once; what it did not read stays as it is.
        #expect(try await filenames(harness, finding: RunTexts.answer(5), in: dataset).first == "table-adapted.jsonl")
        #expect(try await filenames(harness, finding: "Question 5", in: dataset).allSatisfy { $0 == "table-adapted.jsonl" })
        #expect(try await filenames(harness, finding: "Bumblebees", in: dataset) == ["notes.txt"])
        let items = try await harness.installation.query("SELECT role, added_in, superseded_in FROM item ORDER BY added_in")
        #expect(
            try items.map { [try $0.text("role"), "\(try $0.int("added_in"))", "\(try $0.optionalInt("superseded_in") ?? 0)"] } == [
                ["source", "1", "4"], ["source", "2", "4"], ["source", "3", "0"], ["output", "4", "0"],
            ])
    }

    @Test(arguments: Backend.all) func aRowOfTheOutputIsFoundOnce(_ backend: Backend) async throws {
        let harness = try await RunHarness(backend)
        let dataset = try await harness.dataset([
            ("a.csv", "question,answer,id\nWhere does the xylophone stand?,In the hall beside the door.,1\nWho sings?,The choir.,2\n")
        ])
        #expect(try await filenames(harness, finding: "xylophone", in: dataset) == ["a.csv"])
        #expect(try await harness.run(dataset).state == .succeeded)
        #expect(try await filenames(harness, finding: "xylophone", in: dataset) == ["table-adapted.jsonl"])
    }

    @Test(arguments: Backend.all) func aSecondRunStandsForTheFirstAndReadsTheTable(_ backend: Backend) async throws {
        let harness = try await RunHarness(backend)
        let dataset = try await harness.dataset([("a.csv", RunTexts.csv(0..<6))])
        let first = try await harness.run(dataset)
        let before = try await harness.download(dataset)
        // The same bytes again, and other ones.
        let second = try await harness.run(dataset)
        #expect((second.state, second.totalRows) == (.succeeded, 6))
        #expect(try await harness.download(dataset) == before)
        #expect(first.outputFile != second.outputFile)
        let third = try await harness.run(dataset) { $0.maxRows = 4 }
        #expect((third.state, third.totalRows, third.counts?.rowsOut) == (.succeeded, 4, 4))
        #expect(try await harness.rows(dataset).count == 4)
        #expect(try await harness.status(dataset) == "succeeded 6")
        #expect(try await harness.version(dataset) == 4)
        let items = try await harness.installation.query("SELECT superseded_in FROM item ORDER BY added_in")
        #expect(try items.map { try $0.optionalInt("superseded_in") } == [2, 3, 4, nil])
        #expect(
            try await harness.platform.runs.page(PageRequest(limit: 2), of: dataset, for: harness.ada).elements.map(\.id) == [
                third.id, second.id,
            ])
        #expect(try await harness.usage() == [1, 1, 1])
    }

    @Test(arguments: Backend.all) func documentsAloneAreATableOfTheirPassages(_ backend: Backend) async throws {
        let harness = try await RunHarness(backend)
        let dataset = try await harness.dataset([
            ("notes.md", "# Hives\n\nBees dance in the dark of the hive.\n"), ("more.txt", "Wasps do not.\n"),
        ])
        #expect(try await harness.status(dataset) == "pending 2")
        let page = try await harness.platform.rows.page(PageRequest(), of: dataset, for: harness.ada)
        #expect(page.columns == ["text", "file", "page", "heading"])
        #expect(page.rows.elements.map { $0.values[1] } == [.string("notes.md"), .string("more.txt")])
        let run = try await harness.run(dataset) {
            $0.mapping?.prompt = "text"
            $0.mapping?.completion = "text"
        }
        #expect(run.state == .succeeded)
        let rows = try await harness.rows(dataset)
        #expect(rows.map { $0["file"].text } == ["notes.md", "more.txt"])
        #expect(rows[0]["heading"].text == "Hives")
        #expect(rows[0]["enhanced_prompt"].text.contains("Bees dance"))
    }

    @Test(arguments: Backend.all) func ofTwoLaunchesAtOnceOneWins(_ backend: Backend) async throws {
        let harness = try await RunHarness(backend)
        let dataset = try await harness.dataset([("a.csv", RunTexts.csv(0..<4))])
        let outcomes = await withTaskGroup(of: String.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    do {
                        return try await harness.launch(dataset).id.text
                    } catch PlatformError.conflict {
                        return "conflict"
                    } catch {
                        return "\(error)"
                    }
                }
            }
            return await group.reduce(into: [String]()) { $0.append($1) }
        }
        #expect(outcomes.count { $0 == "conflict" } == 3, "\(outcomes)")
        #expect(try await harness.installation.query("SELECT id FROM run").count == 1)
        #expect(try await harness.installation.query("SELECT id FROM job WHERE kind = 'run'").count == 1)
        #expect(try await harness.overview(dataset).status == .pending)
    }

    @Test(arguments: Backend.all) func oneKeyIsOneRunForEver(_ backend: Backend) async throws {
        let harness = try await RunHarness(backend)
        let dataset = try await harness.dataset([("a.csv", RunTexts.csv(0..<4))])
        let ids = try await withThrowingTaskGroup(of: RunID.self) { group in
            for _ in 0..<4 { group.addTask { try await harness.launch(dataset) { $0.idempotencyKey = "key" }.id } }
            return try await group.reduce(into: Set<RunID>()) { $0.insert($1) }
        }
        #expect(ids.count == 1)
        try await harness.work()
        let later = try await harness.launch(dataset) { ($0.idempotencyKey, $0.maxRows) = ("key", 1) }
        #expect(ids == [later.id] && later.state == .succeeded, "after its end, whatever the body says")
        let found = try await harness.platform.runs.launched(with: "key", on: dataset, for: harness.ada)
        #expect(found?.id == later.id)
        let other = try await harness.dataset([("a.csv", RunTexts.csv(0..<4))])
        #expect(try await harness.platform.runs.launched(with: "key", on: other, for: harness.ada) == nil)
        #expect(try await harness.usage() == [1])
    }

    @Test(arguments: Backend.all) func anotherOrganizationSeesNothing(_ backend: Backend) async throws {
        let harness = try await RunHarness(backend)
        let dataset = try await harness.dataset([("a.csv", RunTexts.csv(0..<4))])
        let run = try await harness.run(dataset)
        let eve = try await harness.installation.caller(organization: "two", member: "eve")
        let platform = harness.platform
        let attempts: [@Sendable () async throws -> Void] = [
            { _ = try await platform.runs.get(run.id, of: dataset, for: eve) },
            { _ = try await platform.runs.page(PageRequest(), of: dataset, for: eve) },
            { _ = try await platform.runs.cancel(run.id, of: dataset, for: eve, receipt: nil) },
            { _ = try await platform.runs.launch(RunRequest(), on: dataset, for: eve) },
            { _ = try await platform.rows.page(PageRequest(), of: dataset, for: eve) },
            { _ = try await platform.rows.dropped(PageRequest(), by: run.id, of: dataset, for: eve) },
            { _ = try await platform.rows.comparison(PageRequest(), by: run.id, of: dataset, for: eve) },
            { _ = try await platform.results.download(dataset, as: .csv, for: eve) },
            { _ = try await platform.overviews.get(dataset, for: eve) },
        ]
        for (index, attempt) in attempts.enumerated() {
            guard case .notFound = try await harness.refusal(attempt) else {
                Issue.record("attempt \(index) was refused otherwise")
                continue
            }
        }
        #expect(try await platform.overviews.page(PageRequest(), DatasetListing(), for: eve).elements.isEmpty)
    }

    /// Batches are checkpoints: a run that fails between them goes on where it was, and comes out the same.
    @Test(arguments: Backend.all) func aRunThatIsInterruptedComesOutTheSame(_ backend: Backend) async throws {
        let harness = try await RunHarness(backend)
        let table = RunTexts.csv(0..<700) + "\"\(RunTexts.question(12))\",\"\(RunTexts.answer(12))\",700\n"
        let whole = try await harness.dataset([("a.csv", table)], called: "table")
        #expect(try await harness.run(whole).state == .succeeded)
        let broken = try await harness.dataset([("a.csv", table)], called: "table")
        let run = try await harness.launch(broken)
        for faults in ["during-run=fail", "during-run=fail@0.5"] {
            let failing = try harness.process { $0.faults = Faults(faults) ?? .none }
            try await harness.installation.working(failing) {
                try await until("an attempt has ended") {
                    try await !harness.installation.query(
                        "SELECT id FROM job WHERE kind = 'run' AND (state = 'succeeded' OR (state = 'available' AND last_error IS NOT NULL))"
                    ).isEmpty
                }
            }
            try await harness.installation.execute("UPDATE job SET last_error = NULL, attempt = 0 WHERE state = 'available'")
        }
        try await harness.work()
        #expect(try await harness.found(run).state == .succeeded)
        #expect(try await harness.download(broken) == harness.download(whole))
        #expect(try await harness.usage() == [8, 8])
        let evaluations = try await harness.installation.query("SELECT evaluation FROM run ORDER BY created_at").map {
            try $0.text("evaluation")
        }
        #expect(evaluations[0] == evaluations[1])
    }

    /// Everything that a run keeps for itself goes with its end.
    @Test(arguments: Backend.all) func aSuccessfulRunLeavesOutputAndLedgerAlone(_ backend: Backend) async throws {
        let harness = try await RunHarness(backend)
        let dataset = try await harness.dataset([("a.csv", RunTexts.csv(0..<300))])
        let before = try harness.installation.blobs(of: harness.ada.organization)
        let run = try await harness.run(dataset)
        #expect(try await harness.installation.query("SELECT run_id FROM run_part").isEmpty)
        let sweep = try sweep(harness)
        #expect(try await sweep.run() == 0, "none is old enough")
        _ = try await sweep.run(patience: .seconds(-60))
        let left = try harness.installation.blobs(of: harness.ada.organization)
        #expect(left.isSuperset(of: before))
        #expect(left.subtracting(before).count == 5, "ledger, and the output's bytes, text, rows and segment")
        #expect(run.ledgerSHA256.map(left.contains) == true)
        #expect(try await harness.rows(dataset).count == 300)
    }

    private func sweep(_ harness: RunHarness) throws -> BlobSweep {
        let installation = harness.installation
        return BlobSweep(database: installation.database, blobs: try BlobStore(root: installation.root), blobLock: SharedExclusiveLock())
    }

    @Test(arguments: Backend.all) func theSweepLeavesWhatAnUploadHoldsUntilItIsStale(_ backend: Backend) async throws {
        let harness = try await RunHarness(backend)
        let (platform, installation) = (harness.platform, harness.installation)
        let ticket = try await platform.uploads.initiate(name: "table", format: UploadFormat(.csv), for: harness.ada)
        let parts = try #require(URLComponents(string: ticket.target)?.queryItems)
        let value = { (name: String) in parts.first { $0.name == name }?.value }
        let reception = try await platform.uploads.begin(
            key: ticket.key, expires: value("expires").flatMap { Int64($0) }, signature: value("signature"))
        try await reception.bytes.write(Array(RunTexts.csv(0..<3).utf8))
        try await platform.uploads.finish(reception)
        let sweep = try sweep(harness)
        #expect(try await sweep.run(patience: .seconds(-60)) == 0)
        #expect(try installation.blobs(of: harness.ada.organization).count == 1)

        installation.clock.advance(by: UploadSigner.life + Maintenance.staleUploadLife - .seconds(1))
        try await platform.uploads.forget(expiredFor: Maintenance.staleUploadLife)
        #expect(try await installation.query("SELECT id FROM upload").count == 1, "its URL expired less than a day ago")
        installation.clock.advance(by: .seconds(2))
        try await platform.uploads.forget(expiredFor: Maintenance.staleUploadLife)
        #expect(try await installation.query("SELECT id FROM upload").isEmpty)
        #expect(try await sweep.run(patience: .seconds(-60)) == 1)
        #expect(try installation.blobs(of: harness.ada.organization).isEmpty)
    }

    @Test(arguments: Backend.all) func aCompletedUploadIsNeverForgotten(_ backend: Backend) async throws {
        let harness = try await RunHarness(backend)
        let uploads = harness.platform.uploads
        let ticket = try await uploads.initiate(name: "table", format: UploadFormat(.csv), for: harness.ada)
        let items = URLComponents(string: ticket.target)?.queryItems ?? []
        let reception = try await uploads.begin(
            key: ticket.key, expires: items.first { $0.name == "expires" }?.value.flatMap { Int64($0) },
            signature: items.first { $0.name == "signature" }?.value)
        let text = RunTexts.csv(0..<3)
        try await reception.bytes.write(Array(text.utf8))
        try await uploads.finish(reception)
        let dataset = try await uploads.complete(
            key: ticket.key, name: "table", format: UploadFormat(.csv), size: Int64(text.utf8.count), for: harness.ada)
        harness.installation.clock.advance(by: .seconds(1_000_000))
        try await uploads.forget(expiredFor: Maintenance.staleUploadLife)
        let again = try await uploads.complete(
            key: ticket.key, name: "table", format: UploadFormat(.csv), size: Int64(text.utf8.count), for: harness.ada)
        #expect(again == dataset)
        try await harness.work()
        #expect(try await harness.status(dataset) == "pending 3")
    }
}

import Foundation
import Ingestion
import Storage
import TestSupport
import Testing

@testable import Platform

/// What a dataset's status is at every moment of contract B §4.1 and design §7.
@Suite(.timeLimit(.minutes(10))) struct RunStatusConformance {
    @Test(arguments: Backend.all) func fromTheOpenedDatasetToTheFinishedRun(_ backend: Backend) async throws {
        let harness = try await RunHarness(backend)
        let (dataset, _) = try await harness.platform.uploads.open(
            name: "table", format: UploadFormat(.csv), for: harness.ada, receipt: nil)
        #expect(try await harness.status(dataset) == "pending -", "opened, no bytes")
        guard case .conflict = try await harness.refusal({ _ = try await harness.launch(dataset) }) else {
            Issue.record("nothing is imported yet")
            return
        }
        _ = try await harness.platform.upload(RunTexts.csv(0..<3), named: "a.csv", into: dataset, for: harness.ada)
        #expect(try await harness.status(dataset) == "running -", "importing")
        guard case .conflict = try await harness.refusal({ _ = try await harness.launch(dataset) }) else {
            Issue.record("it is still being read")
            return
        }
        try await harness.work()
        #expect(try await harness.status(dataset) == "pending 3", "imported, no run")
        #expect(try await harness.overview(dataset).awaitsInput)
        guard case .unprocessable = try await harness.refusal({ _ = try await harness.download(dataset) }) else {
            Issue.record("no run was ever started")
            return
        }
        let run = try await harness.launch(dataset)
        #expect(try await harness.status(dataset) == "pending 3", "run waits")
        #expect(try await harness.overview(dataset).activeRun?.id == run.id)
        #expect(try await !harness.overview(dataset).awaitsInput)
        guard case .conflict = try await harness.refusal({ _ = try await harness.download(dataset) }) else {
            Issue.record("the run has not finished")
            return
        }
        try await harness.installation.execute("UPDATE run SET state = 'running', started_at = created_at")
        #expect(try await harness.status(dataset) == "running 3", "run works")
        try await harness.work()
        #expect(try await harness.status(dataset) == "succeeded 3", "run done")
        #expect(try await harness.overview(dataset).activeRun == nil)
        #expect(try await harness.overview(dataset).latestRun?.id == run.id)

        // A new source makes it work to be done again; what is removed does not.
        let more = try await harness.platform.upload(RunTexts.csv(3..<5), named: "b.csv", into: dataset, for: harness.ada)
        #expect(try await harness.status(dataset) == "running -")
        try await harness.work()
        #expect(try await harness.status(dataset) == "pending 5")
        #expect(try await harness.run(dataset).totalRows == 5)
        #expect(try await harness.status(dataset) == "succeeded 5")
        try await harness.platform.files.dissociate(more.id, from: .dataset(dataset), for: harness.ada)
        #expect(try await harness.status(dataset) == "succeeded 3")
    }

    @Test(arguments: Backend.all) func aSourceThatComesWhileTheRunWorksIsNewerThanIt(_ backend: Backend) async throws {
        let harness = try await RunHarness(backend)
        let dataset = try await harness.dataset([("a.csv", RunTexts.csv(0..<3))])
        let run = try await harness.launch(dataset)
        _ = try await harness.platform.upload(RunTexts.csv(3..<5), named: "b.csv", into: dataset, for: harness.ada)
        try await harness.work()
        #expect(try await harness.found(run).counts?.rowsOut == 3, "it reads the table as it was at its launch")
        #expect(try await harness.status(dataset) == "pending 5")
        let superseded = try await harness.installation.query("SELECT role FROM item WHERE superseded_in IS NOT NULL")
        #expect(superseded.count == 1, "what it did not read stays")
    }

    @Test(arguments: Backend.all) func filesThatCannotBeReadSaySo(_ backend: Backend) async throws {
        let harness = try await RunHarness(backend)
        let unreadable = try await harness.dataset([("a.csv", "a,b\n1,\"never closed\n")])
        #expect(try await harness.status(unreadable) == "failed - E0100")
        let empty = try await harness.dataset([("a.csv", "\n\n")])
        #expect(try await harness.status(empty) == "failed - E0101")
        let differ = try await harness.dataset([("a.csv", RunTexts.csv(0..<2)), ("b.csv", "question,other\na,b\n")])
        #expect(try await harness.status(differ) == "failed - E0102")
        let spelt = try await harness.dataset([("a.csv", "caf\u{E9},a\n1,2\n"), ("b.csv", "cafe\u{301},a\n1,2\n")])
        #expect(try await harness.status(spelt) == "failed - E0102")
        let refusal = try await harness.refusal { _ = try await harness.launch(differ) }
        guard case .conflict(let message, _) = refusal, message.contains("a.csv"), message.contains("b.csv") else {
            Issue.record("\(refusal)")
            return
        }
        let one = try await harness.dataset([("good.csv", RunTexts.csv(0..<2)), ("bad.csv", "a,b\n1,\"never closed\n")])
        #expect(try await harness.status(one) == "pending 2", "a failed file among good ones is left out")
        #expect(try await harness.run(one).counts?.rowsOut == 2)
        #expect(try await harness.status(one) == "succeeded 2")
    }

    /// JSON that is no table is a document where models are made, and a mistake where tables are worked on.
    @Test(arguments: Backend.all) func jsonThatIsNoTableSaysSo(_ backend: Backend) async throws {
        let harness = try await RunHarness(backend)
        for text in [#"{"data": [{"a": 1}]}"#, "[[1, 2]]", #""text""#, #"[{"a": 1}, 5]"#, #"{"a": 1}"#] {
            let dataset = try await harness.dataset([("a.json", text)])
            #expect(try await harness.status(dataset) == "failed - E0100", "\(text)")
            #expect(try await harness.overview(dataset).failure?.message.contains("object") == true, "\(text)")
            guard case .conflict(let message, _) = try await harness.refusal({ _ = try await harness.launch(dataset) }),
                message.contains("object")
            else {
                Issue.record("\(text) was taken for a table")
                continue
            }
        }
        for (name, text) in [("a.json", "[]"), ("a.jsonl", "{}\n{}\n")] {
            #expect(try await harness.status(harness.dataset([(name, text)])) == "failed - E0101", "\(text)")
        }
        var listing = DatasetListing()
        listing.awaitsInput = true
        let request = PageRequest()
        #expect(try await harness.platform.overviews.page(request, listing, for: harness.ada).elements.isEmpty)
        let beside = try await harness.dataset([("a.csv", RunTexts.csv(0..<2)), ("a.json", "{\"a\": 1}")])
        #expect(try await harness.status(beside) == "pending 2", "beside a table it is left out")
        let documents = try await harness.dataset([("a.md", "# A\n\ntext\n"), ("a.json", "{\"a\": 1}")])
        #expect(try await harness.status(documents) == "pending 2", "beside documents it is one")
    }

    @Test(arguments: Backend.all) func whatTheServerGaveUpIsNobodysMistakeAndTriedAgainWhenSentAgain(_ backend: Backend) async throws {
        let harness = try await RunHarness(backend)
        let dataset = try await harness.dataset([])
        _ = try await harness.platform.upload(RunTexts.csv(0..<3), named: "a.csv", into: dataset, for: harness.ada)
        try await harness.installation.execute("UPDATE job SET attempt = 20, crashes = 20 WHERE kind = 'ingest'")
        try await harness.work()
        #expect(try await harness.status(dataset) == "pending 3", "a machine that often restarts")

        let given = try await harness.dataset([])
        let file = try await harness.platform.upload(RunTexts.csv(0..<4), named: "a.csv", into: given, for: harness.ada)
        let most = JobRepository.mostCrashesOfHarmlessWork
        try await harness.installation.execute(
            "UPDATE job SET attempt = \(most), crashes = \(most) WHERE kind = 'ingest' AND state = 'available'")
        try await harness.work()
        #expect(try await harness.status(given) == "failed - E0202")
        try await harness.platform.files.dissociate(file.id, from: .dataset(given), for: harness.ada)
        _ = try await harness.platform.upload(RunTexts.csv(0..<4), named: "a.csv", into: given, for: harness.ada)
        try await harness.work()
        #expect(try await harness.status(given) == "pending 4")
    }

    @Test(arguments: Backend.all) func anImportThatFailsSaysWhy(_ backend: Backend) async throws {
        let harness = try await RunHarness(backend) { $0.allowsPrivateNetwork = true }
        try await ScriptedSite.run({ _, _ in .status(404, "gone") }) { site in
            let dataset = try await harness.platform.imports.start(
                name: nil, url: site.base + "/table.csv", files: nil, at: ["body"], for: harness.ada, receipt: nil)
            #expect(try await harness.status(dataset) == "running -")
            try await harness.work()
            #expect(try await harness.status(dataset) == "failed - E0103")
            #expect(try await harness.overview(dataset).failure?.message.isEmpty == false)
        }
    }

    /// A fault that might pass is tried again; if it never does, it is what the owner is told.
    @Test(arguments: Backend.all) func anImportThatFailsForLongSaysWhyToo(_ backend: Backend) async throws {
        let harness = try await RunHarness(backend) { $0.allowsPrivateNetwork = true }
        try await ScriptedSite.run({ _, _ in .status(500, "broken") }) { site in
            let dataset = try await harness.platform.imports.start(
                name: nil, url: site.base + "/table.csv", files: nil, at: ["body"], for: harness.ada, receipt: nil)
            try await harness.installation.execute("UPDATE job SET attempt = \(JobRepository.mostAttempts - 1) WHERE kind = 'import'")
            try await harness.work()
            #expect(try await harness.status(dataset) == "failed - E0103")
            let message = try await harness.overview(dataset).failure?.message ?? ""
            #expect(message.contains("/table.csv") && message.contains("500"), "\(message)")
        }
    }

    @Test(arguments: Backend.all) func deletingADatasetEndsItsImport(_ backend: Backend) async throws {
        let harness = try await RunHarness(backend) { $0.allowsPrivateNetwork = true }
        let dataset = try await harness.platform.imports.start(
            name: nil, url: "http://127.0.0.1:9/table.csv", files: nil, at: ["body"], for: harness.ada, receipt: nil)
        try await harness.platform.datasets.delete(dataset, for: harness.ada)
        let jobs = try await harness.installation.query("SELECT state FROM job WHERE kind = 'import'")
        #expect(try jobs.map { try $0.text("state") } == ["cancelled"])
    }

    @Test(arguments: Backend.all) func rowsThatLackAnAnswerAreKeptAndCounted(_ backend: Backend) async throws {
        let harness = try await RunHarness(backend)
        func remarks(_ text: String) async throws -> JSONValue? {
            let run = try await harness.run(harness.dataset([("a.csv", text)]))
            guard case .object(let results)? = run.evaluation?.rawResults else { return nil }
            return results["remarks"]
        }
        let lacking = "question,answer\nWhat is a quarry?,\nWhy is slate split?,\nWhere is marble cut?,In Carrara.\n"
        #expect(try await remarks(lacking) == .array([.string("2 rows are kept although their prompt or answer is empty.")]))
        #expect(try await remarks("question,answer\nWhere is marble cut?,In Carrara.\n") == .array([]))
    }

    @Test(arguments: Backend.all) func aMappingThatFitsNoRowFailsTheRun(_ backend: Backend) async throws {
        let harness = try await RunHarness(backend)
        let dataset = try await harness.dataset([("a.csv", "question,answer,id\n , ,1\n,  ,2\n")])
        let run = try await harness.run(dataset)
        #expect((run.state, run.failure?.code) == (.failed, .mappingFitsNoRow))
        #expect(try await harness.status(dataset) == "failed 2 E0200")
        #expect(try await harness.version(dataset) == 1)
        _ = try await harness.platform.upload(RunTexts.csv(0..<2), named: "b.csv", into: dataset, for: harness.ada)
        try await harness.work()
        #expect(try await harness.status(dataset) == "pending 4", "a new source after a failed run")
        #expect(try await harness.run(dataset).counts.map { [$0.rowsEmpty, $0.rowsDuplicate, $0.rowsOut] } == [2, 0, 2])
        #expect(try await harness.status(dataset) == "succeeded 4")
    }

    @Test(arguments: Backend.all) func theListShowsTheSameAsTheDataset(_ backend: Backend) async throws {
        let harness = try await RunHarness(backend)
        let imported = try await harness.dataset([("a.csv", RunTexts.csv(0..<2))], called: "b imported")
        let failed = try await harness.dataset([("a.csv", "a,b\n1,\"never closed\n")], called: "C failed")
        let done = try await harness.dataset([("a.csv", RunTexts.csv(0..<3))], called: "a done")
        _ = try await harness.run(done)
        let empty = try await harness.platform.dataset("D empty", for: harness.ada)
        func listed(_ change: (inout DatasetListing) -> Void) async throws -> [DatasetID] {
            var listing = DatasetListing()
            change(&listing)
            var (ids, cursor) = ([DatasetID](), String?.none)
            repeat {
                let page = try await harness.platform.overviews.page(
                    PageRequest(limit: 1, cursor: cursor), listing, for: harness.ada)
                for overview in page.elements {
                    #expect(try await harness.overview(overview.dataset.id).status == overview.status)
                    ids.append(overview.dataset.id)
                }
                cursor = page.nextCursor
            } while cursor != nil
            return ids
        }
        #expect(try await Set(listed { _ in }) == [imported, failed, done, empty])
        #expect(try await listed { ($0.sort, $0.direction) = (.name, .ascending) } == [done, imported, failed, empty])
        #expect(try await listed { ($0.sort, $0.direction) = (.name, .descending) } == [empty, failed, imported, done])
        #expect(try await listed { $0.status = .succeeded } == [done])
        #expect(try await listed { $0.status = .failed } == [failed])
        #expect(try await Set(listed { $0.status = .pending }) == [imported, empty])
        #expect(try await listed { $0.awaitsInput = true } == [imported])
        #expect(try await Set(listed { $0.awaitsInput = false }) == [failed, done, empty])
        #expect(try await listed { $0.search = "FAIL" } == [failed])
        let cursor = try await harness.platform.overviews.page(PageRequest(limit: 1), DatasetListing(), for: harness.ada).nextCursor
        var other = DatasetListing()
        other.status = .pending
        await #expect(throws: PlatformError.self) {
            try await harness.platform.overviews.page(PageRequest(limit: 1, cursor: cursor), other, for: harness.ada)
        }
    }
}

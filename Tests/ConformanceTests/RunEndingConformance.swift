import Foundation
import Ingestion
import Providers
import Storage
import TestSupport
import Testing

@testable import Platform

/// Runs that come to another end than success: cancelled, purged, deleted, taken over.
@Suite(.timeLimit(.minutes(10))) struct RunEndingConformance {
    /// A process whose run stands still after it recorded so many checkpoints, until the door is opened or the run is stopped.
    private func halting(_ harness: RunHarness, after records: Int) throws -> (platform: Platform, halted: Door, goOn: Door) {
        let database = InterposedDatabase(harness.installation.database)
        let (halted, goOn, seen) = (Door(), Door(), Tally<Int>())
        database.afterCommit { statements in
            guard statements.contains(where: { $0.contains("INSERT INTO run_part") }) else { return }
            seen.add(1)
            guard seen.elements.count == records else { return }
            halted.open()
            await goOn.wait()
        }
        return (try harness.process(database: database), halted, goOn)
    }

    /// Three batches: a checkpoint for the assessments of each, one of the findings, and the first of the rows.
    private static let rows = 600
    private static let untilFirstRows = 5

    @Test(arguments: Backend.all) func aWaitingRunIsCancelledAtOnce(_ backend: Backend) async throws {
        let harness = try await RunHarness(backend)
        let dataset = try await harness.dataset([("a.csv", RunTexts.csv(0..<4))])
        let run = try await harness.launch(dataset)
        let cancelled = try await harness.platform.runs.cancel(run.id, of: dataset, for: harness.ada, receipt: nil)
        #expect((cancelled.state, cancelled.failure?.code, cancelled.credits) == (.cancelled, .cancelled, 0))
        #expect(try await harness.status(dataset) == "failed 4 E0203")
        guard
            case .conflict = try await harness.refusal({
                _ = try await harness.platform.runs.cancel(run.id, of: dataset, for: harness.ada, receipt: nil)
            })
        else {
            Issue.record("it is over")
            return
        }
        try await harness.work()
        #expect(try await harness.found(run).state == .cancelled, "its job does nothing any more")
        #expect(try await harness.version(dataset) == 1)
        #expect(try await harness.usage() == [0])
        #expect(try await harness.download(dataset).isEmpty, "a result without rows")
        #expect(try await harness.run(dataset).state == .succeeded, "another one can be launched")
    }

    @Test(arguments: Backend.all) func aWorkingRunIsCancelledAndKeepsItsFinishedRows(_ backend: Backend) async throws {
        let harness = try await RunHarness(backend)
        let dataset = try await harness.dataset([("a.csv", RunTexts.csv(0..<Self.rows))])
        let run = try await harness.launch(dataset)
        let (worker, halted, _) = try halting(harness, after: Self.untilFirstRows)
        try await harness.installation.working(worker) {
            await halted.wait()
            #expect(try await harness.status(dataset) == "running 600")
            let asked = try await harness.platform.runs.cancel(run.id, of: dataset, for: harness.ada, receipt: nil)
            #expect((asked.state, asked.isCancelRequested) == (.running, true))
            try await until("the run is over") { try await !harness.found(run).isActive }
        }
        let cancelled = try await harness.found(run)
        #expect((cancelled.state, cancelled.failure?.code, cancelled.counts?.rowsOut) == (.cancelled, .cancelled, RunWork.batch))
        #expect(try await harness.status(dataset) == "failed 600 E0203")
        let rows = try await harness.rows(dataset)
        #expect(rows.map { $0["id"].text } == (0..<RunWork.batch).map { "\($0)" })
        #expect(rows.first?["enhanced_prompt"].text == RunTexts.question(0))
        #expect(try await harness.usage() == [3], "the rows that are done are paid for")
        #expect(try await harness.version(dataset) == 1)

        // The next run that writes rows is what is downloaded.
        #expect(try await harness.run(dataset).state == .succeeded)
        #expect(try await harness.rows(dataset).count == Self.rows)
    }

    @Test(arguments: Backend.all) func deletingTheDatasetEndsItsRun(_ backend: Backend) async throws {
        let harness = try await RunHarness(backend)
        let dataset = try await harness.dataset([("a.csv", RunTexts.csv(0..<Self.rows))])
        let run = try await harness.launch(dataset)
        let (worker, halted, _) = try halting(harness, after: Self.untilFirstRows)
        try await harness.installation.working(worker) {
            await halted.wait()
            try await harness.platform.datasets.delete(dataset, for: harness.ada)
            let states = try await harness.installation.query("SELECT state, error_code FROM run WHERE id = \(run.id)")
            #expect(try states.map { [try $0.text("state"), try $0.text("error_code")] } == [["cancelled", "E0203"]])
            try await harness.installation.jobsEnded()
        }
        #expect(try await harness.installation.query("SELECT id FROM item WHERE role = 'output'").isEmpty)
        #expect(try await harness.installation.query("SELECT run_id FROM run_part").isEmpty)
        #expect(try await harness.usage() == [3])
    }

    @Test(arguments: Backend.all) func purgingASourceEndsTheRunThatReadsItAndErasesWhatItMade(_ backend: Backend) async throws {
        let harness = try await RunHarness(backend)
        let secret = "unspeakable"
        let dataset = try await harness.dataset([
            ("a.csv", RunTexts.csv(0..<Self.rows).replacingOccurrences(of: "Question 7:", with: secret))
        ])
        let file = try #require(
            try await harness.platform.files.page(PageRequest(), filter: FileFilter(resource: .dataset(dataset)), for: harness.ada).elements
                .first)
        let run = try await harness.launch(dataset)
        let (worker, halted, _) = try halting(harness, after: Self.untilFirstRows)
        try await harness.installation.working(worker) {
            await halted.wait()
            #expect(!harness.installation.files(holding: secret).isEmpty)
            try await harness.platform.files.delete(file.id, purge: true, for: harness.ada)
            let ended = try await harness.found(run)
            #expect((ended.state, ended.failure?.code) == (.failed, .interrupted))
            try await harness.installation.jobsEnded()
        }
        #expect(harness.installation.files(holding: secret).filter { !$0.path.contains("sqlite") }.isEmpty)
        #expect(try await harness.installation.query("SELECT run_id FROM run_part").isEmpty)
        #expect(try await harness.installation.query("SELECT id FROM item WHERE role = 'output'").isEmpty)
    }

    @Test(arguments: Backend.all) func purgingASourceErasesTheLeftoversOfRunsThatReadItAlone(_ backend: Backend) async throws {
        let harness = try await RunHarness(backend)
        let secret = "unspeakable"
        let dataset = try await harness.dataset([
            ("a.csv", RunTexts.csv(0..<Self.rows)), ("b.csv", "question,answer,id\nThe \(secret) one?,It is here.,1\n"),
        ])
        let files = try await harness.platform.files.page(PageRequest(), filter: FileFilter(resource: .dataset(dataset)), for: harness.ada)
            .elements
        for file in files.sorted(by: { $0.filename > $1.filename }) {
            // First a run of both, then one of the first file alone.
            let run = try await harness.launch(dataset)
            let (worker, halted, _) = try halting(harness, after: Self.untilFirstRows)
            try await harness.installation.working(worker) {
                await halted.wait()
                _ = try await harness.platform.runs.cancel(run.id, of: dataset, for: harness.ada, receipt: nil)
                try await until("the run is over") { try await !harness.found(run).isActive }
            }
            #expect(try await harness.rows(dataset).count == RunWork.batch)
            try await harness.platform.files.delete(file.id, purge: true, for: harness.ada)
            #expect(try await harness.installation.query("SELECT run_id FROM run_part").isEmpty)
        }
        #expect(
            try harness.installation.blobs(of: harness.ada.organization).allSatisfy { name in
                harness.installation.files(holding: secret).allSatisfy { $0.lastPathComponent != name }
            })
        #expect(harness.installation.files(holding: secret).isEmpty)
        #expect(harness.installation.files(holding: RunTexts.answer(3)).isEmpty)
    }

    @Test(arguments: Backend.all) func purgingAnotherFileLeavesARunAlone(_ backend: Backend) async throws {
        let harness = try await RunHarness(backend)
        let dataset = try await harness.dataset([("a.csv", RunTexts.csv(0..<4)), ("notes.txt", "Nothing of the table.")])
        let run = try await harness.launch(dataset)
        let notes = try await harness.platform.files.page(PageRequest(), filter: FileFilter(resource: .dataset(dataset)), for: harness.ada)
            .elements.first { $0.filename == "notes.txt" }
        try await harness.platform.files.delete(try #require(notes).id, purge: true, for: harness.ada)
        try await harness.work()
        #expect(try await harness.found(run).state == .succeeded)
    }

    /// A worker as it does one run, step by step.
    private struct Worker {
        let checkpoints: RunCheckpoints
        let publishing: RunPublishing
        let context: JobContext
        let folder = TemporaryFolder()
        private let work: RunWork

        init(_ harness: RunHarness, _ run: Run, named name: String, blobs: BlobStore, lock: SharedExclusiveLock) async throws {
            let installation = harness.installation
            let (database, clock) = (installation.database, installation.clock)
            let job = try await database.write { try JobRepository().claim($0, kinds: [RunJob.kind], worker: name, now: clock.now) }
            context = JobContext(job: try #require(job), database: database, clock: clock)
            let sweep = BlobSweep(database: database, blobs: blobs, blobLock: lock)
            checkpoints = RunCheckpoints(
                run: run.id, context: context, database: database, blobs: blobs, blobLock: lock, sweep: sweep, folder: folder.url)
            publishing = RunPublishing(
                database: database, blobs: blobs, blobLock: lock,
                processing: ContentProcessing(
                    extraction: ExtractionProcess(executable: TestExecutable.path, limits: ExtractionLimits()), blobs: blobs),
                vectorDemand: VectorDemand(family: nil, jobEnqueued: {}), sweep: sweep, clock: clock)
            work = RunWork(
                run: run, checkpoints: checkpoints, blobs: blobs, encoder: nil, generator: nil,
                progress: RunProgress(total: run.totalRows, generates: false), faults: .none)
        }

        func perform() async throws { try await work.perform() }
        func publish(_ run: Run) async throws { try await publishing.publish(run, checkpoints, folder: folder.url, context) }
    }

    @Test(arguments: Backend.all) func aWorkerThatLostTheRunCanPublishNothing(_ backend: Backend) async throws {
        let harness = try await RunHarness(backend)
        let dataset = try await harness.dataset([("a.csv", RunTexts.csv(0..<20))])
        let run = try await harness.launch(dataset)
        let (blobs, lock) = (try BlobStore(root: harness.installation.root), SharedExclusiveLock())
        let old = try await Worker(harness, run, named: "old", blobs: blobs, lock: lock)
        try await old.perform()
        try await harness.installation.execute("UPDATE job SET lease_until = 0 WHERE kind = 'run'")
        let new = try await Worker(harness, run, named: "new", blobs: blobs, lock: lock)
        let parts = try await harness.installation.query("SELECT step FROM run_part").count
        let draft = try old.checkpoints.draft(["late"], as: .rows, batch: 7, rowCount: 1)
        await #expect(throws: JobLeaseLost.self) { try await old.checkpoints.record([draft]) }
        #expect(try await harness.installation.query("SELECT step FROM run_part").count == parts)
        // What it made is what the other one makes of the same parts, so the bytes may stay; nothing of it is seen.
        _ = try? await old.publish(run)
        #expect(try await harness.found(run).isActive)
        #expect(try await harness.installation.query("SELECT id FROM item WHERE role = 'output'").isEmpty)
        #expect(try await harness.usage().isEmpty)
        #expect(try await harness.version(dataset) == 1)

        try await new.perform()
        try await new.publish(run)
        #expect(try await harness.found(run).state == .succeeded)
        let result = try await harness.download(dataset)
        #expect(result.split(separator: "\n").count == 20)
        // The last write is not repeated, and a worker that is late once more takes nothing away.
        await #expect(throws: JobLeaseLost.self) { try await new.context.complete { _ in } }
        _ = try? await old.publish(run)
        #expect(try await harness.usage() == [1])
        #expect(try await harness.installation.query("SELECT id FROM item WHERE role = 'output'").count == 1)
        #expect(try await harness.version(dataset) == 2)
        #expect(try await harness.download(dataset) == result)
    }

    @Test(arguments: Backend.all) func anAnswerIsRecordedOnceAndOnlyWhileTheRunIsActive(_ backend: Backend) async throws {
        let harness = try await RunHarness(backend)
        let dataset = try await harness.dataset([("a.csv", RunTexts.csv(0..<2))])
        let run = try await harness.launch(dataset)
        let (answers, organization) = (RunAnswerRepository(), harness.ada.organization)
        let answer = { @Sendable (text: String) in
            RunAnswer(row: 1, request: .complete, text: text, reasoning: nil, failure: nil, usage: TokenUsage(input: 1, output: 2))
        }
        let record = { (text: String) in
            try await harness.installation.database.write { try answers.record($0, organization, run.id, answer(text)) }
        }
        #expect(try await record("first")?.text == "first")
        #expect(try await record("second")?.text == "first", "what was recorded first counts")
        _ = try await harness.platform.runs.cancel(run.id, of: dataset, for: harness.ada, receipt: nil)
        #expect(try await record("third") == nil)
        #expect(try await harness.installation.query("SELECT row_number FROM run_answer").isEmpty)
        let usage = try await harness.installation.query("SELECT input_tokens, output_tokens FROM usage_event")
        #expect(try usage.map { [try $0.int("input_tokens"), try $0.int("output_tokens")] } == [[1, 2]])
    }

    @Test(arguments: Backend.all) func aJobThatFailsForGoodEndsItsRun(_ backend: Backend) async throws {
        let harness = try await RunHarness(backend) { $0.faults = Faults("during-run=fail") ?? .none }
        let dataset = try await harness.dataset([("a.csv", RunTexts.csv(0..<2))])
        let run = try await harness.run(dataset)
        #expect((run.state, run.failure?.code) == (.failed, .interrupted))
        #expect(try await harness.status(dataset) == "failed 2 E0202")
        #expect(try await harness.usage() == [0])
    }

    /// Deaths of the process are no failed attempts, and many of them are borne.
    @Test(arguments: Backend.all) func aRunThatWasKilledVeryOftenIsNotGivenUp(_ backend: Backend) async throws {
        let harness = try await RunHarness(backend)
        let dataset = try await harness.dataset([("a.csv", RunTexts.csv(0..<2))])
        let run = try await harness.launch(dataset)
        try await harness.installation.execute("UPDATE job SET attempt = 60, crashes = 60 WHERE kind = 'run'")
        // And it may still fail and be tried again.
        let failing = try harness.process { $0.faults = Faults("during-run=fail") ?? .none }
        try await harness.installation.working(failing) {
            try await until("an attempt has failed") {
                try await !harness.installation.query("SELECT id FROM job WHERE kind = 'run' AND last_error IS NOT NULL").isEmpty
            }
        }
        try await harness.work()
        #expect(try await harness.found(run).state == .succeeded)
    }

    @Test(arguments: Backend.all) func aRunThatKillsEveryProcessIsGivenUp(_ backend: Backend) async throws {
        let harness = try await RunHarness(backend)
        let dataset = try await harness.dataset([("a.csv", RunTexts.csv(0..<2))])
        let run = try await harness.launch(dataset)
        try await harness.installation.execute(
            "UPDATE job SET attempt = \(JobRepository.mostCrashesOfHarmlessWork), crashes = \(JobRepository.mostCrashesOfHarmlessWork) WHERE kind = 'run'"
        )
        try await harness.work()
        let ended = try await harness.found(run)
        #expect((ended.state, ended.failure?.code) == (.failed, .interrupted))
    }
}

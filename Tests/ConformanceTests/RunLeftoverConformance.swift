import Foundation
import Ingestion
import Providers
import Storage
import TestSupport
import Testing

@testable import Platform

/// What a run leaves that did not succeed: every row that was paid for, true counts, and the list of what it left out.
@Suite(.timeLimit(.minutes(10))) struct RunLeftoverConformance {
    private static func number(_ request: GenerationRequest) -> Int {
        request.question.firstMatch(of: /Question (\d+):/).flatMap { Int($0.output.1) } ?? 0
    }

    /// Answers rows before this one at once, refuses one of them, and never answers the others.
    private static func answering(before limit: Int, refusing refused: Int? = nil) -> CountingGenerator {
        let never = Door()
        return CountingGenerator { request, _ in
            let row = number(request)
            if row == refused { throw ProviderFault(.rejected, "The policy forbids this.") }
            if row >= limit { await never.wait() }
            return "Written for \(row)."
        }
    }

    /// Rows of different questions, with an empty one and a repetition of the fourth after the tenth.
    private static func table(_ rows: Range<Int>) -> String {
        var lines = RunTexts.csv(rows).split(separator: "\n").map(String.init)
        lines.insert(contentsOf: [" ,,empty", lines[4].replacingOccurrences(of: ",3", with: ",repeated")], at: 11)
        return lines.joined(separator: "\n") + "\n"
    }

    private func answers(_ harness: RunHarness) async throws -> Int {
        try await harness.installation.query("SELECT row_number FROM run_answer").count
    }

    private func launch(_ harness: RunHarness, _ dataset: DatasetID) async throws -> Run {
        try await harness.launch(dataset) { $0.mapping?.completion = nil }
    }

    /// Lets a run work until so many answers are recorded, and cancels it.
    private func cancelled(_ harness: RunHarness, _ dataset: DatasetID, after recorded: Int) async throws -> Run {
        let run = try await launch(harness, dataset)
        let worker = try harness.process(generator: harness.generator)
        try await harness.installation.working(worker) {
            try await until("\(recorded) answers are recorded") { try await answers(harness) == recorded }
            _ = try await harness.platform.runs.cancel(run.id, of: dataset, for: harness.ada, receipt: nil)
            try await until("the run is over") { try await !harness.found(run).isActive }
        }
        return try await harness.found(run)
    }

    @Test(arguments: Backend.all) func everyAnsweredRowOfACancelledRunIsInItsResult(_ backend: Backend) async throws {
        let generator = Self.answering(before: 89, refusing: 5)
        let harness = try await RunHarness(backend, generator: generator)
        let dataset = try await harness.dataset([("a.csv", Self.table(0..<300))])
        let run = try await cancelled(harness, dataset, after: 89)
        #expect((run.state, run.step) == (.cancelled, .improve))
        #expect(generator.asked.elements.count == 89 + RowGenerator.defaultConcurrency, "nothing is asked for at the end")
        let expected = (0..<89).filter { $0 != 5 }
        let rows = try await harness.rows(dataset)
        #expect(rows.map { $0["id"].text } == expected.map { "\($0)" })
        #expect(rows.map { $0["enhanced_completion"].text } == expected.map { "Written for \($0)." })
        // Rows without an answer were not worked on, but whether they are empty or repeat another one is known of the whole batch.
        #expect(run.counts.map { [$0.rowsIn, $0.rowsDuplicate, $0.rowsEmpty, $0.rowsFailed, $0.rowsOut] } == [91, 1, 1, 1, 88])
        #expect(run.credits == 1)
        #expect(try await harness.usage() == [1])
        #expect(try await answers(harness) == 0)

        let dropped = try await harness.platform.rows.dropped(PageRequest(), by: run.id, of: dataset, for: harness.ada).elements
        #expect(dropped.map(\.row) == [6, 11, 12])
        #expect(dropped.map(\.outcome) == [.failed, .empty, .exactDuplicate])
        #expect(dropped.first?.reason?.contains("policy forbids") == true)
        let listed = try await harness.platform.rows.page(PageRequest(limit: 100), of: dataset, for: harness.ada)
        #expect(listed.run == run.id)
        #expect(listed.rows.elements.filter { $0.entry != nil }.map(\.number) == Array(1...91))
    }

    /// The list of rows goes over several batches, page by page.
    @Test(arguments: Backend.all) func wholeBatchesAndTheLastOneAreOneList(_ backend: Backend) async throws {
        let harness = try await RunHarness(backend, generator: Self.answering(before: 600, refusing: 300))
        let dataset = try await harness.dataset([("a.csv", Self.table(0..<900))])
        let run = try await cancelled(harness, dataset, after: 600)
        #expect(run.counts.map { [$0.rowsIn, $0.rowsDuplicate, $0.rowsEmpty, $0.rowsFailed, $0.rowsOut] } == [602, 1, 1, 1, 599])
        #expect(run.credits == 6)
        #expect(try await harness.rows(dataset).count == 599)
        for limit in [1, 2, 100] {
            var (rows, cursor) = ([Int](), String?.none)
            repeat {
                let page = try await harness.platform.rows.dropped(
                    PageRequest(limit: limit, cursor: cursor), by: run.id, of: dataset, for: harness.ada)
                rows += page.elements.map(\.row)
                cursor = page.nextCursor
            } while cursor != nil
            #expect(rows == [11, 12, 303], "by \(limit)")
        }
        var (outcomes, cursor) = ([RunLedgerEntry.Outcome?](), String?.none)
        repeat {
            let page = try await harness.platform.rows.page(PageRequest(limit: 100, cursor: cursor), of: dataset, for: harness.ada).rows
            outcomes += page.elements.map(\.entry?.outcome)
            cursor = page.nextCursor
        } while cursor != nil
        #expect(outcomes.count == 902 && outcomes.prefix(602).allSatisfy { $0 != nil } && outcomes.dropFirst(602).allSatisfy { $0 == nil })
        guard
            case .conflict(let message, _) = try await harness.refusal({
                _ = try await harness.platform.rows.comparison(PageRequest(), by: run.id, of: dataset, for: harness.ada)
            }), message.contains("did not succeed")
        else {
            Issue.record("there is nothing to compare it with")
            return
        }
    }

    @Test(arguments: Backend.all) func aRunOfWhichEveryRowWasRefusedCountsThem(_ backend: Backend) async throws {
        let generator = CountingGenerator { _, _ -> String in throw ProviderFault(.rejected, "No.") }
        let harness = try await RunHarness(backend, generator: generator)
        let dataset = try await harness.dataset([("a.csv", RunTexts.csv(0..<60))])
        let run = try await harness.run(dataset) { $0.mapping?.completion = nil }
        #expect((run.state, run.step, run.credits) == (.failed, .improve, 0))
        #expect(run.failure?.message.contains("60 of 60 rows") == true)
        #expect(run.counts.map { [$0.rowsIn, $0.rowsFailed, $0.rowsOut] } == [60, 60, 0])
        let dropped = try await harness.platform.rows.dropped(PageRequest(limit: 100), by: run.id, of: dataset, for: harness.ada).elements
        #expect(dropped.count == 60 && dropped.allSatisfy { $0.outcome == .failed })
        let listed = try await harness.platform.rows.page(PageRequest(limit: 100), of: dataset, for: harness.ada)
        #expect(listed.run == run.id && listed.rows.elements.allSatisfy { $0.entry?.outcome == .failed })
    }

    /// As with the download: a later run that wrote nothing takes nothing away.
    @Test(arguments: Backend.all) func theRowsShowTheRunWhoseResultIsDownloaded(_ backend: Backend) async throws {
        let harness = try await RunHarness(backend)
        let dataset = try await harness.dataset([("a.csv", RunTexts.csv(0..<3))])
        let good = try await harness.run(dataset)
        let bad = try await harness.run(dataset) {
            $0.mapping = RunPlan.Mapping()
            $0.mapping?.chat = "answer"
        }
        #expect((good.state, bad.state) == (.succeeded, .failed))
        #expect(bad.counts.map { [$0.rowsIn, $0.rowsEmpty] } == [3, 3])
        #expect(try await harness.platform.rows.page(PageRequest(), of: dataset, for: harness.ada).run == good.id)
        #expect(try await harness.platform.rows.dropped(PageRequest(), by: bad.id, of: dataset, for: harness.ada).elements.count == 3)
    }

    @Test(arguments: Backend.all) func aRefusalOfEveryRequestKeepsWhatWasAnsweredBefore(_ backend: Backend) async throws {
        let generator = CountingGenerator { request, _ in
            if Self.number(request) == 50 { throw ProviderFault(.misconfigured, "The key has run out.") }
            return "Written for \(Self.number(request))."
        }
        let harness = try await RunHarness(backend, generator: generator) { $0.generatorConcurrency = 1 }
        let dataset = try await harness.dataset([("a.csv", RunTexts.csv(0..<100))])
        let run = try await harness.run(dataset) { $0.mapping?.completion = nil }
        #expect((run.state, run.failure?.code, run.step) == (.failed, .generatorFailed, .improve))
        #expect(run.counts.map { [$0.rowsIn, $0.rowsOut] } == [50, 50])
        #expect(try await harness.rows(dataset).map { $0["id"].text } == (0..<50).map { "\($0)" })
    }

    @Test(arguments: Backend.all) func aGeneratorThatIsTakenAwayLeavesItsAnswers(_ backend: Backend) async throws {
        let harness = try await RunHarness(backend, generator: Self.answering(before: 40))
        let dataset = try await harness.dataset([("a.csv", RunTexts.csv(0..<100))])
        let run = try await launch(harness, dataset)
        try await harness.installation.working(harness.process(generator: harness.generator)) {
            try await until("40 answers are recorded") { try await answers(harness) == 40 }
        }
        #expect(try await harness.found(run).isActive)
        let without = try harness.process()
        try await harness.installation.working(without) { try await harness.installation.jobsEnded() }
        let ended = try await harness.found(run)
        #expect((ended.state, ended.failure?.code, ended.step) == (.failed, .generatorFailed, .improve))
        #expect(ended.counts?.rowsOut == 40)
        #expect(try await harness.rows(dataset).map { $0["id"].text } == (0..<40).map { "\($0)" })
    }

    /// Answers are recorded, and whatever comes after them fails each time.
    @Test func aRunThatIsGivenUpKeepsItsAnsweredRows() async throws {
        let generator = CountingGenerator()
        let harness = try await RunHarness(.sqlite, generator: generator) { $0.faults = Faults("during-run=fail") ?? .none }
        let dataset = try await harness.dataset([("a.csv", RunTexts.csv(0..<10))])
        let run = try await harness.run(dataset) { $0.mapping?.completion = nil }
        #expect((run.state, run.failure?.code, run.step) == (.failed, .interrupted, .improve))
        #expect(generator.asked.elements.count == 10)
        #expect(run.counts?.rowsOut == 10)
        #expect(try await harness.rows(dataset).count == 10)
    }

    @Test func aRunThatIsGivenUpForTheDeathsOfItsProcessKeepsItsAnsweredRows() async throws {
        let harness = try await RunHarness(.sqlite, generator: Self.answering(before: 40))
        let dataset = try await harness.dataset([("a.csv", RunTexts.csv(0..<100))])
        let run = try await launch(harness, dataset)
        try await harness.installation.working(harness.process(generator: harness.generator)) {
            try await until("40 answers are recorded") { try await answers(harness) == 40 }
        }
        let most = JobRepository.mostCrashesOfHarmlessWork
        try await harness.installation.execute("UPDATE job SET attempt = \(most), crashes = \(most) WHERE kind = 'run'")
        try await harness.work()
        let ended = try await harness.found(run)
        #expect((ended.state, ended.failure?.code, ended.counts?.rowsOut) == (.failed, .interrupted, 40))
        #expect(try await harness.rows(dataset).count == 40)
    }

    /// The rest of a batch and the end of the run are one write: a run that is taken up again must not take the batch for done.
    @Test(arguments: Backend.all) func anUnfinishedBatchIsRecordedWithTheEndAlone(_ backend: Backend) async throws {
        let generator = Self.answering(before: 89)
        let harness = try await RunHarness(backend, generator: generator)
        let dataset = try await harness.dataset([("a.csv", RunTexts.csv(0..<300))])
        let run = try await launch(harness, dataset)
        let database = InterposedDatabase(harness.installation.database)
        let writes = Tally<[String]>()
        database.afterCommit { statements in
            if statements.contains(where: { $0.contains("INSERT INTO run_part") }) { writes.add(statements) }
        }
        let worker = try harness.process(database: database, generator: generator)
        try await harness.installation.working(worker) {
            try await until("89 answers are recorded") { try await answers(harness) == 89 }
            _ = try await harness.platform.runs.cancel(run.id, of: dataset, for: harness.ada, receipt: nil)
            try await until("the run is over") { try await !harness.found(run).isActive }
        }
        let last = try #require(writes.elements.last)
        #expect(last.contains { $0.contains("UPDATE job") } && last.contains { $0.contains("INSERT INTO usage_event") })
        #expect(writes.elements.count == 4, "two batches of assessments, the findings, and the end")
    }

    @Test(arguments: Backend.all) func aRunThatWorksHasNoListYetAndSaysSo(_ backend: Backend) async throws {
        let harness = try await RunHarness(backend)
        let dataset = try await harness.dataset([("a.csv", RunTexts.csv(0..<3))])
        let run = try await harness.launch(dataset)
        func message() async throws -> String {
            let refusal = try await harness.refusal {
                _ = try await harness.platform.rows.dropped(PageRequest(), by: run.id, of: dataset, for: harness.ada)
            }
            guard case .conflict(let message, _) = refusal else { return "\(refusal)" }
            return message
        }
        #expect(try await message().contains("still working"))
        _ = try await harness.platform.runs.cancel(run.id, of: dataset, for: harness.ada, receipt: nil)
        #expect(try await message().contains("before it had worked on any row"))
    }

    @Test(arguments: Backend.all) func purgingASourceErasesTheListOfWhatWasLeft(_ backend: Backend) async throws {
        let harness = try await RunHarness(backend, generator: Self.answering(before: 20))
        let dataset = try await harness.dataset([("a.csv", RunTexts.csv(0..<30))])
        let run = try await cancelled(harness, dataset, after: 20)
        let text = "Written for 7."
        #expect(!harness.installation.files(holding: text).filter { !$0.path.contains("sqlite") }.isEmpty)
        let file = try #require(
            try await harness.platform.files.page(PageRequest(), filter: FileFilter(resource: .dataset(dataset)), for: harness.ada).elements
                .first)
        try await harness.platform.files.delete(file.id, purge: true, for: harness.ada)
        #expect(try await harness.installation.query("SELECT run_id FROM run_part").isEmpty)
        #expect(harness.installation.files(holding: text).filter { !$0.path.contains("sqlite") }.isEmpty)
        await #expect(throws: PlatformError.self) {
            try await harness.platform.rows.dropped(PageRequest(), by: run.id, of: dataset, for: harness.ada)
        }
        #expect(try await harness.found(run).counts?.rowsOut == 20)
    }

    @Test(arguments: Backend.all) func rowsWithoutTheReasoningThatWasAskedForAreRemarkedOn(_ backend: Backend) async throws {
        let generator = CountingGenerator { request, _ in
            Self.number(request) == 1 ? "<reasoning>Because.</reasoning>So." : "So \(Self.number(request))."
        }
        let harness = try await RunHarness(backend, generator: generator)
        func remarks(_ rows: Range<Int>) async throws -> JSONValue? {
            let dataset = try await harness.dataset([("a.csv", RunTexts.csv(rows))])
            let run = try await harness.run(dataset) { $0.recipes.reasoningTraces = true }
            guard case .object(let results)? = run.evaluation?.rawResults else { return nil }
            return results["remarks"]
        }
        #expect(
            try await remarks(0..<3)
                == .array([.string("2 rows have no reasoning_trace: the generator gave none with their completions.")]))
        #expect(
            try await remarks(2..<3) == .array([.string("1 row has no reasoning_trace: the generator gave none with its completion.")]))
        #expect(try await remarks(1..<2) == .array([]))
    }
}

import Adaptation
import Foundation
import Ingestion
import Logging
import Providers
import Retrieval
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Platform

/// What a generator is asked in runs, and what becomes of its answers and of its failures.
@Suite(.timeLimit(.minutes(10))) struct RunGenerationConformance {
    private func column(_ name: String, of rows: [JSONValue]) -> [String] { rows.map { $0[name].text } }

    private static let table = RunTexts.csv(0..<4)

    @Test(arguments: Backend.all) func aMissingCompletionIsWritten(_ backend: Backend) async throws {
        let generator = CountingGenerator()
        let harness = try await RunHarness(backend, generator: generator)
        let dataset = try await harness.dataset([("a.csv", Self.table)])
        let run = try await harness.run(dataset) { $0.mapping?.completion = nil }
        #expect(run.state == .succeeded)
        let rows = try await harness.rows(dataset)
        #expect(column("enhanced_prompt", of: rows) == (0..<4).map(RunTexts.question))
        #expect(column("enhanced_completion", of: rows) == (0..<4).map { "[answer] INSTRUCTION: \(RunTexts.question($0))" })
        #expect(column("answer", of: rows) == (0..<4).map(RunTexts.answer), "what is not mapped stays as it is")
        #expect(generator.asked.elements.count == 4)
        #expect(generator.asked.elements.allSatisfy { $0.upstream == "m" && $0.maxTokens == 1024 }, "not more than the model gives")
        let events = try await harness.installation.query("SELECT model_id, input_tokens, output_tokens, credits FROM usage_event")
        #expect(
            try events.map { [try $0.text("model_id"), "\(try $0.int("input_tokens"))", "\(try $0.int("output_tokens"))"] } == [
                ["m", "40", "20"]
            ])
        #expect(try await harness.installation.query("SELECT row_number FROM run_answer").isEmpty)
    }

    @Test(arguments: Backend.all) func aMissingPromptIsInvented(_ backend: Backend) async throws {
        let harness = try await RunHarness(backend, generator: CountingGenerator())
        let dataset = try await harness.dataset([("a.csv", Self.table)])
        #expect(try await harness.run(dataset) { $0.mapping?.prompt = nil }.state == .succeeded)
        let rows = try await harness.rows(dataset)
        #expect(column("enhanced_prompt", of: rows) == (0..<4).map { "[prompt] TEXT: \(RunTexts.answer($0))" })
        #expect(column("enhanced_completion", of: rows) == (0..<4).map(RunTexts.answer), "the completion is left as it is")
    }

    @Test func promptsAreRephrasedAndAnswersFollowTheNewOnes() async throws {
        let generator = CountingGenerator()
        let harness = try await RunHarness(.sqlite, generator: generator)
        let dataset = try await harness.dataset([("a.csv", RunTexts.csv(0..<1))])
        let run = try await harness.run(dataset) {
            $0.recipes.promptRephrase = true
            $0.controls.blueprint = "You are a beekeeper."
            $0.controls.length = .minimal
        }
        #expect(run.state == .succeeded)
        let row = try #require(try await harness.rows(dataset).first)
        let rephrased = "[rephrasing] INSTRUCTION: \(RunTexts.question(0))"
        #expect(row["enhanced_prompt"].text == rephrased)
        #expect(row["enhanced_completion"].text == "[answer] INSTRUCTION: \(rephrased)  DRAFT: \(RunTexts.answer(0))")
        let asked = generator.asked.elements
        #expect(asked.map { AskedFor($0) } == [.rephrasing, .answer])
        #expect(asked.map(\.maxTokens) == [512, 512])
        #expect(asked.last?.messages.first?.content.hasPrefix("You are a beekeeper.") == true)
        #expect(asked.last?.messages.first?.content.contains("one or two sentences") == true)
    }

    @Test func reasoningIsKeptApart() async throws {
        let generator = CountingGenerator(events: { request, _ in
            // By marks in the text, or as the protocol's own reasoning.
            request.question.contains("Question 0")
                ? [.text("<reasoning>Bees, so wax.</reasoning>\n\nWax."), .finish]
                : [.reasoning("Thought "), .reasoning("apart."), .text("Honey."), .finish]
        })
        let harness = try await RunHarness(.sqlite, generator: generator)
        let dataset = try await harness.dataset([("a.csv", RunTexts.csv(0..<2))])
        #expect(try await harness.run(dataset) { $0.recipes.reasoningTraces = true }.state == .succeeded)
        let rows = try await harness.rows(dataset)
        #expect(column("reasoning_trace", of: rows) == ["Bees, so wax.", "Thought apart."])
        #expect(column("enhanced_completion", of: rows) == ["Wax.", "Honey."])
    }

    @Test func preferencePairsHaveAChosenAndARejectedAnswer() async throws {
        let generator = CountingGenerator { request, asked in "\(asked.rawValue) \(request.question.hashValue == 0)" }
        let harness = try await RunHarness(.sqlite, generator: generator)
        let dataset = try await harness.dataset([("a.csv", Self.table)])
        #expect(try await harness.run(dataset) { $0.trainingType = .preference }.state == .succeeded)
        let rows = try await harness.rows(dataset)
        #expect(column("chosen", of: rows) == Array(repeating: "answer false", count: 4))
        #expect(column("rejected", of: rows) == Array(repeating: "rejected false", count: 4))
        #expect(column("enhanced_completion", of: rows) == column("chosen", of: rows))
        #expect(generator.asked.elements.filter { AskedFor($0) == .rejected }.allSatisfy { $0.question.contains("answer false") })
    }

    @Test func blankCellsAreFilledAndNothingElseIsAskedFor() async throws {
        let generator = CountingGenerator()
        let harness = try await RunHarness(.sqlite, generator: generator)
        let dataset = try await harness.dataset([
            ("a.csv", "question,answer,id\nWho sings?, ,1\n ,The choir sings.,2\nWhere is the bell?,In the tower.,3\n , ,4\n")
        ])
        let run = try await harness.run(dataset)
        #expect(run.counts.map { [$0.rowsIn, $0.rowsEmpty, $0.rowsOut] } == [4, 1, 3])
        let rows = try await harness.rows(dataset)
        #expect(column("enhanced_prompt", of: rows) == ["Who sings?", "[prompt] TEXT: The choir sings.", "Where is the bell?"])
        #expect(column("enhanced_completion", of: rows) == ["[answer] INSTRUCTION: Who sings?", "The choir sings.", "In the tower."])
        #expect(generator.asked.elements.count == 2)
    }

    @Test func neverMoreRowsAreAskedForAtOnceThanAllowed() async throws {
        let running = Mutex((now: 0, most: 0))
        let full = Door()
        let generator = CountingGenerator { _, _ in
            let now = running.withLock { running in
                running.now += 1
                running.most = max(running.most, running.now)
                return running.now
            }
            // Nobody is answered before as many are asked for as may be.
            if now == 3 { full.open() }
            await full.wait()
            await Task.yield()
            running.withLock { $0.now -= 1 }
            return "Fine."
        }
        let harness = try await RunHarness(.sqlite, generator: generator) { $0.generatorConcurrency = 3 }
        let dataset = try await harness.dataset([("a.csv", RunTexts.csv(0..<30))])
        #expect(try await harness.run(dataset) { $0.mapping?.completion = nil }.state == .succeeded)
        #expect(running.withLock { $0.most } == 3)
    }

    // MARK: Failures

    @Test(arguments: Backend.all) func aRowsFailureIsRecordedOnThatRow(_ backend: Backend) async throws {
        let generator = CountingGenerator(events: { request, _ in
            if request.question.contains("Question 1:") { throw ProviderFault(.rejected, "The policy forbids this.") }
            if request.question.contains("Question 3:") { return [.text("Half an ans"), .end(.length)] }
            if request.question.contains("Question 5:") { return [.text("  "), .finish] }
            if request.question.contains("Question 6:") { return [.text("Cen"), .end(.contentFilter)] }
            return [.text("Fine."), .finish]
        })
        let harness = try await RunHarness(backend, generator: generator)
        let dataset = try await harness.dataset([("a.csv", RunTexts.csv(0..<10))])
        let run = try await harness.run(dataset) {
            $0.mapping?.completion = nil
            $0.recipes.deduplication = false
        }
        #expect((run.state, run.counts?.rowsFailed, run.counts?.rowsOut) == (.succeeded, 4, 6))
        #expect(try await harness.status(dataset) == "succeeded 10 E0201 warning")
        #expect(column("id", of: try await harness.rows(dataset)) == ["0", "2", "4", "7", "8", "9"])
        let dropped = try await harness.platform.rows.dropped(PageRequest(), by: run.id, of: dataset, for: harness.ada).elements
        #expect(dropped.map(\.row) == [2, 4, 6, 7])
        #expect(dropped.allSatisfy { $0.outcome == .failed })
        for (entry, words) in zip(dropped, ["policy forbids", "cut off at 1024 tokens", "empty answer", "filter"]) {
            #expect(entry.reason?.contains(words) == true, "\(String(describing: entry.reason))")
        }
        #expect(generator.asked.elements.count == 10, "what was refused is not asked again")
    }

    @Test(arguments: Backend.all) func tooManyFailuresEndTheRunWithWhatIsDone(_ backend: Backend) async throws {
        let generator = CountingGenerator { request, _ in
            let number = request.question.firstMatch(of: /Question (\d+):/).flatMap { Int($0.output.1) } ?? 0
            // Good for the first batch, bad from then on.
            if number >= RunWork.batch { throw ProviderFault(.rejected, "Out of words.") }
            return "Fine \(number)."
        }
        let harness = try await RunHarness(backend, generator: generator)
        let dataset = try await harness.dataset([("a.csv", RunTexts.csv(0..<1000))])
        let run = try await harness.run(dataset) { $0.mapping?.completion = nil }
        #expect((run.state, run.failure?.code, run.counts?.rowsOut) == (.failed, .generatorFailed, RunWork.batch))
        #expect(run.failure?.message.contains("Out of words.") == true)
        #expect(generator.asked.elements.count == 3 * RunWork.batch, "two of three is more than half")
        #expect(try await harness.status(dataset) == "failed 1000 E0201")
        #expect(try await harness.rows(dataset).count == RunWork.batch, "what is done can be downloaded")
        #expect(try await harness.usage() == [3])
        #expect(try await harness.version(dataset) == 1)
    }

    @Test func aRunThatIsTakenUpAgainEndsForTheSameFailures() async throws {
        let generator = CountingGenerator { request, _ in
            let number = request.question.firstMatch(of: /Question (\d+):/).flatMap { Int($0.output.1) } ?? 0
            if number >= RunWork.batch { throw ProviderFault(.rejected, "Out of words.") }
            return "Fine \(number)."
        }
        let harness = try await RunHarness(.sqlite, generator: generator)
        let dataset = try await harness.dataset([("a.csv", RunTexts.csv(0..<1000))])
        let run = try await harness.launch(dataset) { $0.mapping?.completion = nil }
        // Falls over again and again between two checkpoints.
        for _ in 0..<6 {
            let failing = try harness.process(generator: generator) { $0.faults = Faults("during-run=fail@0.6") ?? .none }
            try await harness.installation.working(failing) {
                try await until("an attempt has ended") {
                    try await !harness.installation.query(
                        "SELECT id FROM job WHERE kind = 'run' AND (state = 'succeeded' OR (state = 'available' AND last_error IS NOT NULL))"
                    ).isEmpty
                }
            }
            try await harness.installation.execute("UPDATE job SET last_error = NULL, attempt = 0, run_at = 0 WHERE state = 'available'")
        }
        try await harness.work()
        let ended = try await harness.found(run)
        #expect((ended.state, ended.failure?.code, ended.counts?.rowsOut) == (.failed, .generatorFailed, RunWork.batch))
        #expect(generator.asked.elements.count == 3 * RunWork.batch)
    }

    @Test func whatNoRequestCanGetPastEndsTheRunAtOnce() async throws {
        let generator = CountingGenerator { _, _ -> String in throw ProviderFault(.misconfigured, "The key is wrong.") }
        let waits = Tally<Duration>()
        let harness = try await RunHarness(.sqlite, generator: generator) {
            $0.sleep = { waits.add($0) }
            $0.generatorConcurrency = 2
        }
        let dataset = try await harness.dataset([("a.csv", RunTexts.csv(0..<100))])
        let run = try await harness.run(dataset) { $0.mapping?.completion = nil }
        #expect((run.state, run.failure?.code) == (.failed, .generatorFailed))
        #expect(run.failure?.message.contains("The key is wrong.") == true)
        #expect(generator.asked.elements.count <= 3 && waits.elements.isEmpty, "asked \(generator.asked.elements.count) times")
    }

    @Test(arguments: [ProviderFault.Kind.overloaded, .rateLimited]) func aBusyProviderIsWaitedFor(_ kind: ProviderFault.Kind) async throws {
        let tries = Mutex<[String: Int]>([:])
        let generator = CountingGenerator { request, _ in
            let count = tries.withLock { tries in
                tries[request.question, default: 0] += 1
                return tries[request.question] ?? 0
            }
            if count <= 10 { throw ProviderFault(kind, "Busy.", retryAfterSeconds: count == 1 ? 7 : nil) }
            return "Fine."
        }
        let waits = Tally<Duration>()
        let harness = try await RunHarness(.sqlite, generator: generator) { $0.sleep = { waits.add($0) } }
        let dataset = try await harness.dataset([("a.csv", RunTexts.csv(0..<3))])
        let run = try await harness.run(dataset) { $0.mapping?.completion = nil }
        #expect((run.state, run.counts?.rowsFailed, run.counts?.rowsOut) == (.succeeded, 0, 3))
        #expect(waits.elements.count == 30)
        #expect(waits.elements.count { $0 == .seconds(7) } == 3, "as long as the provider said")
        #expect(waits.elements.allSatisfy { $0 <= RowGenerator.longestWait })
    }

    @Test(arguments: [
        (ProviderFault.Kind.overloaded, RowGenerator.mostTriesWhileBusy), (.broken, RowGenerator.mostTries),
        (.unreachable, RowGenerator.mostTriesWhileBusy),
        (.timedOut, RowGenerator.mostTries), (.rejected, 1),
    ])
    func whatNeverPassesFailsTheRow(_ kind: ProviderFault.Kind, _ tries: Int) async throws {
        let generator = CountingGenerator { request, _ in
            if request.question.contains("Question 0:") { throw ProviderFault(kind, "Never.") }
            return "Fine."
        }
        let harness = try await RunHarness(.sqlite, generator: generator) { $0.sleep = { _ in } }
        let dataset = try await harness.dataset([("a.csv", RunTexts.csv(0..<3))])
        let run = try await harness.run(dataset) {
            $0.mapping?.completion = nil
            $0.recipes.deduplication = false
        }
        #expect((run.state, run.counts?.rowsFailed, run.counts?.rowsOut) == (.succeeded, 1, 2))
        #expect(generator.asked.elements.count == tries + 2)
    }

    /// Each case: what the tries of one row end with, in their order, before it would be answered; and whether it is.
    @Test(
        arguments: [
            (Array(repeating: ProviderFault.Kind.overloaded, count: 3) + [.broken], true),
            (Array(repeating: .rateLimited, count: 18) + [.unreachable, .broken, .timedOut, .broken], true),
            ([.broken, .broken, .broken] + Array(repeating: .overloaded, count: 19), true),
            ([.broken, .broken, .broken] + Array(repeating: .overloaded, count: 20), false),
            ([.broken, .overloaded, .broken, .unreachable, .timedOut, .rateLimited, .broken], false),
        ] as [([ProviderFault.Kind], Bool)])
    func busyTriesAndOtherFaultsAreCountedApart(_ faults: [ProviderFault.Kind], _ isAnswered: Bool) async throws {
        let tries = Mutex(0)
        let generator = CountingGenerator { request, _ in
            guard request.question.contains("Question 0:") else { return "Fine." }
            let number = tries.withLock { tries in
                defer { tries += 1 }
                return tries
            }
            if number < faults.count { throw ProviderFault(faults[number], "Not now.") }
            return "Fine."
        }
        let harness = try await RunHarness(.sqlite, generator: generator) { $0.sleep = { _ in } }
        let dataset = try await harness.dataset([("a.csv", RunTexts.csv(0..<2))])
        let run = try await harness.run(dataset) {
            $0.mapping?.completion = nil
            $0.recipes.deduplication = false
        }
        #expect(run.counts?.rowsFailed == (isAnswered ? 0 : 1))
        #expect(generator.asked.elements.count == faults.count + (isAnswered ? 2 : 1))
    }

    @Test func theUpstreamsWordsAreInTheLog() async throws {
        let lines = Tally<String>()
        let generator = CountingGenerator { _, _ -> String in throw ProviderFault(.broken, "It failed.", cause: "Said the upstream.") }
        let harness = try await RunHarness(.sqlite, generator: generator)
        let run = try await harness.launch(try await harness.dataset([("a.csv", RunTexts.csv(0..<1))])) { $0.mapping?.completion = nil }
        let rows = RowGenerator(
            run: run.id, organization: harness.ada.organization, plan: run.plan, model: TestPlatform.systemModel("m"), provider: generator,
            database: harness.installation.database, concurrency: 1, sleep: { _ in },
            logger: Logger(label: "test") { _ in TallyingLog(lines: lines) })
        let text = RowText(prompt: "Why?", completion: "")
        let row = ImprovedRow(number: 0, original: text, text: text)
        let failure = try await rows.improve([row]) {}.first?.failure
        #expect(failure == "It failed.")
        #expect(lines.elements.contains { $0.contains("Said the upstream.") })
    }

    @Test func anAnswerThatBreaksOffIsAskedForAgain() async throws {
        let first = Mutex(true)
        let generator = CountingGenerator(events: { _, _ in
            let isFirst = first.withLock { first in
                defer { first = false }
                return first
            }
            return isFirst ? [.text("Half an ans")] : [.text("Whole."), .finish]
        })
        let harness = try await RunHarness(.sqlite, generator: generator) { $0.sleep = { _ in } }
        let dataset = try await harness.dataset([("a.csv", RunTexts.csv(0..<1))])
        #expect(try await harness.run(dataset) { $0.mapping?.completion = nil }.state == .succeeded)
        #expect(column("enhanced_completion", of: try await harness.rows(dataset)) == ["Whole."])
    }

    // MARK: What was paid for

    @Test func whatTheUpstreamDoesNotCountIsEstimated() async throws {
        let generator = CountingGenerator(events: { _, _ in [.text("Wax is made "), .text("by bees."), .finish] })
        let harness = try await RunHarness(.sqlite, generator: generator)
        let dataset = try await harness.dataset([("a.csv", RunTexts.csv(0..<1))])
        #expect(try await harness.run(dataset) { $0.mapping?.completion = nil }.state == .succeeded)
        let asked = try #require(generator.asked.elements.first)
        let input = asked.messages.map { TokenCounter.count($0.content) }.reduce(0, +)
        let events = try await harness.installation.query("SELECT input_tokens, output_tokens FROM usage_event").map {
            [try $0.int("input_tokens"), try $0.int("output_tokens")]
        }
        #expect(events == [[input, TokenCounter.count("Wax is made by bees.")]])
        #expect(input > 0)
    }

    @Test(arguments: Backend.all) func whatWasRecordedIsNeverAskedForAgain(_ backend: Backend) async throws {
        let generator = CountingGenerator()
        let harness = try await RunHarness(backend, generator: generator)
        let table = RunTexts.csv(0..<300)
        let ask: @Sendable (inout RunRequest) -> Void = {
            $0.recipes.promptRephrase = true
            $0.trainingType = .preference
        }
        let whole = try await harness.dataset([("a.csv", table)], called: "table")
        #expect(try await harness.run(whole, ask).state == .succeeded)
        let once = generator.asked.elements.count
        #expect(once == 900)

        let broken = try await harness.dataset([("a.csv", table)], called: "table")
        let run = try await harness.launch(broken, ask)
        // Fails after the batch was worked on, before it is recorded: its answers are all that is kept.
        let failing = try harness.process(generator: generator) { $0.faults = Faults("during-run=fail") ?? .none }
        try await harness.installation.working(failing) {
            try await until("two attempts have failed") {
                try await harness.installation.execute("UPDATE job SET run_at = 0 WHERE state = 'available'")
                return try await !harness.installation.query(
                    "SELECT id FROM job WHERE kind = 'run' AND attempt >= 2 AND last_error IS NOT NULL"
                )
                .isEmpty
            }
        }
        #expect(generator.asked.elements.count == once + 3 * RunWork.batch)
        #expect(try await harness.installation.query("SELECT row_number FROM run_answer").count == 3 * RunWork.batch)
        try await harness.work()
        #expect(try await harness.found(run).state == .succeeded)
        #expect(generator.asked.elements.count == 2 * once)
        #expect(try await harness.download(broken) == harness.download(whole))
        let events = try await harness.installation.query("SELECT input_tokens, credits FROM usage_event").map { row in
            [try row.int("input_tokens"), try row.int("credits")]
        }
        #expect(events == [[9000, 3], [9000, 3]], "each answer is counted once")
    }
}

/// A log that is looked into.
private struct TallyingLog: LogHandler {
    let lines: Tally<String>
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    init(lines: Tally<String>) { self.lines = lines }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        lines.add("\(event.message) \(event.metadata ?? [:])")
    }
}

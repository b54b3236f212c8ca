import Foundation
import Storage
import TestSupport
import Testing

@testable import Platform

/// The runner on both engines: it does what is due, tries again, gives up, and stops without losing anything.
@Suite(.timeLimit(.minutes(5))) struct JobRunnerConformance {
    private static let kind = "work"
    private let jobs = JobRepository()

    /// Runs `body` beside a runner with this handler, and stops it.
    private func running(
        _ installation: TestInstallation, database: (any Database)? = nil, concurrency: Int = 2,
        failed: @escaping @Sendable (any Connection, Job, String) throws -> Void = { _, _, _ in },
        perform: @escaping @Sendable (JobContext) async throws -> Void, _ body: (JobRunner) async throws -> Void
    ) async throws {
        let handler = JobHandler(kind: Self.kind, perform: perform, failed: failed)
        let runner = JobRunner(
            database: database ?? installation.database, clock: installation.clock, logger: TestInstallation.logger, handlers: [handler],
            concurrency: concurrency, worker: "runner")
        let task = Task { await runner.run() }
        do {
            try await body(runner)
        } catch {
            await runner.stop(grace: .zero)
            throw error
        }
        await runner.stop(grace: .zero)
        await task.value
    }

    private func enqueue(_ installation: TestInstallation, _ organization: OrganizationID, _ keys: [String]) async throws {
        let (jobs, now) = (jobs, installation.clock.now)
        try await installation.database.write { connection in
            for key in keys { try jobs.enqueue(connection, organization, kind: Self.kind, uniqueKey: key, payload: key, at: now) }
        }
    }

    private func job(_ installation: TestInstallation, _ organization: OrganizationID, _ key: String = "a") async throws -> Job {
        let jobs = jobs
        return try #require(try await installation.database.read { try jobs.find($0, organization, kind: Self.kind, uniqueKey: key) }.first)
    }

    private func job(_ installation: TestInstallation, _ organization: OrganizationID, reaches state: Job.State) async throws -> Job {
        try await eventually("job \(state)") {
            let found = try await job(installation, organization)
            return found.state == state ? found : nil
        }
    }

    /// Lets the next attempt begin now instead of after its wait.
    private func hurry(_ installation: TestInstallation, _ runner: JobRunner) async throws {
        try await installation.execute("UPDATE job SET run_at = 0 WHERE state = 'available'")
        await runner.nudge()
    }

    /// Makes the job die in the hands of workers that never come back.
    private func crash(_ installation: TestInstallation, times: Int) async throws {
        let (jobs, now) = (jobs, installation.clock.now)
        for _ in 0..<times {
            let claimed = try await installation.database.write { try jobs.claim($0, kinds: [Self.kind], worker: "dead", now: now) }
            #expect(claimed != nil)
            try await installation.execute("UPDATE job SET lease_until = 0 WHERE state = 'running'")
        }
    }

    @Test(arguments: Backend.all) func whatIsDueIsDoneOnce(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let organization = try await installation.caller().organization
        try await enqueue(installation, organization, (0..<20).map { "\($0)" })
        let done = Tally<String>()
        try await running(installation, concurrency: 4) { context in
            done.add(context.job.payload)
            try await context.complete { _ in }
        } _: { _ in
            try await until("all done") { try await installation.query("SELECT id FROM job WHERE state <> 'succeeded'").isEmpty }
        }
        #expect(done.elements.sorted() == (0..<20).map { "\($0)" }.sorted())
    }

    @Test(arguments: Backend.all) func aFailedAttemptIsTriedAgainLater(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let organization = try await installation.caller().organization
        try await enqueue(installation, organization, ["a"])
        try await running(installation) { context in
            if context.job.attempt == 1 { throw PlatformError.internal("first") }
            try await context.complete { _ in }
        } _: { runner in
            let waiting = try await job(installation, organization, reaches: .available, attempt: 1)
            #expect(waiting.lastError?.contains("first") == true)
            try await hurry(installation, runner)
            #expect(try await job(installation, organization, reaches: .succeeded).attempt == 2)
        }
    }

    private func job(
        _ installation: TestInstallation, _ organization: OrganizationID, reaches state: Job.State, attempt: Int
    ) async throws -> Job {
        try await eventually("job \(state) after attempt \(attempt)") {
            let found = try await job(installation, organization)
            return found.state == state && found.attempt == attempt ? found : nil
        }
    }

    @Test(arguments: Backend.all) func afterFiveAttemptsItFailsAndSaysSoInTheSameTransaction(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let organization = try await installation.caller().organization
        try await enqueue(installation, organization, ["a"])
        let told = Tally<String>()
        try await running(
            installation,
            failed: { connection, job, reason in
                told.add(reason)
                try connection.execute("INSERT INTO organization (id, name, created_at) VALUES ('told', 'told', 0)")
                let state = try connection.query("SELECT state FROM job WHERE id = \(job.id)").first?.text("state")
                #expect(state == "failed", "the same transaction has marked it failed already")
            },
            perform: { _ in throw PlatformError.internal("always") }
        ) { runner in
            for attempt in 1..<JobRepository.mostAttempts {
                _ = try await job(installation, organization, reaches: .available, attempt: attempt)
                #expect(told.elements.isEmpty)
                try await hurry(installation, runner)
            }
            let failed = try await job(installation, organization, reaches: .failed)
            #expect(failed.attempt == JobRepository.mostAttempts)
            #expect(failed.lastError?.contains("5 attempts") == true)
        }
        #expect(told.elements.count == 1)
        #expect(try await installation.query("SELECT id FROM organization WHERE id = 'told'").count == 1)
    }

    @Test(arguments: Backend.all) func whatNeverPassedIsTheReasonInTheEnd(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let organization = try await installation.caller().organization
        try await enqueue(installation, organization, ["a"])
        try await installation.execute("UPDATE job SET attempt = \(JobRepository.mostAttempts - 1)")
        try await running(installation, perform: { _ in throw JobRetry("The site answered 500.") }) { _ in
            let failed = try await job(installation, organization, reaches: .failed)
            #expect(failed.lastError == "The site answered 500.")
        }
    }

    /// Long work of one kind lets every other kind pass, and what waits for others has more room than what computes.
    @Test(arguments: Backend.all) func noKindTakesThePlaceOfAnother(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let (jobs, now) = (jobs, installation.clock.now)
        for number in 0..<3 {
            let organization = try await installation.caller(organization: "o\(number)", member: "m\(number)").organization
            try await installation.database.write { connection in
                for kind in ["long", "waiting", "short"] {
                    try jobs.enqueue(connection, organization, kind: kind, uniqueKey: "\(number)", payload: "\(number)", at: now)
                }
            }
        }
        let (mayEnd, begun) = (Door(), Tally<String>())
        let hold = { @Sendable (context: JobContext) in
            begun.add(context.job.kind)
            await mayEnd.wait()
            try await context.complete { _ in }
        }
        let handlers = [
            JobHandler(kind: "long", perform: hold, failed: { _, _, _ in }),
            JobHandler(kind: "waiting", waitsForOthers: true, perform: hold, failed: { _, _, _ in }),
            JobHandler(kind: "short", perform: { try await $0.complete { _ in } }, failed: { _, _, _ in }),
        ]
        let runner = JobRunner(
            database: installation.database, clock: installation.clock, logger: TestInstallation.logger, handlers: handlers, concurrency: 1,
            worker: "runner")
        let task = Task { await runner.run() }
        try await until("everything short is done, everything that waits has begun") {
            let done = try await installation.query("SELECT id FROM job WHERE kind = 'short' AND state = 'succeeded'").count
            return done == 3 && begun.elements.count { $0 == "waiting" } == 3
        }
        #expect(begun.elements.count { $0 == "long" } == 1)
        mayEnd.open()
        await runner.stop(grace: .seconds(3600))
        await task.value
    }

    @Test(arguments: Backend.all) func aJobWhoseFailureCannotBeToldIsNotFailed(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let organization = try await installation.caller().organization
        try await enqueue(installation, organization, ["a"])
        let asked = Door()
        try await running(
            installation,
            failed: { _, _, _ in
                asked.open()
                throw PlatformError.internal("cannot be told")
            },
            perform: { _ in throw JobRefusal("no") }
        ) { _ in await asked.wait() }
        #expect(try await job(installation, organization).state == .running)
    }

    @Test(arguments: Backend.all) func aRefusalIsNotTriedAgain(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let organization = try await installation.caller().organization
        try await enqueue(installation, organization, ["a"])
        let told = Tally<String>()
        try await running(installation, failed: { told.add($2) }, perform: { _ in throw JobRefusal("This cannot be read.") }) { _ in
            let failed = try await job(installation, organization, reaches: .failed)
            #expect((failed.attempt, failed.lastError) == (1, "This cannot be read."))
        }
        #expect(told.elements == ["This cannot be read."])
    }

    @Test(arguments: Backend.all) func afterThreeCrashesItFailsUntried(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let organization = try await installation.caller().organization
        try await enqueue(installation, organization, ["a"])
        try await crash(installation, times: 3)
        let performed = Tally<Int>()
        let told = Tally<String>()
        try await running(installation, failed: { told.add($2) }, perform: { performed.add($0.job.attempt) }) { _ in
            let failed = try await job(installation, organization, reaches: .failed)
            #expect(failed.crashes == 3)
        }
        #expect(performed.elements.isEmpty)
        #expect(told.elements.first?.contains("3 times") == true)
    }

    @Test(arguments: Backend.all) func afterTwoCrashesItIsTriedOnceMore(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let organization = try await installation.caller().organization
        try await enqueue(installation, organization, ["a"])
        try await crash(installation, times: 2)
        try await running(installation, perform: { try await $0.complete { _ in } }) { _ in
            let done = try await job(installation, organization, reaches: .succeeded)
            #expect((done.attempt, done.crashes) == (3, 2))
        }
    }

    @Test(arguments: Backend.all) func whatIsNotDoneInTimeAtShutdownIsPutBackUncounted(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let organization = try await installation.caller().organization
        try await enqueue(installation, organization, ["a"])
        let begun = Door()
        try await running(installation) { _ in
            begun.open()
            try await Task.sleep(for: .seconds(3600))
        } _: { runner in
            await begun.wait()
            await runner.stop(grace: .zero)
            let put = try await job(installation, organization)
            #expect((put.state, put.attempt, put.crashes, put.lastError) == (.available, 0, 0, nil))
        }
    }

    @Test(arguments: Backend.all) func stoppingWaitsForWhatIsAboutToEnd(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let organization = try await installation.caller().organization
        try await enqueue(installation, organization, ["a"])
        let (begun, mayEnd) = (Door(), Door())
        try await running(installation) { context in
            begun.open()
            await mayEnd.wait()
            try await context.complete { _ in }
        } _: { runner in
            await begun.wait()
            async let stopped: Void = runner.stop(grace: .seconds(3600))
            mayEnd.open()
            await stopped
            let done = try await job(installation, organization)
            #expect(done.state == .succeeded)
        }
    }

    /// The claim commits, and before the runner knows of it the runner is told to stop.
    @Test(arguments: Backend.all) func aJobClaimedWhileStoppingIsNotLeftRunning(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let organization = try await installation.caller().organization
        try await enqueue(installation, organization, ["a"])
        let database = InterposedDatabase(installation.database)
        let (claimed, mayGoOn) = (Door(), Door())
        database.afterCommit { statements in
            guard statements.contains(where: { $0.contains("WITH picked") }) else { return }
            claimed.open()
            await mayGoOn.wait()
        }
        let handler = JobHandler(kind: Self.kind, perform: { _ in try await Task.sleep(for: .seconds(3600)) }, failed: { _, _, _ in })
        let runner = JobRunner(
            database: database, clock: installation.clock, logger: TestInstallation.logger, handlers: [handler], concurrency: 2,
            worker: "runner")
        let task = Task { await runner.run() }
        await claimed.wait()
        // It may end at once, or rightly wait for the claim: both are told to go on.
        let (stopping, stopped) = (Task { await runner.stop(grace: .zero) }, Door())
        Task {
            await stopping.value
            stopped.open()
        }
        _ = try? await until("stop has returned", within: .milliseconds(500)) { stopped.isOpen }
        mayGoOn.open()
        await stopping.value
        await task.value
        let left = try await job(installation, organization)
        #expect((left.state, left.attempt) == (.available, 0), "stopped, and the job is \(left.state)")
        // Ends what was left running, where the promise above is broken.
        await runner.stop(grace: .zero)
    }

    /// SQLite has a single owner, so what a dead process held can be taken up at once.
    @Test func recoveryTakesUpADeadProcessesJobsAtOnce() async throws {
        let installation = try await TestInstallation(.sqlite)
        let organization = try await installation.caller().organization
        try await enqueue(installation, organization, ["a"])
        let (jobs, now) = (jobs, installation.clock.now)
        let claimed = try await installation.database.write { try jobs.claim($0, kinds: [Self.kind], worker: "dead", now: now) }
        #expect(claimed != nil)
        try await installation.process().recover()
        let again = try await installation.database.write { try jobs.claim($0, kinds: [Self.kind], worker: "new", now: now) }
        #expect((again?.attempt, again?.crashes) == (2, 1))
    }
}

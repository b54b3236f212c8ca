import Foundation
import Storage
import TestSupport
import Testing

@testable import Platform

/// The job table on both engines: who may take a job, and whose word about it counts.
@Suite(.timeLimit(.minutes(5))) struct JobConformance {
    private let jobs = JobRepository()
    private let start = Timestamp(milliseconds: 1_735_689_600_000)

    private func enqueue(_ installation: TestInstallation, _ organization: OrganizationID, kind: String = "work", keys: [String])
        async throws
    {
        let (jobs, start) = (jobs, start)
        try await installation.database.write { connection in
            for key in keys { try jobs.enqueue(connection, organization, kind: kind, uniqueKey: key, payload: key, at: start) }
        }
    }

    private func claim(
        _ installation: TestInstallation, worker: String, kinds: [String] = ["work"], after wait: Duration = .zero
    ) async throws -> Job? {
        let (jobs, now) = (jobs, start.adding(wait))
        return try await installation.database.write { try jobs.claim($0, kinds: kinds, worker: worker, now: now) }
    }

    private func find(_ installation: TestInstallation, _ organization: OrganizationID, _ key: String) async throws -> [Job] {
        let jobs = jobs
        return try await installation.database.read { try jobs.find($0, organization, kind: "work", uniqueKey: key) }
    }

    private func context(_ installation: TestInstallation, _ job: Job) -> JobContext {
        JobContext(job: job, database: installation.database, clock: installation.clock)
    }

    private func hasEffect(_ installation: TestInstallation, _ name: String) async throws -> Bool {
        try await !installation.query("SELECT id FROM organization WHERE id = \(name)").isEmpty
    }

    @Test(arguments: Backend.all) func noJobIsClaimedTwice(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        for number in 0..<20 {
            let organization = try await installation.caller(organization: "\(number)").organization
            try await enqueue(installation, organization, keys: (0..<10).map { "\(number)-\($0)" })
        }
        let claimed = Tally<JobID>()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<6 {
                group.addTask {
                    // The last jobs may wait for others of their organization to end.
                    while Set(claimed.elements).count < 200 {
                        guard let job = try await claim(installation, worker: "w\(worker)") else { continue }
                        claimed.add(job.id)
                        try await context(installation, job).complete { _ in }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(claimed.elements.count == 200)
    }

    @Test(arguments: Backend.all) func expiredLeaseIsReclaimedAndTheOldWorkerIsFenced(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let organization = try await installation.caller().organization
        try await enqueue(installation, organization, keys: ["a"])
        let old = try #require(try await claim(installation, worker: "old"))
        #expect(try await claim(installation, worker: "new", after: .seconds(60)) == nil)
        let new = try #require(try await claim(installation, worker: "new", after: .seconds(61)))
        #expect((new.id, new.attempt, new.crashes, new.worker) == (old.id, 2, 1, "new"))

        await #expect(throws: JobLeaseLost.self) {
            try await context(installation, old).complete { connection in
                try connection.execute("INSERT INTO organization (id, name, created_at) VALUES ('effect', 'effect', 0)")
            }
        }
        #expect(try await !hasEffect(installation, "effect"))
        let (jobs, start) = (jobs, start)
        let isRenewed = try await installation.database.write { connection in
            try jobs.report(connection, old, progress: 70)
            try jobs.putBack(connection, old, runAt: start, error: "mine", counted: true)
            return try jobs.renew(connection, old, now: start)
        }
        #expect(!isRenewed)
        let standing = try #require(try await find(installation, organization, "a").first)
        #expect((standing.state, standing.worker, standing.progress, standing.lastError) == (.running, "new", 0, nil))

        try await context(installation, new).complete { connection in
            try connection.execute("INSERT INTO organization (id, name, created_at) VALUES ('effect', 'effect', 0)")
        }
        #expect(try await hasEffect(installation, "effect"))
        #expect(try await find(installation, organization, "a").map(\.state) == [.succeeded])
    }

    /// The same worker name and a later attempt: the attempt alone tells them apart.
    @Test(arguments: Backend.all) func anEarlierAttemptOfTheSameWorkerIsFenced(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let organization = try await installation.caller().organization
        try await enqueue(installation, organization, keys: ["a"])
        let first = try #require(try await claim(installation, worker: "w"))
        let second = try #require(try await claim(installation, worker: "w", after: .seconds(61)))
        await #expect(throws: JobLeaseLost.self) { try await context(installation, first).complete { _ in } }
        try await context(installation, second).complete { _ in }
    }

    @Test(arguments: Backend.all) func anEffectThatFailsLeavesTheJobRunning(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let organization = try await installation.caller().organization
        try await enqueue(installation, organization, keys: ["a"])
        let job = try #require(try await claim(installation, worker: "w"))
        await #expect(throws: WaitedInVain.self) {
            try await context(installation, job).complete { _ in throw WaitedInVain(description: "no") }
        }
        #expect(try await find(installation, organization, "a").map(\.state) == [.running])
    }

    @Test(arguments: Backend.all) func aRenewedLeaseIsKept(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let organization = try await installation.caller().organization
        try await enqueue(installation, organization, keys: ["a"])
        let job = try #require(try await claim(installation, worker: "w"))
        let (jobs, now) = (jobs, start.adding(.seconds(50)))
        #expect(try await installation.database.write { try jobs.renew($0, job, now: now) })
        #expect(try await claim(installation, worker: "other", after: .seconds(110)) == nil)
        #expect(try await claim(installation, worker: "other", after: .seconds(111)) != nil)
    }

    @Test(arguments: Backend.all) func aUniqueKeyMakesOneLiveJob(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let organization = try await installation.caller().organization
        let other = try await installation.caller(organization: "two").organization
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<10 { group.addTask { try await enqueue(installation, organization, keys: ["a"]) } }
            try await group.waitForAll()
        }
        #expect(try await find(installation, organization, "a").count == 1)
        let job = try #require(try await claim(installation, worker: "w"))
        try await enqueue(installation, organization, keys: ["a"])
        #expect(try await find(installation, organization, "a").map(\.state) == [.running])
        try await context(installation, job).complete { _ in }
        try await enqueue(installation, organization, keys: ["a"])
        try await enqueue(installation, other, keys: ["a"])
        #expect(
            try await find(installation, organization, "a").map(\.state).sorted { $0.rawValue < $1.rawValue } == [.available, .succeeded])
        #expect(try await find(installation, other, "a").count == 1)
    }

    @Test(arguments: Backend.all) func ofThoseThatWaitForOthersMoreRun(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        try await enqueue(installation, installation.caller().organization, keys: (0..<12).map { "\($0)" })
        let (jobs, now) = (jobs, start)
        var claimed = 0
        while try await installation.database.write({
            try jobs.claim($0, kinds: ["work"], waiting: ["work", "other"], worker: "w", now: now)
        }) != nil { claimed += 1 }
        #expect(claimed == JobRepository.mostWaitingPerOrganization)
    }

    @Test(arguments: Backend.all) func atMostTwoRunForEachOrganizationAndKind(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let one = try await installation.caller().organization
        let two = try await installation.caller(organization: "two").organization
        try await enqueue(installation, one, keys: (0..<12).map { "\($0)" })
        let claimed = Tally<Job>()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<12 {
                group.addTask { if let job = try await claim(installation, worker: "w\(worker)") { claimed.add(job) } }
            }
            try await group.waitForAll()
        }
        #expect(claimed.elements.count == JobRepository.mostRunningPerOrganization)
        try await enqueue(installation, two, keys: ["a"])
        try await enqueue(installation, one, kind: "other", keys: ["a"])
        #expect(try await claim(installation, worker: "w")?.organization == two)
        #expect(try await claim(installation, worker: "w", kinds: ["other"])?.organization == one)
        #expect(try await claim(installation, worker: "w") == nil)
        // A dead worker's jobs do not count.
        #expect(try await claim(installation, worker: "w", after: .seconds(61)) != nil)
    }

    @Test(arguments: Backend.all) func putBackUncountedIsAsIfItHadNotBegun(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let organization = try await installation.caller().organization
        try await enqueue(installation, organization, keys: ["a"])
        let job = try #require(try await claim(installation, worker: "w"))
        let (jobs, later) = (jobs, start.adding(.seconds(10)))
        try await installation.database.write { try jobs.putBack($0, job, runAt: later, error: nil, counted: false) }
        #expect(try await claim(installation, worker: "w", after: .seconds(9)) == nil)
        #expect(try await installation.database.read { try jobs.nextDue($0, kinds: ["work"]) } == later)
        let again = try #require(try await claim(installation, worker: "w", after: .seconds(10)))
        #expect((again.attempt, again.crashes) == (1, 0))
    }

    @Test(arguments: Backend.all) func progressIsKeptBetweenZeroAndOneHundred(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let organization = try await installation.caller().organization
        try await enqueue(installation, organization, keys: ["a"])
        let job = try #require(try await claim(installation, worker: "w"))
        for (told, kept) in [(-5, 0), (42, 42), (250, 100), (30, 30)] {
            try await context(installation, job).report(progress: told)
            #expect(try await find(installation, organization, "a").map(\.progress) == [kept])
        }
        try await context(installation, job).complete { _ in }
        #expect(try await find(installation, organization, "a").map(\.progress) == [100])
    }

    @Test(arguments: Backend.all) func aJobIsAnotherOrganizationsSecret(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let one = try await installation.caller().organization
        let two = try await installation.caller(organization: "two").organization
        try await enqueue(installation, one, keys: ["a"])
        let jobs = jobs
        let job = try #require(try await find(installation, one, "a").first)
        #expect(try await installation.database.read { try jobs.find($0, one, job.id) } != nil)
        #expect(try await installation.database.read { try jobs.find($0, two, job.id) } == nil)
        #expect(try await find(installation, two, "a").isEmpty)
    }
}

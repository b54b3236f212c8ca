import Storage
import TestSupport
import Testing

@testable import Platform

/// Requests a minute on both engines: in memory beside SQLite, in one row a scope on PostgreSQL.
@Suite(.timeLimit(.minutes(5))) struct RateLimitConformance {
    private func limiter(_ installation: TestInstallation, member: Int, organization: Int) -> RateLimiter {
        RateLimiter(perMember: member, perOrganization: organization, database: installation.database, clock: installation.clock)
    }

    private func admitted(_ limiter: RateLimiter, _ principal: Principal, of requests: Int) async throws -> Int {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<requests { group.addTask { try await limiter.admit(principal)?.isRefused == false } }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
    }

    /// Ends the windows of one scope, or of all: by the clock where the clock decides, else in the shared table.
    private func endWindows(_ installation: TestInstallation) async throws {
        switch installation.backend {
        case .sqlite: installation.clock.advance(by: .seconds(60))
        case .postgres: try await installation.execute("UPDATE rate_window SET ends_at = 0")
        }
    }

    @Test(arguments: Backend.all) func sixtyOfAHundredConcurrentRequestsAreAdmitted(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let limiter = limiter(installation, member: 60, organization: 300)
        let principal = try await installation.caller()
        #expect(try await admitted(limiter, principal, of: 100) == 60)
        let state = try #require(try await limiter.admit(principal))
        #expect((state.isRefused, state.limit, state.remaining) == (true, 60, 0))
    }

    @Test(arguments: Backend.all) func aRefusedMemberDoesNotUseUpTheOrganization(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let limiter = limiter(installation, member: 60, organization: 100)
        let ada = try await installation.caller()
        let bob = try await installation.caller(member: "bob")
        #expect(try await admitted(limiter, ada, of: 100) == 60)
        #expect(try await admitted(limiter, bob, of: 100) == 40)
        let elsewhere = try await installation.caller(organization: "two")
        #expect(try await admitted(limiter, elsewhere, of: 10) == 10)
    }

    @Test(arguments: Backend.all) func aRefusedOrganizationDoesNotUseUpTheMember(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let limiter = limiter(installation, member: 5, organization: 5)
        let ada = try await installation.caller()
        let bob = try await installation.caller(member: "bob")
        #expect(try await admitted(limiter, ada, of: 5) == 5)
        if backend == .sqlite { installation.clock.advance(by: .seconds(30)) }
        #expect(try await admitted(limiter, bob, of: 10) == 0)
        switch backend {
        case .sqlite: installation.clock.advance(by: .seconds(30))
        case .postgres: try await installation.execute("UPDATE rate_window SET ends_at = 0 WHERE scope LIKE 'organization:%'")
        }
        #expect(try await admitted(limiter, bob, of: 10) == 5)
    }

    @Test(arguments: Backend.all) func theWindowBeginsWithTheFirstRequestAndEndsAMinuteLater(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let limiter = limiter(installation, member: 2, organization: 0)
        let principal = try await installation.caller()
        installation.clock.advance(by: .milliseconds(12_345))
        let first = try #require(try await limiter.admit(principal))
        #expect((first.isRefused, first.limit, first.remaining, first.resetSeconds) == (false, 2, 1, 60))
        if backend == .sqlite {
            installation.clock.advance(by: .milliseconds(59_999))
            let last = try #require(try await limiter.admit(principal))
            #expect((last.isRefused, last.remaining, last.resetSeconds) == (false, 0, 1))
            #expect(try await limiter.admit(principal)?.isRefused == true)
            installation.clock.advance(by: .milliseconds(1))
        } else {
            #expect(try await admitted(limiter, principal, of: 3) == 1)
            try await endWindows(installation)
        }
        let next = try #require(try await limiter.admit(principal))
        #expect((next.isRefused, next.remaining, next.resetSeconds) == (false, 1, 60))
    }

    @Test(arguments: Backend.all) func theTighterScopeIsTold(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let limiter = limiter(installation, member: 10, organization: 12)
        let ada = try await installation.caller()
        let bob = try await installation.caller(member: "bob")
        #expect(try await limiter.admit(ada)?.limit == 10)
        #expect(try await admitted(limiter, bob, of: 9) == 9)
        let state = try #require(try await limiter.admit(ada))
        #expect((state.limit, state.remaining) == (12, 1))
    }

    @Test(arguments: Backend.all) func zeroSwitchesAScopeOff(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let principal = try await installation.caller()
        #expect(try await limiter(installation, member: 0, organization: 0).admit(principal) == nil)
        let state = try #require(try await limiter(installation, member: 0, organization: 3).admit(principal))
        #expect((state.limit, state.remaining) == (3, 2))
    }

    /// Replicas share one count through the database.
    @Test(arguments: Backend.all.filter { $0 == .postgres }) func replicasCountTogether(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let principal = try await installation.caller()
        async let one = admitted(limiter(installation, member: 60, organization: 300), principal, of: 50)
        async let two = admitted(limiter(installation, member: 60, organization: 300), principal, of: 50)
        #expect(try await one + two == 60)
    }
}

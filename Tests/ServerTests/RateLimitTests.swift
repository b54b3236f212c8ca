import Foundation
import Platform
import TestSupport
import Testing

/// Requests a minute, for each member and for each organization; both count or neither.
@Suite(.timeLimit(.minutes(5))) struct RateLimitTests {
    @Test(arguments: Backend.all) func requestsAreCountedAndRefused(_ backend: Backend) async throws {
        try await ServedPlatform.run(backend, configure: { $0.requestsPerMinutePerMember = 3 }) { served in
            for left in ["2", "1", "0"] {
                let answer = try await served.api.get("/v1/models/no-uuid")
                #expect(answer.status == 422, "errors count too")
                #expect(answer.header("X-RateLimit-Limit") == "3" && answer.header("X-RateLimit-Remaining") == left)
                #expect(Int(answer.header("X-RateLimit-Reset") ?? "").map { (50...60).contains($0) } == true)
            }
            let refused = try await served.api.get("/v1/models")
            #expect(refused.status == 429 && refused.header("X-RateLimit-Remaining") == "0")
            #expect(refused.header("Retry-After") == refused.header("X-RateLimit-Reset"))
            #expect(refused["detail"].text.contains("Retry after"))
            // All keys of a member count together, and nobody else's.
            #expect(try await served.caller(member: "ada").get("/v1/models").status == 429)
            #expect(try await served.caller(member: "bob").get("/v1/models").status == 200)
            #expect(try await served.caller(organization: "two", member: "ada").get("/v1/models").status == 200)
        }
    }

    @Test func aWindowEndsAMinuteAfterItsFirstRequest() async throws {
        try await ServedPlatform.run(configure: { $0.requestsPerMinutePerMember = 1 }) { served in
            #expect(try await served.api.get("/v1/models").header("X-RateLimit-Reset") == "60")
            served.platform.clock.advance(by: .milliseconds(59_001))
            let refused = try await served.api.get("/v1/models")
            #expect(refused.status == 429 && refused.header("Retry-After") == "1")
            served.platform.clock.advance(by: .milliseconds(999))
            #expect(try await served.api.get("/v1/models").status == 200)
        }
    }

    @Test(arguments: Backend.all) func aRefusedRequestCountsInNeitherScope(_ backend: Backend) async throws {
        let limits: (inout PlatformConfiguration) -> Void = {
            $0.requestsPerMinutePerMember = 3
            $0.requestsPerMinutePerOrganization = 5
        }
        try await ServedPlatform.run(backend, configure: limits) { served in
            let bob = try await served.caller(member: "bob")
            for _ in 0..<3 { #expect(try await served.api.get("/v1/models").status == 200) }
            for _ in 0..<10 { #expect(try await served.api.get("/v1/models").status == 429) }
            let first = try await bob.get("/v1/models")
            #expect(first.status == 200)
            #expect(
                first.header("X-RateLimit-Limit") == "5" && first.header("X-RateLimit-Remaining") == "1",
                "the organization's is the tighter one")
            #expect(try await bob.get("/v1/models").status == 200)
            let refused = try await bob.get("/v1/models")
            #expect(refused.status == 429 && refused.header("X-RateLimit-Limit") == "5")
        }
    }

    @Test func whatIsOpenOrRefusedBeforeIsNotCounted() async throws {
        try await ServedPlatform.run(configure: { $0.requestsPerMinutePerMember = 1 }) { served in
            let powerless = try await served.caller(scopes: [])
            for _ in 0..<3 {
                let refused = try await powerless.get("/v1/models")
                #expect(refused.status == 403 && refused.header("X-RateLimit-Limit") == nil)
                for path in ["/v1/health/liveness", "/v1/health/readiness", "/openapi.json"] {
                    let answer = try await served.api.get(path)
                    #expect(answer.status == 200 && answer.header("X-RateLimit-Limit") == nil)
                }
                #expect(try await served.api.get("/nowhere").status == 404)
            }
            #expect(try await served.api.get("/v1/models").status == 200)
        }
    }

    @Test func withoutALimitNothingIsSaid() async throws {
        try await ServedPlatform.run { served in
            let answer = try await served.api.get("/v1/models")
            #expect(answer.header("X-RateLimit-Limit") == nil && answer.header("X-RateLimit-Reset") == nil)
        }
    }

    @Test func failedAuthenticationIsThrottledByAddress() async throws {
        try await ServedPlatform.run { served in
            let nobody = served.api.with(key: nil)
            for _ in 0..<40 { #expect(try await nobody.get("/v1/models").status == 401, "a missing key is no guess") }
            for _ in 0..<FailureThrottle.failuresPerWindow {
                #expect(try await nobody.with(key: "qk_guess").get("/v1/models").status == 401)
            }
            let refused = try await nobody.with(key: "qk_guess").get("/v1/models")
            #expect(refused.status == 429 && refused.header("Retry-After") == "60")
            #expect(try await served.api.get("/v1/models").status == 200, "a valid key passes whoever else shares its address")
            #expect(try await nobody.get("/v1/models").status == 401)
            served.platform.clock.advance(by: .seconds(60))
            #expect(try await nobody.with(key: "qk_guess").get("/v1/models").status == 401)
        }
    }
}

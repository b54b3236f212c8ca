import Foundation
import Platform
import Server
import TestSupport
import Testing

/// Who may call what: every route with a scope, from the route table.
@Suite(.timeLimit(.minutes(5))) struct ScopeTests {
    @Test func everyRouteWantsItsScopeAndNoOtherDoes() async throws {
        try await ServedPlatform.run { served in
            let ids = Belongings.unknown()
            for (method, path, scope) in served.server.routes {
                guard let scope = scope.flatMap(Scope.init(rawValue:)) else { continue }
                let request = TestRequest(method, NamingRequest.filled(path) { ids[$0] })
                let without = try await served.caller(member: "without \(scope)", scopes: Set(Scope.allCases).subtracting([scope]))
                let refused = try await without.send(request)
                #expect(refused.status == 403, "\(method) \(path)")
                #expect(refused.explanation.contains(scope.rawValue))
                #expect(refused.header("WWW-Authenticate")?.contains("scope=\"\(scope.rawValue)\"") == true)
                let only = try await served.caller(member: "only \(scope)", scopes: [scope])
                let admitted = try await only.send(request)
                #expect(![401, 403, 405, 500].contains(admitted.status), "\(method) \(path): \(admitted.text)")
            }
        }
    }

    @Test func everyRouteWantsAKey() async throws {
        try await ServedPlatform.run { served in
            let ids = Belongings.unknown()
            let nobody = served.api.with(key: nil)
            for (method, path, scope) in served.server.routes where scope != nil {
                let answer = try await nobody.send(TestRequest(method, NamingRequest.filled(path) { ids[$0] }))
                #expect(answer.status == 401, "\(method) \(path)")
                #expect(answer.header("WWW-Authenticate") == "Bearer")
            }
        }
    }

    @Test func wrongKeysAreRefusedAlike() async throws {
        try await ServedPlatform.run { served in
            let expired = try await served.platform.platform.access.createKey(
                organization: "one", member: "ada", role: .member, scopes: Scope.ofOwner,
                expiresAt: served.platform.clock.now.adding(.seconds(1)))
            #expect(try await served.api.with(key: expired).get("/v1/models").status == 200)
            served.platform.clock.advance(by: .seconds(1))
            let headers = [
                "Bearer \(expired)", "Bearer qk_unknown", "Bearer \(served.key)x", "Bearer ", "Bearer", "Basic \(served.key)", served.key,
                "",
            ]
            for header in headers {
                let answer = try await served.api.get("/v1/models", headers: ["Authorization": header])
                #expect(answer.status == 401, "\(header)")
                #expect(answer.header("WWW-Authenticate") == "Bearer")
                #expect(!answer.text.contains("qk_"))
            }
            #expect(try await served.api.get("/v1/models", headers: ["Authorization": "bearer  \(served.key)"]).status == 200)
        }
    }
}

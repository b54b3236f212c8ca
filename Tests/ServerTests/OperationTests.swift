import Foundation
import Platform
import TestSupport
import Testing

/// What operators read, and what every answer has.
@Suite(.timeLimit(.minutes(5))) struct OperationTests {
    @Test func metricsFromElsewhereWantAnInstanceKey() async throws {
        try await ServedPlatform.run { served in
            #expect(try await served.api.with(key: nil).get("/metrics").status == 401)
            let owner = try await served.api.get("/metrics")
            #expect(owner.status == 403 && owner["detail"].text.contains("instance:admin"))
            let admin = try await served.caller(member: "operator", scopes: [.instanceAdmin]).get("/metrics")
            #expect(admin.status == 200 && admin.mediaType == "text/plain")
        }
    }

    @Test func metricsFromThisMachineWantNoKeyAndNameNoPaths() async throws {
        try await ServedPlatform.run(isLive: true) { served in
            let nobody = served.api.with(key: nil)
            let id = "01992822-3a5c-7d41-9b0e-6f2a8c4d1e77"
            _ = try await served.api.get("/v1/models/\(id)")
            _ = try await nobody.get("/v1/models")
            _ = try await nobody.get("/\(id)")
            _ = try await served.api.upload("a.md", "a")
            let metrics = try await nobody.get("/metrics")
            #expect(metrics.status == 200)
            let name = "quarry_http_request_duration_seconds_count"
            for line in [
                "\(name){method=\"GET\",route=\"/v1/models/{model_id}\",status=\"404\"} 1",
                "\(name){method=\"GET\",route=\"/v1/models\",status=\"401\"} 1",
                "\(name){method=\"GET\",route=\"unmatched\",status=\"404\"} 1", "quarry_jobs{kind=\"ingest\",state=\"available\"} 1",
                "quarry_turn_first_event_seconds_count 0",
            ] { #expect(metrics.text.split(separator: "\n").contains(Substring(line)), "\(line)") }
            #expect(!metrics.text.contains(id))
            #expect(try await served.api.get("/metrics").status == 403, "a key that is sent must do")
        }
    }

    @Test func everyAnswerNamesItsRequest() async throws {
        try await ServedPlatform.run { served in
            var seen: Set<String> = []
            for path in ["/v1/health/liveness", "/nowhere", "/v1/models", "/v1/models/x", "/openapi.json"] {
                let answer = try await served.api.get(path, headers: ["X-Request-Id": "of the client"])
                let id = try #require(answer.header("X-Request-Id"))
                #expect(UUIDText.isValid(id))
                seen.insert(id)
                if answer.status >= 400 { #expect(answer["requestId"].text == id) }
            }
            #expect(seen.count == 5)
        }
    }

    @Test func unreadableBodiesAreProblems() async throws {
        try await ServedPlatform.run { served in
            for (type, body, status) in [
                ("application/json", "{", 400), ("application/json", "", 400), ("application/json", "[]", 422),
                ("application/json", "null", 422), ("application/json", "{\"name\":\"\\ud800\"}", 400), ("text/plain", "{}", 415),
                ("application/x-www-form-urlencoded", "name=a", 415),
                ("application/json; charset=utf-8", "{\"name\":\"a\"}", 201), ("APPLICATION/JSON", "{\"name\":\"a\"}", 201),
                ("application/json", "{\"name\":\"a\",\"unknown\":{\"deep\":[1]}}", 201),
                ("application/merge-patch+json", "{\"name\":\"a\"}", 201),
            ] {
                let answer = try await served.api.send(
                    TestRequest("POST", "/v1/datasets", headers: ["Content-Type": type], body: Data(body.utf8)))
                #expect(answer.status == status, "\(type) \(body): \(answer.text)")
                if status >= 400 { #expect(answer.mediaType == "application/problem+json") }
            }
            let bare = try await served.api.send(TestRequest("POST", "/v1/datasets", body: Data("{}".utf8)))
            #expect(bare.status == 415)
        }
    }

    /// Bodies over the limit are refused over a socket too, where they come in pieces, and the server goes on.
    @Test func tooLargeBodiesAreRefused() async throws {
        try await ServedPlatform.run(isLive: true, configure: { $0.mostUploadBytes = 1_000 }) { served in
            let name = String(repeating: " ", count: 4 * 1024 * 1024 - 12)
            let edge = try await served.api.send(
                TestRequest(
                    "POST", "/v1/datasets", headers: ["Content-Type": "application/json"], body: Data("{\"name\":\"a\"}\(name)".utf8)))
            #expect(edge.status == 201)
        }
        for size in [4 * 1024 * 1024 + 1, 8 * 1024 * 1024] {
            try await ServedPlatform.run { served in
                let answer = try await served.api.send(
                    TestRequest(
                        "POST", "/v1/datasets", headers: ["Content-Type": "application/json"], body: Data(repeating: 0x20, count: size)))
                #expect(answer.status == 413 && answer["title"] == "Content Too Large")
            }
        }
    }

    @Test func anEmptyContentTypeIsNoneAtAll() async throws {
        try await ServedPlatform.run { served in
            for type in ["", ";", " ; charset=utf-8"] {
                for path in ["/v1/datasets", "/v1/files", "/v1/chats", "/v1/files/a/associations"] {
                    let answer = try await served.api.send(
                        TestRequest("POST", path, headers: ["Content-Type": type], body: Data("{}".utf8)))
                    #expect(answer.status == 415, "\(path) \(type)")
                }
            }
        }
    }
}

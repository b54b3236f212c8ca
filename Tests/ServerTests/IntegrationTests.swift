import Platform
import TestSupport
import Testing

/// `/v1/integrations`: secrets go in and never come out.
@Suite(.timeLimit(.minutes(5))) struct IntegrationTests {
    private static let bodies: [String: JSONValue] = [
        "huggingface": ["token": "hf_SECRET"], "kaggle": ["username": "ada_SECRET", "key": "SECRET"],
        "s3": [
            "endpoint": "https://store.example", "region": "eu-central-1", "bucket": "exports", "accessKeyId": "SECRET",
            "secretAccessKey": "SECRET",
            "pathStyle": true,
        ], "webhook": ["secret": "whsec_SECRETSECRETSECRETSECRETSECRETSE"],
    ]

    @Test func everySitesCredentialsAreSetShownByFieldAndRemoved() async throws {
        try await ServedPlatform.run { served in
            for (name, body) in Self.bodies {
                let set = try await served.api.send("PUT", "/v1/integrations/\(name)", body)
                #expect(set.status == 200, "\(set.text)")
                #expect(Set(set["fields"].elements.map(\.text)) == Set(body.members.keys))
                #expect(set["updatedAt"] == "2026-11-20T12:00:00Z")
                let shown = try await served.api.get("/v1/integrations/\(name)")
                #expect(shown.json == set.json)
                #expect(!set.text.contains("SECRET"))
            }
            let list = try await served.api.get("/v1/integrations")
            #expect(list["data"].elements.map { $0["name"].text } == ["huggingface", "kaggle", "s3", "webhook"])
            #expect(!list.text.contains("SECRET"))
            let stranger = try await served.caller(organization: "two", member: "eve")
            #expect(try await stranger.get("/v1/integrations")["data"] == [])
            for name in Self.bodies.keys {
                #expect(try await stranger.get("/v1/integrations/\(name)").status == 404)
                #expect(try await stranger.send("DELETE", "/v1/integrations/\(name)").status == 404)
                #expect(try await served.api.send("DELETE", "/v1/integrations/\(name)").status == 204)
            }
        }
    }

    @Test func everyWrongFieldIsNamed() async throws {
        try await ServedPlatform.run { served in
            for (name, body, fields) in [
                ("huggingface", [:], ["token"]), ("huggingface", ["token": "a b"], ["token"]),
                ("huggingface", ["token": "a\nb"], ["token"]),
                ("huggingface", ["token": 1], ["token"]), ("kaggle", [:], ["username", "key"]),
                ("webhook", ["secret": "whsec_x"], ["secret"]),
                ("s3", [:], ["region", "accessKeyId", "secretAccessKey"]),
                (
                    "s3",
                    [
                        "endpoint": "http://u:p@x", "region": "a/b", "bucket": "Böse", "accessKeyId": "k", "secretAccessKey": "s",
                        "pathStyle": 1,
                    ],
                    ["endpoint", "region", "bucket", "pathStyle"]
                ),
            ] as [(String, JSONValue, Set<String>)] {
                let answer = try await served.api.send("PUT", "/v1/integrations/\(name)", body)
                #expect(answer.status == 422, "\(name) \(body)")
                #expect(Set(answer["errors"].elements.compactMap { $0["loc"].elements.last?.text }) == fields, "\(answer.text)")
            }
            #expect(try await served.api.get("/v1/integrations")["data"] == [])
        }
    }

    @Test func anUnknownNameIsAnsweredWithTheKnownOnes() async throws {
        try await ServedPlatform.run { served in
            for method in ["GET", "DELETE"] {
                let answer = try await served.api.send(method, "/v1/integrations/github")
                #expect(answer.status == 404)
                #expect(answer["detail"].text.contains("huggingface, kaggle, s3, webhook"))
            }
            #expect(try await served.api.send("PUT", "/v1/integrations/github", [:]).status == 404)
        }
    }
}

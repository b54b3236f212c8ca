import Foundation
import Platform
import TestSupport
import Testing

/// Every range of the contract: taken at the edge, refused one step beyond by the name of its field.
@Suite(.timeLimit(.minutes(5))) struct RangeTests {
    /// A field of a request, values that it may have and values that it may not.
    private struct Range {
        let field: String
        let good: [JSONValue]
        let bad: [JSONValue]

        init(_ field: String, good: [JSONValue], bad: [JSONValue]) {
            self.field = field
            self.good = good
            self.bad = bad
        }
    }

    private static func text(_ length: Int) -> JSONValue { .string(String(repeating: "ä", count: length)) }

    private static let model = [
        Range("displayName", good: [text(1), text(200)], bad: [text(0), text(201), 5, "a\0"]),
        Range("contextWindow", good: [1, 2_000_000, nil], bad: [0, 2_000_001, -1, 1.5, "8"]),
        Range("maxTokensPerRequest", good: [1, 200_000, nil], bad: [0, 200_001, true]),
        Range("systemPrompt", good: [text(0), text(50_000), nil], bad: [text(50_001), 1, "\0"]),
        Range("supportsStreaming", good: [true, false, nil], bad: [1, "true"]), Range("enabled", good: [true, nil], bad: ["yes"]),
        Range("metadata", good: [nil, 1, "a", [], [:], ["a": [nil]]], bad: ["\0", ["a": ["b\0"]], ["\0": 1]]),
        Range("systemPromptId", good: [nil], bad: ["any", "", text(256), 3]),
    ]

    @Test func rangesOfModels() async throws {
        try await ServedPlatform.run { served in
            let base: JSONValue = ["parentModelId": .string(SystemModel.quoting.id.text), "displayName": "Model"]
            let parent = Range("parentModelId", good: [], bad: [nil, "", Self.text(37), "01992822-3a5c-7d41-9b0e-6f2a8c4d1e77", 1])
            try await expect(Self.model + [parent, Range("displayName", good: [], bad: [nil])], base, "POST", "/v1/models", served.api)
            let model = try await served.api.post("/v1/models", base)["id"].text
            try await expect(Self.model, [:], "PATCH", "/v1/models/\(model)", served.api)
        }
    }

    @Test func rangesOfDatasetsAndTheirSearch() async throws {
        try await ServedPlatform.run { served in
            let ranges = [
                Range("name", good: [Self.text(1), Self.text(200)], bad: [Self.text(0), Self.text(201), 1, "\0"]),
                Range("description", good: [Self.text(0), Self.text(2_000), nil], bad: [Self.text(2_001), [], "\0"]),
            ]
            let consent = Range("consentForTraining", good: [true, nil], bad: ["no", 0])
            try await expect(
                ranges + [consent, Range("name", good: [], bad: [nil])], ["name": "Dataset"], "POST", "/v1/datasets", served.api)
            let dataset = try await served.api.post("/v1/datasets", ["name": "Dataset"])["id"].text
            try await expect(ranges, [:], "PATCH", "/v1/datasets/\(dataset)", served.api)
            let search = [
                Range("query", good: [Self.text(1), Self.text(8_000)], bad: [nil, Self.text(0), Self.text(8_001), 1, "\0"]),
                Range("limit", good: [1, 100, nil], bad: [0, 101, "1", 1.5]),
            ]
            try await expect(search, ["query": "refunds"], "POST", "/v1/datasets/\(dataset)/search", served.api)
        }
    }

    @Test func rangesOfAssociations() async throws {
        try await ServedPlatform.run { served in
            let model = try await served.api.post(
                "/v1/models", ["parentModelId": .string(SystemModel.quoting.id.text), "displayName": "a"])["id"].text
            var datasets: [String] = []
            for number in 1...51 { datasets.append(try await served.api.post("/v1/datasets", ["name": "\(number)"])["id"].text) }
            let ranges = [
                Range("priority", good: [0, 100, nil], bad: [-1, 101, 0.5, "1"]),
                Range("usageType", good: ["rag", nil], bad: ["finetuning", "RAG", "", Self.text(21), 1]),
                Range("datasetSnapshotId", good: [nil], bad: ["any", Self.text(256), 1]),
            ]
            let path = "/v1/models/\(model)/datasets"
            let first = try await served.api.post(path, ["datasetId": .string(datasets[0])])
            #expect(first["priority"] == 0 && first["usageType"] == "rag")
            try await expect(ranges, [:], "PATCH", "\(path)/\(datasets[0])", served.api)
            let id = Range("datasetId", good: [], bad: [nil, "", Self.text(256), 1, "unknown"])
            let onlyBad = ranges.map { Range($0.field, good: [], bad: $0.bad) }
            try await expect(onlyBad + [id], ["datasetId": .string(datasets[1])], "POST", path, served.api)

            let entries = datasets.map { JSONValue.object(["datasetId": .string($0), "priority": 100]) }
            let sizes = Range(
                "datasets", good: [.array(Array(entries.prefix(1))), .array(Array(entries.prefix(50)))],
                bad: [nil, [], .array(entries), [:]])
            try await expect([sizes], [:], "POST", "\(path)/batch", served.api)
            let faulty: JSONValue = [
                entries[0], entries[1].with(["priority": 101]), "x", ["datasetId": .string(datasets[2]), "usageType": "other"],
            ]
            let answer = try await served.api.post("\(path)/batch", ["datasets": faulty])
            #expect(answer.status == 422)
            #expect(Set(answer.faults).isSuperset(of: ["body.datasets.1.priority", "body.datasets.3.usageType", "body.datasets"]))
            let unknown = try await served.api.post("\(path)/batch", ["datasets": [entries[50], ["datasetId": "unknown"]]])
            #expect(unknown.faults == ["body.datasets.1.datasetId"])
            #expect(try await served.api.get(path)["totalCount"] == 50, "a refused batch makes nothing")
        }
    }

    @Test func rangesOfTurnsAndChats() async throws {
        let provider = ScriptedProviderSaying.short
        try await ServedPlatform.run(providers: ["scripted": provider]) { served in
            let base: JSONValue = [
                "modelId": .string(TestPlatform.systemModel("scripted").id.text), "messages": [["role": "user", "content": "Hi"]],
            ]
            let user: JSONValue = ["role": "user", "content": "Hi"]
            let ranges = [
                Range("maxTokens", good: [1, 32_000, nil], bad: [0, 32_001, 1.5]),
                Range("temperature", good: [0, 2, 1.5, nil], bad: [-0.01, 2.01, "1"]),
                Range("reasoningBudget", good: [1, 1_000_000, nil], bad: [0, 1_000_001]),
                Range("system_prompt", good: [Self.text(50_000), nil], bad: [Self.text(50_001), "\0"]),
                Range("systemPrompt", good: [Self.text(50_000), nil], bad: [Self.text(50_001), 1]),
                Range("stream", good: [false, nil], bad: ["no"]),
                Range("ephemeral", good: [true, nil], bad: [1]), Range("chatId", good: [nil], bad: ["", Self.text(256), 1]),
                Range("modelId", good: [], bad: [nil, "", Self.text(256), 1]),
                Range("tools", good: [[], nil], bad: [[["type": "function"]], "x"]),
                Range("responseFormat", good: [nil], bad: ["json"]), Range("enableReasoning", good: [true, nil], bad: ["no"]),
                Range(
                    "messages", good: [.array(Array(repeating: user, count: 100))],
                    bad: [
                        nil, [], .array(Array(repeating: user, count: 101)), "Hi", [["role": "system", "content": "Be brief."]],
                    ]),
            ]
            try await expect(ranges, base, "POST", "/v1/chats", served.api)
            for (message, fault) in [
                ([:], "role"), (["role": "robot", "content": "a"], "role"), (["role": "user"], "content"),
                (["role": "user", "content": ""], "content"),
                (["role": "user", "content": nil], "content"), (["role": "user", "content": 1], "content"),
                (["role": "user", "content": "\0"], "content"),
                (["role": "user", "content": Self.text(1_000_001)], "content"), (["role": "tool", "content": "a"], "toolCallId"),
                (["role": "user", "content": "a", "metadata": ["a\0": 1]], "metadata"),
                (["role": "user", "content": "a", "metadata": []], "metadata"),
                (["role": "user", "content": "a", "toolCalls": ["a\0"]], "toolCalls"),
                (["role": "user", "content": "a", "toolCalls": [:]], "toolCalls"),
            ] as [(JSONValue, String)] {
                let answer = try await served.api.post("/v1/chats", base.with(["messages": [user, message]]))
                #expect(answer.status == 422, "\(message)")
                #expect(answer.faults == ["body.messages.1.\(fault)"], "\(fault): \(answer.text.prefix(300))")
            }
            let chat = try await served.api.post("/v1/chats", base)["id"].text
            let changes = [
                Range("title", good: [Self.text(0), Self.text(500), nil], bad: [Self.text(501), 1, "\0"]),
                Range("systemPrompt", good: [Self.text(50_000), nil], bad: [Self.text(50_001)]),
                Range("metadata", good: [nil, 1, ["a": 1]], bad: [["a": "\0"]]),
            ]
            try await expect(changes, [:], "PATCH", "/v1/chats/\(chat)", served.api)
        }
    }

    @Test func severalFaultsAreToldAtOnce() async throws {
        try await ServedPlatform.run { served in
            let answer = try await served.api.post(
                "/v1/models", ["contextWindow": 0, "maxTokensPerRequest": "x", "systemPrompt": "\0", "unknown": 1])
            #expect(answer.status == 422)
            #expect(
                Set(answer.faults) == [
                    "body.parentModelId", "body.displayName", "body.contextWindow", "body.maxTokensPerRequest", "body.systemPrompt",
                ])
            #expect(answer["title"] == "Unprocessable Entity")
            #expect(answer["detail"].text.contains("displayName is required."))
        }
    }

    @Test func filesHaveNamesFormatsAndSizes() async throws {
        try await ServedPlatform.run(configure: { $0.mostUploadBytes = 100 }) { served in
            let full = String(repeating: "a", count: 100)
            #expect(try await served.api.upload("a.md", full).status == 201)
            #expect(try await served.api.upload("a.md", full + "a").status == 413)
            #expect(try await served.api.upload("a.md", "").faults == ["body.file"])
            #expect(try await served.api.upload("\(String(repeating: "n", count: 252)).md", "a").status == 201)
            #expect(try await served.api.upload("\(String(repeating: "n", count: 253)).md", "a").status == 422)
            for name in ["", "/", "a\u{1}.md", "a\0.md"] {
                #expect(try await served.api.upload(name, "a").faults == ["body.file"], "\(name)")
            }
            #expect(try await served.api.upload("../../etc/passwd.md", "a")["filename"] == "passwd.md")
            #expect(try await served.api.upload("a.pdf", "a").status == 415)
            for (fields, fault) in [
                ([("resource_type", "dataset")], "resource_id"), ([("resource_id", "x")], "resource_type"),
                ([("resource_type", "model"), ("resource_id", "x")], "resource_type"),
                ([("resource_type", "dataset"), ("resource_id", "unknown")], "resource_id"),
                ([("resource_type", "dataset"), ("resource_id", "a\0")], "resource_id"),
            ] {
                let answer = try await served.api.upload("a.md", "a", fields: fields)
                #expect(answer.status == 422, "\(fields)")
                #expect(answer.faults == ["body.\(fault)"], "\(fields)")
            }
            #expect(try await served.api.get("/v1/files")["data"].elements.count == 3)
        }
    }

    private func expect(_ ranges: [Range], _ base: JSONValue, _ method: String, _ path: String, _ api: TestAPI) async throws {
        for range in ranges {
            for value in range.good {
                let answer = try await api.send(method, path, base.with([range.field: value]))
                #expect((200..<300).contains(answer.status), "\(range.field) \(brief(value)): \(answer.text.prefix(300))")
            }
            for value in range.bad {
                let answer = try await api.send(method, path, base.with([range.field: value]))
                #expect(answer.status == 422, "\(range.field) \(brief(value)): \(answer.text.prefix(300))")
                #expect(answer.faults == ["body.\(range.field)"], "\(range.field) \(brief(value))")
            }
        }
    }

    private func brief(_ value: JSONValue) -> String { String("\(value)".prefix(60)) }
}

import Foundation
import Platform
import TestSupport
import Testing

/// The process dies after an effect is committed and before its answer is sent; the client asks again with the same key.
@Suite(.timeLimit(.minutes(5))) struct ReplayAfterCrashTests {
    private static let key = "the-same-key"

    /// Lets a server crash in this request, and returns what its successor answers to the same one.
    private func crashAndRepeat(
        _ data: TemporaryFolder, _ request: @Sendable (TestClient) async throws -> TestClient.Reply
    ) async throws -> TestClient.Reply {
        let server = try await QuarryServer.start(data: data, faults: "after-effect=crash")
        do {
            let reply = try await request(server.client)
            Issue.record("the server answered \(reply.status) instead of dying")
        } catch {
            #expect(await server.process.exit() == -SIGKILL)
        }
        return try await QuarryServer.running(data: data) { try await request($0.client) }
    }

    private func prepared() async throws -> (data: TemporaryFolder, dataset: String, model: String) {
        let data = TemporaryFolder()
        let (dataset, model) = try await QuarryServer.running(data: data) { try await $0.client.datasetAndModel() }
        return (data, dataset, model)
    }

    private func count(_ data: TemporaryFolder, _ path: String, of field: String, _ value: String) async throws -> Int {
        try await QuarryServer.running(data: data) { try await $0.client.all(path).filter { $0[field]?.text == value }.count }
    }

    @Test func aDatasetIsMadeOnce() async throws {
        let (data, _, _) = try await prepared()
        let reply = try await crashAndRepeat(data) {
            try await $0.post("/v1/datasets", .object(["name": .string("once")]), idempotencyKey: Self.key)
        }
        #expect((reply.status, reply.isReplayed) == (201, true))
        #expect(try reply.json["name"]?.text == "once")
        #expect(try await count(data, "/v1/datasets", of: "name", "once") == 1)
    }

    @Test func aModelIsMadeOnce() async throws {
        let (data, _, _) = try await prepared()
        let body = JSONValue.object(["parentModelId": .string(SystemModel.quoting.id.text), "displayName": .string("once")])
        let reply = try await crashAndRepeat(data) { try await $0.post("/v1/models", body, idempotencyKey: Self.key) }
        #expect((reply.status, reply.isReplayed) == (201, true))
        #expect(try await count(data, "/v1/models", of: "displayName", "once") == 1)
    }

    @Test func aFileIsTakenInOnce() async throws {
        let (data, dataset, _) = try await prepared()
        let reply = try await crashAndRepeat(data) {
            try await $0.upload("Bees dance.", named: "once.txt", dataset: dataset, idempotencyKey: Self.key)
        }
        #expect((reply.status, reply.isReplayed) == (201, true))
        #expect(try await count(data, "/v1/files", of: "filename", "once.txt") == 1)
        #expect(try await count(data, "/v1/datasets/\(dataset)/items", of: "filename", "once.txt") == 1)
    }

    @Test func aQuestionIsAnsweredOnce() async throws {
        let (data, _, model) = try await prepared()
        let reply = try await crashAndRepeat(data) {
            try await $0.post("/v1/chats", TestClient.question("Once?", model: model), idempotencyKey: Self.key)
        }
        #expect((reply.status, reply.isReplayed) == (200, true))
        let message = try #require(try reply.json["message"])
        #expect(message["status"]?.text == "complete")
        #expect(try await count(data, "/v1/chats", of: "title", "Once?") == 1)
        let chat = try reply.json["id"]?.text ?? ""
        try await QuarryServer.running(data: data) { server in
            let messages = try await server.client.get("/v1/chats/\(chat)")["messages"]?.elements ?? []
            #expect(messages.map { $0["role"]?.text } == ["user", "assistant"])
            #expect(messages.last?["content"] == message["content"])
        }
    }

    /// Killed between the bytes and the database: nothing was acknowledged, and the same key simply works.
    @Test func anUploadThatWasNotRecordedIsTakenInAtTheSecondTry() async throws {
        let (data, dataset, _) = try await prepared()
        let server = try await QuarryServer.start(data: data, faults: "after-upload=crash")
        await #expect(throws: (any Error).self) {
            try await server.client.upload("Bees dance.", named: "once.txt", dataset: dataset, idempotencyKey: Self.key)
        }
        #expect(await server.process.exit() == -SIGKILL)
        let reply = try await QuarryServer.running(data: data) {
            try await $0.client.upload("Bees dance.", named: "once.txt", dataset: dataset, idempotencyKey: Self.key)
        }
        #expect((reply.status, reply.isReplayed) == (201, false))
        #expect(try await count(data, "/v1/files", of: "filename", "once.txt") == 1)
    }
}

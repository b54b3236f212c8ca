import Foundation
import Platform
import TestSupport
import Testing

/// How a server starts, refuses to start, and ends.
@Suite(.timeLimit(.minutes(5))) struct ServeTests {
    @Test func aBadConfigurationIsReportedWholeBeforeAnythingIsBound() async throws {
        let folder = TemporaryFolder()
        let file = folder.url.appending(path: "quarry.yaml")
        try Data(
            "uploads: {maxBytes: 0}\nmodels: [{name: a, provider: nobody, upstream: b, contextWindow: 0}]\njobs: {concurrency: 100}\n"
                .appending("integrations: {huggingface: {baseURL: 'ftp://x'}, kaggle: {baseURL: 'http://u:p@x'}}\n").utf8
        ).write(to: file)
        let environment = [
            "QUARRY_OWNER_KEY": "too-short", "QUARRY_SECRET_KEY": "nothex", "QUARRY_LOG_LEVEL": "loud", "QUARRY_RATE_LIMIT_USER": "many",
            "QUARRY_DATABASE_URL": "mysql://x", "QUARRY_FAULTS": "nowhere=crash", "QUARRY_HOST": "0.0.0.0", "QUARRY_BLOB_URL": "s3://x",
        ]
        let process = try QuarryProcess(
            ["serve", "--port", "70000", "--config", file.path, "--data", folder.url.appending(path: "data").path],
            environment: environment, in: folder)
        #expect(await process.exit() == 78)
        #expect(process.standardOutput.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: folder.url.appending(path: "data").path))
        let said = process.standardError
        for name in [
            "port", "QUARRY_OWNER_KEY", "QUARRY_SECRET_KEY", "QUARRY_LOG_LEVEL", "QUARRY_RATE_LIMIT_USER", "QUARRY_DATABASE_URL",
            "QUARRY_FAULTS",
            "QUARRY_PUBLIC_URL", "QUARRY_BLOB_URL", "uploads.maxBytes", "jobs.concurrency", "models.a.provider", "models.a.contextWindow",
            "integrations.huggingface.baseURL", "integrations.kaggle.baseURL",
        ] {
            #expect(said.contains(name), "\(name) is not reported in: \(said)")
        }
        #expect(!said.contains("too-short") && !said.contains("nothex"), "a secret is shown")
    }

    @Test(arguments: [(31, false), (32, true)]) func anOwnerKeyHasAtLeastThirtyTwoCharacters(_ length: Int, _ isTaken: Bool) async throws {
        let folder = TemporaryFolder()
        let environment = ["QUARRY_OWNER_KEY": String(repeating: "k", count: length)]
        if isTaken {
            let server = try await QuarryServer.start(data: folder, environment: environment)
            server.process.terminate()
            #expect(await server.process.exit() == 0)
        } else {
            let process = try QuarryProcess(["serve", "--port", "0", "--data", folder.url.path], environment: environment, in: folder)
            #expect(await process.exit() != 0)
            #expect(process.standardError.contains("32"))
        }
    }

    @Test func aSecondServerOnOneDataDirectoryIsRefused() async throws {
        let folder = TemporaryFolder()
        try await QuarryServer.running(data: folder) { server in
            let second = try QuarryProcess(
                ["serve", "--port", "0", "--data", folder.url.appending(path: "data").path],
                environment: ["QUARRY_OWNER_KEY": QuarryServer.ownerKey], in: folder)
            #expect(await second.exit() == 1)
            #expect(second.standardOutput.isEmpty)
            #expect(second.standardError.contains("Another Quarry server"))
            let ready = try await server.client.send("GET", "/v1/health/readiness")
            #expect(ready.status == 200, "the first one goes on")
        }
    }

    /// A new one in its place would make every stored credential unreadable.
    @Test func aDamagedSecretKeyIsNotReplaced() async throws {
        let folder = TemporaryFolder()
        let file = folder.url.appending(path: "data/secret.key")
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data("half a ke".utf8).write(to: file)
        let process = try QuarryProcess(
            ["serve", "--port", "0", "--data", folder.url.appending(path: "data").path],
            environment: ["QUARRY_OWNER_KEY": QuarryServer.ownerKey], in: folder)
        #expect(await process.exit() == 1)
        #expect(process.standardError.contains("secret.key") && !process.standardError.contains("half a ke"))
        #expect(try Data(contentsOf: file) == Data("half a ke".utf8))
    }

    @Test func secretsOfTheDataDirectoryAreForItsOwnerAlone() async throws {
        let folder = TemporaryFolder()
        let server = try await QuarryServer.start(data: folder, environment: ["QUARRY_OWNER_KEY": ""])
        server.process.terminate()
        #expect(await server.process.exit() == 0)
        for (name, mode) in [("data", 0o700), ("data/owner.key", 0o600), ("data/secret.key", 0o600)] {
            let attributes = try FileManager.default.attributesOfItem(atPath: folder.url.appending(path: name).path)
            #expect((attributes[.posixPermissions] as? Int).map { $0 & 0o777 } == mode, "\(name)")
        }
        let key = try String(contentsOf: folder.url.appending(path: "data/owner.key"), encoding: .utf8).trimmingCharacters(
            in: .whitespacesAndNewlines)
        let again = try await QuarryServer.start(data: folder, environment: ["QUARRY_OWNER_KEY": ""])
        #expect(try await TestClient(address: again.address, key: key).send("GET", "/v1/models").status == 200, "the key made once is kept")
        #expect(!again.process.standardError.contains(key) && !server.process.standardError.contains(key), "a secret is logged")
        again.process.terminate()
        #expect(await again.process.exit() == 0)
    }

    /// The answer has three pieces, each followed by a pause: the signal comes after the first one.
    @Test func aSignalLetsTheTurnEndAndTheServerExitsWithinThirtySeconds() async throws {
        let folder = TemporaryFolder()
        let server = try await QuarryServer.start(data: folder, faults: "during-turn=delay:400")
        let (_, model) = try await server.client.datasetAndModel()
        let signalled = Door()
        let turn = try await server.client.stream(TestClient.question("Why?", model: model, isStreamed: true)) { _ in
            if signalled.isOpen { return }
            signalled.open()
            server.process.terminate()
        }
        let signalledAt = ContinuousClock.now
        #expect((turn.isFinished, turn.status) == (true, "complete"))
        #expect(await server.process.exit() == 0)
        #expect(ContinuousClock.now - signalledAt < .seconds(30))
        try await QuarryServer.running(data: folder) { next in
            let chat = try await next.client.get("/v1/chats/\(turn.chat)")
            #expect(chat["messages"]?.elements.last?["content"]?.text == turn.text)
            #expect(chat["status"]?.text == "active")
        }
    }

    /// Within the drain's 20 seconds and a little more; the limit is the half minute of the design, rounded up to what a trait can say.
    @Test(.timeLimit(.minutes(5))) func aClientThatNeverFinishesItsRequestDoesNotKeepTheServerAlive() async throws {
        let data = TemporaryFolder()
        let server = try await QuarryServer.start(data: data)
        let port = try #require(URL(string: server.address)?.port)
        let connection = try LiveConnection(port: port)
        try await connection.send(
            raw: """
                POST /v1/datasets HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(QuarryServer.ownerKey)\r
                Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{
                """)
        _ = try await server.client.get("/v1/datasets")
        server.process.terminate()
        let code = await withTaskCancellationHandler {
            await server.process.exit()
        } onCancel: {
            server.process.kill()
        }
        #expect(code == 0)
        await connection.close()
    }
}

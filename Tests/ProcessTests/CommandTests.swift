import Foundation
import Platform
import TestSupport
import Testing

/// The commands for people, against a running server.
@Suite(.timeLimit(.minutes(5))) struct CommandTests {
    private static let examples = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "examples")

    private func run(
        _ arguments: [String], environment: [String: String] = [:], in folder: TemporaryFolder
    ) async throws -> (code: Int32, output: String, errors: String) {
        let process = try QuarryProcess(arguments, environment: environment, in: folder)
        let code = await process.exit()
        return (code, process.standardOutput, process.standardError)
    }

    @Test func aKeyMadeOnTheHostWorksAtOnceWithItsScopesAlone() async throws {
        let folder = TemporaryFolder()
        let data = folder.url.appending(path: "data").path
        try await QuarryServer.running(data: folder) { server in
            let made = try await run(
                ["key", "create", "--data", data, "--organization", "bees", "--member", "ada", "--scopes", "models:read,datasets:read"],
                in: folder)
            #expect(made.code == 0, "\(made.errors)")
            let key = made.output.trimmingCharacters(in: .whitespacesAndNewlines)
            #expect(key.hasPrefix("qk_"))
            let client = TestClient(address: server.address, key: key)
            #expect(try await client.send("GET", "/v1/models").status == 200)
            #expect(try await client.post("/v1/datasets", .object(["name": .string("n")])).status == 403)
            #expect(try await client.send("GET", "/v1/chats").status == 403)
            // Organizations do not see each other.
            #expect(try await server.client.post("/v1/datasets", .object(["name": .string("mine")])).status == 201)
            #expect(try await client.all("/v1/datasets").isEmpty)
            #expect(try await TestClient(address: server.address, key: key + "x").send("GET", "/v1/models").status == 401)
        }
    }

    @Test(arguments: [["--role", "king"], ["--scopes", "models:eat"], ["--scopes", "instance:admin"]])
    func aKeyThatMakesNoSenseIsNotMade(_ arguments: [String]) async throws {
        let folder = TemporaryFolder()
        let made = try await run(["key", "create", "--data", folder.url.path] + arguments, in: folder)
        #expect(made.code != 0)
        #expect(!made.output.contains("qk_"))
        #expect(made.errors.contains(arguments[1]) || made.errors.contains(arguments[0]), "\(made.errors)")
    }

    @Test func documentsAreBroughtInAndAsked() async throws {
        let folder = TemporaryFolder()
        let documents = folder.url.appending(path: "documents")
        try FileManager.default.createDirectory(at: documents.appending(path: "inner"), withIntermediateDirectories: true)
        try Data("# Bees\n\nBees swarm in May.\n".utf8).write(to: documents.appending(path: "bees.md"))
        try Data("Wasps sting in August.\n".utf8).write(to: documents.appending(path: "inner/wasps \"ü\".txt"))
        try await QuarryServer.running(data: folder) { server in
            let environment = ["QUARRY_URL": server.address, "QUARRY_API_KEY": QuarryServer.ownerKey]
            let ingested = try await run(["ingest", documents.path, "--dataset", "insects"], environment: environment, in: folder)
            #expect(ingested.code == 0, "\(ingested.errors)")
            #expect(ingested.output.contains("bees.md") && ingested.output.contains("wasps \"ü\".txt"))
            let again = try await run(
                ["ingest", documents.appending(path: "bees.md").path, "--dataset", "insects"], environment: environment, in: folder)
            #expect(again.code == 0 && again.output.contains("known   bees.md"), "\(again.output)")
            #expect(try await server.client.all("/v1/datasets").count == 1, "the dataset is found by its name")

            let asked = try await run(["ask", "When do wasps sting?", "--model", "insects"], environment: environment, in: folder)
            #expect(asked.code == 0, "\(asked.errors)")
            #expect(asked.output.contains("Wasps sting in August. [1]"))
            #expect(asked.output.contains("[1] wasps \"ü\".txt"))
            let unknown = try await run(["ask", "Why?", "--model", "nobody"], environment: environment, in: folder)
            #expect(unknown.code == 1 && unknown.errors.contains("nobody"))

            try Data("a,b\n1,\"2\n".utf8).write(to: folder.url.appending(path: "bad.csv"))
            let bad = try await run(["ingest", folder.url.appending(path: "bad.csv").path], environment: environment, in: folder)
            #expect(bad.code == 2 && bad.output.contains("never closed"), "\(bad.output) \(bad.errors)")
        }
    }

    /// Nobody waits minutes to be told that the server is not running.
    @Test(.timeLimit(.minutes(5))) func aServerThatIsNotThereIsReportedSoon() async throws {
        let folder = TemporaryFolder()
        let process = try QuarryProcess(["ask", "Why?", "--server", "http://127.0.0.1:1", "--key", "k"], in: folder)
        let code = await withTaskCancellationHandler {
            await process.exit()
        } onCancel: {
            process.kill()
        }
        #expect(code == 1)
        #expect(process.standardError.contains("quarry serve"))
    }

    @Test func theDemoAnswersFromItsDocumentsAndLeavesNothingRunning() async throws {
        let folder = TemporaryFolder()
        let shown = try await run(
            ["demo", "--examples", Self.examples.path], environment: ["TMPDIR": folder.url.path], in: folder)
        #expect(shown.code == 0, "\(shown.errors)")
        let questions = try String(contentsOf: Self.examples.appending(path: "demo-questions.txt"), encoding: .utf8).split(separator: "\n")
        for question in questions { #expect(shown.output.contains("> \(question)")) }
        #expect(shown.output.contains("[1] "), "at least one answer cites a source")
        #expect(shown.output.contains("hold no answer"), "and one question has none")
        // The second half: a dirty table, cleaned, graded and asked.
        #expect(shown.output.contains("rows   69 in, 10 duplicate, 0 failed, 1 empty, 58 out"), "\(shown.output)")
        #expect(shown.output.contains("grade  ") && shown.output.contains("fewer cells") && shown.output.contains("1 credit."))
        let asked = try String(contentsOf: Self.examples.appending(path: "tables/questions.jsonl"), encoding: .utf8).split(separator: "\n")
        #expect(asked.count == 2)
        for line in asked { #expect(shown.output.contains("> \(try JSONValue.parse(Data(line.utf8))["question"]?.text ?? "no question")")) }
        #expect(shown.output.contains("about 35 °C") && shown.output.contains("beekeeping-questions.csv"))
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.url.path).filter { $0.hasPrefix("quarry-demo") }
        #expect(left.isEmpty)
    }

    /// A table that is cleaner than the demo promises stands for a run that finds too little.
    @Test func aDemoThatDoesNotKeepItsPromiseFails() async throws {
        let folder = TemporaryFolder()
        let examples = folder.url.appending(path: "examples")
        try FileManager.default.copyItem(at: Self.examples, to: examples)
        let table = examples.appending(path: "tables/beekeeping-questions.csv")
        let repeated = "When is oxalic acid trickled?;"
        let rows = try String(contentsOf: table, encoding: .utf8).components(separatedBy: "\r\n")
        let first = rows.firstIndex { $0.hasPrefix(repeated) }
        let changed = rows.enumerated().map { $0 != first && $1.hasPrefix(repeated) ? "Who sleeps?;Bats do, all winter long.;none" : $1 }
        #expect(changed != rows)
        try Data(changed.joined(separator: "\r\n").utf8).write(to: table)
        let shown = try await run(["demo", "--examples", examples.path], in: folder)
        #expect(shown.code == 1 && shown.errors.contains("10 duplicates"), "\(shown.errors)")
    }

    @Test func aDemoWithoutItsDocumentsSaysSo() async throws {
        let folder = TemporaryFolder()
        let shown = try await run(["demo", "--examples", folder.url.appending(path: "missing").path], in: folder)
        #expect(shown.code != 0 && !shown.errors.isEmpty)
    }
}

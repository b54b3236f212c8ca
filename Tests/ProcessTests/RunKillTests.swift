import Foundation
import Platform
import Storage
import Synchronization
import TestSupport
import Testing

/// kill -9 in a loop while a run works: it comes out as one that was never disturbed, and nothing that was paid for is bought twice.
@Suite(.timeLimit(.minutes(10))) struct RunKillTests {
    private static let kills = 12

    private static func csv(_ rows: Int) -> String {
        let words = [
            "hive", "meadow", "queen", "nectar", "pollen", "winter", "swarm", "frame", "smoke", "clover", "drone", "honey", "wing",
        ]
        let text = { (seed: Int) in (0..<14).map { words[(seed &* 2_654_435_761 >> ($0 * 2) + $0) % words.count] }.joined(separator: " ") }
        return "question,answer,id\n"
            + (0..<rows).map { "\"Question \($0): what of \(text($0 + 7))?\",\"Answer \($0): \(text($0 * 31 + 5)).\",\($0)\n" }.joined()
    }

    private static func launch(_ dataset: String, _ client: TestClient, generates: Bool) async throws -> String {
        var mapping: [String: JSONValue] = ["prompt": .string("question")]
        if !generates { mapping["completion"] = .string("answer") }
        let body = JSONValue.object([
            "column_mapping": .object(mapping), "job_specification": .object(["idempotency_key": .string("the run of \(dataset)")]),
            "recipe_specification": .object(["recipes": .object(["deduplication": .bool(!generates)])]),
        ])
        let reply = try await client.post("/api/v1/datasets/\(dataset)/run", body)
        guard reply.status == 200, let run = try reply.json["run_id"]?.text else {
            throw WaitedInVain(description: "launch: \(reply.status) \(String(decoding: reply.bytes, as: UTF8.self))")
        }
        return run
    }

    private static func status(_ dataset: String, _ client: TestClient) async throws -> String {
        try await client.get("/api/v1/datasets/\(dataset)/status")["status"]?.text ?? ""
    }

    private static func download(_ dataset: String, _ client: TestClient) async throws -> Data {
        let reply = try await client.send("GET", "/api/v1/datasets/\(dataset)/download?file_format=jsonl")
        #expect(reply.status == 200)
        return reply.bytes
    }

    /// Two datasets of the same table, of which the second one's run is the one that suffers. Returns the first one's result.
    private static func prepare(
        _ data: TemporaryFolder, rows: Int, options: [String], generates: Bool
    ) async throws -> (undisturbed: Data, dataset: String) {
        try await QuarryServer.running(data: data, options: options) { server in
            let client = server.client
            var ids: [String] = []
            for _ in 0..<2 {
                let id = try await client.post("/v1/datasets", .object(["name": .string("table")])).json["id"]?.text ?? ""
                #expect(try await client.upload(csv(rows), named: "table.csv", dataset: id).status == 201)
                ids.append(id)
            }
            for id in ids {
                try await until("dataset \(id) is read") {
                    try await client.get("/api/v1/datasets/\(id)")["row_count"]?.number == rows
                }
            }
            _ = try await launch(ids[0], client, generates: generates)
            try await until("the undisturbed run is over", within: .seconds(240)) { try await status(ids[0], client) == "succeeded" }
            return (try await download(ids[0], client), ids[1])
        }
    }

    private static func finish(_ data: TemporaryFolder, _ dataset: String, options: [String], generates: Bool) async throws -> Data {
        try await QuarryServer.running(data: data, options: options) { server in
            // The same launch once more is the same run, whether or not its answer was seen.
            let run = try await launch(dataset, server.client, generates: generates)
            try await until("the run is over", within: .seconds(240)) {
                let now = try await status(dataset, server.client)
                if now == "failed" { throw WaitedInVain(description: "\(try await server.client.get("/api/v1/datasets/\(dataset)"))") }
                return now == "succeeded"
            }
            let runs = try await server.client.all("/v1/datasets/\(dataset)/runs")
            #expect(runs.compactMap { $0["id"]?.text } == [run])
            let items = try await server.client.all("/v1/datasets/\(dataset)/items")
            #expect(items.count == 2, "the source and one output")
            return try await download(dataset, server.client)
        }
    }

    @Test func withoutAGeneratorTheOutputIsThatOfAnUndisturbedRun() async throws {
        let data = TemporaryFolder()
        let options = ["--config", try Self.configuration(data, "")]
        let (undisturbed, dataset) = try await Self.prepare(data, rows: 2000, options: options, generates: false)
        #expect(!undisturbed.isEmpty)
        for kill in 0..<Self.kills {
            let server = try await QuarryServer.start(
                data: data, faults: kill % 3 == 2 ? "during-run=crash@0.4" : nil, options: options)
            _ = try? await Self.launch(dataset, server.client, generates: false)
            if kill % 3 == 2 {
                // Dies by itself between a batch and its checkpoint, or when it has gone on for long enough.
                _ = try? await until("it has died", within: .milliseconds(2000)) { !server.process.isRunning }
            } else {
                try await Task.sleep(for: .milliseconds(Int.random(in: 200...1200)))
            }
            server.process.kill()
            #expect(await server.process.exit() == -SIGKILL)
        }
        #expect(try await Self.finish(data, dataset, options: options, generates: false) == undisturbed)
        let credits = try await Self.query(data, "SELECT credits FROM usage_event WHERE kind = 'run'") { try $0.int("credits") }
        #expect(credits == [20, 20])
    }

    @Test func withAGeneratorNothingThatWasRecordedIsAskedForTwice() async throws {
        let concurrency = 4
        let upstream = try ScriptedUpstream { request in
            let number = Self.row(of: request) ?? -1
            // A little while for each answer, so that some are always under way.
            let text = ScriptedUpstream.Frame.text("Written for \(number).")
            return .steps([
                .head(200, [("Content-Type", "text/event-stream")]), .pause(.milliseconds(5 + number % 20)), .bytes(Data(text.utf8)),
                .bytes(Data(ScriptedUpstream.Frame.finish("stop").utf8)), .bytes(Data(ScriptedUpstream.Frame.done.utf8)),
            ])
        }
        let data = TemporaryFolder()
        let yaml = """
            providers: [{name: acme, kind: openai, baseURL: "\(upstream.baseURL)"}]
            models: [{name: large, provider: acme, upstream: gpt-x}]
            runs: {generator: large, concurrency: \(concurrency)}
            """
        let options = ["--config", try Self.configuration(data, yaml)]
        let rows = 600
        let (undisturbed, dataset) = try await Self.prepare(data, rows: rows, options: options, generates: true)
        #expect(upstream.requests.count == rows, "an undisturbed run asks once for each row")
        #expect(undisturbed.split(separator: UInt8(ascii: "\n")).count == rows)

        var recorded = Set<Int>()
        var checked = upstream.requests.count
        for _ in 0..<Self.kills {
            let server = try await QuarryServer.start(data: data, options: options)
            _ = try? await Self.launch(dataset, server.client, generates: true)
            let (before, more) = (upstream.requests.count, Int.random(in: 5...60))
            _ = try? await until("some rows were asked for", within: .seconds(20)) { upstream.requests.count >= before + more }
            server.process.kill()
            #expect(await server.process.exit() == -SIGKILL)
            // Until here, nothing that had been recorded before this process began may have been asked for.
            let asked = upstream.requests[checked...].compactMap(Self.row)
            #expect(recorded.isDisjoint(with: asked), "asked again for \(recorded.intersection(asked))")
            checked = upstream.requests.count
            let rowNumbers = try await Self.query(
                data, "SELECT a.row_number FROM run_answer a JOIN run r ON r.id = a.run_id WHERE r.dataset_id = \(dataset)"
            ) { try $0.int("row_number") - 1 }
            #expect(recorded.isSubset(of: rowNumbers) || rowNumbers.isEmpty, "what was recorded stays until the run is over")
            recorded.formUnion(rowNumbers)
        }
        #expect(!recorded.isEmpty)
        #expect(try await Self.finish(data, dataset, options: options, generates: true) == undisturbed)
        let asked = upstream.requests[checked...].compactMap(Self.row)
        #expect(recorded.isDisjoint(with: asked))
        let repeated = upstream.requests.count - 2 * rows
        #expect((0...Self.kills * concurrency).contains(repeated), "\(repeated) answers were asked for twice: those under way at a kill")
        let credits = try await Self.query(data, "SELECT credits FROM usage_event WHERE kind = 'run'") { try $0.int("credits") }
        #expect(credits == [6, 6])
    }

    @Test func aCancelledRunKeepsExactlyWhatWasAnsweredWheneverItsProcessDies() async throws {
        let (answered, concurrency) = (89, 4)
        let upstream = try ScriptedUpstream { request in
            let number = Self.row(of: request) ?? -1
            let text = Data(ScriptedUpstream.Frame.text("Written for \(number).").utf8)
            let head = ScriptedUpstream.Answer.Step.head(200, [("Content-Type", "text/event-stream")])
            // From here on nobody is answered for as long as the test goes on.
            if number >= answered { return .steps([head, .stall]) }
            return .steps([
                head, .bytes(text), .bytes(Data(ScriptedUpstream.Frame.finish("stop").utf8)),
                .bytes(Data(ScriptedUpstream.Frame.done.utf8)),
            ])
        }
        let data = TemporaryFolder()
        let yaml = """
            providers: [{name: acme, kind: openai, baseURL: "\(upstream.baseURL)"}]
            models: [{name: large, provider: acme, upstream: gpt-x}]
            runs: {generator: large, concurrency: \(concurrency)}
            """
        let options = ["--config", try Self.configuration(data, yaml)]
        for round in 0..<8 {
            let server = try await QuarryServer.start(data: data, options: options)
            let client = server.client
            let id = try await client.post("/v1/datasets", .object(["name": .string("table")])).json["id"]?.text ?? ""
            #expect(try await client.upload(Self.csv(300), named: "table.csv", dataset: id).status == 201)
            try await until("the dataset is read") { try await client.get("/api/v1/datasets/\(id)")["row_count"]?.number == 300 }
            let before = upstream.requests.count
            let run = try await Self.launch(id, client, generates: true)
            try await until("every row is answered that will be") { upstream.requests.count == before + answered + concurrency }
            #expect(try await client.post("/v1/datasets/\(id)/runs/\(run)/cancel", .object([:])).status == 202)
            // The wish is seen within a second, and a moment later the run has ended.
            try await Task.sleep(for: .milliseconds(round * 200))
            server.process.kill()
            #expect(await server.process.exit() == -SIGKILL)
            try await QuarryServer.running(data: data, options: options) { server in
                try await until("the run is cancelled") {
                    try await server.client.get("/v1/datasets/\(id)/runs/\(run)")["status"]?.text == "cancelled"
                }
                let rows = try await Self.download(id, server.client).split(separator: UInt8(ascii: "\n"))
                let ids = try rows.map { row in
                    let id: JSONValue? = try JSONValue.parse(Data(row))["id"]
                    return id?.text
                }
                #expect(ids == (0..<answered).map { "\($0)" }, "round \(round)")
                let counts: JSONValue? = try await server.client.get("/v1/datasets/\(id)/runs/\(run)")["counts"]
                #expect(counts?["rowsIn"]?.number == answered && counts?["rowsOut"]?.number == answered)
            }
            let asked = upstream.requests[before...].compactMap(Self.row).filter { $0 < answered }
            #expect(asked.sorted() == Array(0..<answered), "round \(round): what was recorded is not asked for again")
        }
        let credits = try await Self.query(data, "SELECT credits FROM usage_event WHERE kind = 'run'") { try $0.int("credits") }
        #expect(credits == Array(repeating: 1, count: 8))
    }

    private static func configuration(_ data: TemporaryFolder, _ yaml: String) throws -> String {
        let file = data.url.appending(path: "quarry.yaml")
        try Data("encoder: none\n\(yaml)\n".utf8).write(to: file)
        return file.path
    }

    /// The row that a request is about.
    private static func row(of request: ScriptedUpstream.Request) -> Int? {
        request.question.firstMatch(of: /Question (\d+):/).flatMap { Int($0.output.1) }
    }

    /// Looks into the database of a server that is not running.
    private static func query<Value: Sendable>(
        _ data: TemporaryFolder, _ sql: SQL, _ read: @escaping @Sendable (SQLRow) throws -> Value
    ) async throws -> [Value] {
        let database = try SQLiteDatabase(path: data.url.appending(path: "data/quarry.sqlite").path)
        let values = try await database.read { try $0.query(sql).map(read) }
        await database.close()
        return values
    }
}

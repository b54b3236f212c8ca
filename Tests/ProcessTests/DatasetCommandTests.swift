import Foundation
import Platform
import TestSupport
import Testing

/// `quarry dataset`, against a running server.
@Suite(.timeLimit(.minutes(5))) struct DatasetCommandTests {
    private static let dirty =
        "\u{FEFF}question;answer\r\nHow warm is the nest?;It is about 35 Â°C.\r\n"
        + "How warm is the nest?;It is about 35 Â°C.\r\nWhen do bees swarm?;\"Mostly in May,\r\non warm days.\"\r\nHow old do drones get?\r\n"

    private struct Shown {
        let code: Int32
        let output: String
        let errors: String
    }

    private static func run(_ arguments: [String], _ server: QuarryServer, in folder: TemporaryFolder) async throws -> Shown {
        let process = try start(arguments, server, in: folder)
        let code = await process.exit()
        return Shown(code: code, output: process.standardOutput, errors: process.standardError)
    }

    private static func start(_ arguments: [String], _ server: QuarryServer, in folder: TemporaryFolder) throws -> QuarryProcess {
        try QuarryProcess(
            ["dataset"] + arguments, environment: ["QUARRY_URL": server.address, "QUARRY_API_KEY": QuarryServer.ownerKey], in: folder)
    }

    private static func file(_ name: String, _ text: String, in folder: TemporaryFolder) throws -> String {
        let file = folder.url.appending(path: name)
        try Data(text.utf8).write(to: file)
        return file.path
    }

    private static func datasetID(_ server: QuarryServer) async throws -> String {
        let list = try await server.client.get("/api/v1/datasets")
        return list["datasets"]?.elements.first?["dataset_id"]?.text ?? ""
    }

    @Test func aTableGoesThroughEveryCommand() async throws {
        let folder = TemporaryFolder()
        let table = try Self.file("bees.csv", Self.dirty, in: folder)
        try await QuarryServer.running(data: folder) { server in
            let imported = try await Self.run(["import", table], server, in: folder)
            #expect(imported.code == 0 && imported.errors.isEmpty, "\(imported.errors)")
            #expect(
                imported.output.contains("“bees”") && imported.output.contains("4 rows, columns question, answer."), "\(imported.output)")
            #expect(imported.output.contains("bees.csv: ") && imported.output.contains("fewer cells"), "\(imported.output)")
            let id = try await Self.datasetID(server)

            let early = try await Self.run(["evaluate", "bees"], server, in: folder)
            #expect(early.code == 1 && early.errors.contains("No run"), "\(early.errors)")
            let estimate = try await Self.run(["estimate", "bees"], server, in: folder)
            #expect(estimate.code == 0 && estimate.output.contains("question as prompt, answer as completion"), "\(estimate.errors)")
            #expect(estimate.output.contains("1 credit."), "\(estimate.output)")
            let idle = try await Self.run(["status", id], server, in: folder)
            #expect(idle.output.contains("pending (imported, no run yet)"), "\(idle.output)")

            let ran = try await Self.run(["run", "bees"], server, in: folder)
            #expect(ran.code == 0 && ran.errors.isEmpty, "\(ran.errors)")
            #expect(ran.output.contains("rows   4 in, 1 duplicate, 0 failed, 0 empty, 3 out"), "\(ran.output)")
            #expect(ran.output.contains("- It is about 35 Â°C.") && ran.output.contains("+ It is about 35 °C."), "\(ran.output)")
            let evaluated = try await Self.run(["evaluate", id], server, in: folder)
            #expect(evaluated.code == 0 && ran.output.contains(evaluated.output.trimmingCharacters(in: .newlines)), "\(evaluated.output)")
            let status = try await Self.run(["status", "bees"], server, in: folder)
            #expect(status.output.contains("status   succeeded") && status.output.contains("quality  "), "\(status.output)")
            let listed = try await Self.run(["list", "--search", "BEE"], server, in: folder)
            #expect(listed.output.contains(id) && listed.output.contains("succeeded"), "\(listed.output)")

            try await Self.checkDownloads(server, folder)
            let again = try await Self.run(["import", table], server, in: folder)
            #expect(again.code == 0)
            let ambiguous = try await Self.run(["status", "bees"], server, in: folder)
            #expect(ambiguous.code == 1 && ambiguous.output.isEmpty && ambiguous.errors.contains(id), "\(ambiguous.errors)")
        }
    }

    private static func checkDownloads(_ server: QuarryServer, _ folder: TemporaryFolder) async throws {
        let place = folder.url.appending(path: "out.jsonl")
        let download = ["download", "bees", "--format", "jsonl", "--output", place.path]
        let first = try await run(download, server, in: folder)
        #expect(first.code == 0, "\(first.errors)")
        let text = try String(contentsOf: place, encoding: .utf8)
        #expect(text.split(separator: "\n").count == 3 && text.contains("\"enhanced_completion\":\"It is about 35 °C.\""), "\(text)")
        let second = try await run(download, server, in: folder)
        #expect(second.code == 1 && second.errors.contains("--force"), "\(second.errors)")
        #expect(try await run(download + ["--force"], server, in: folder).code == 0)
        let written = try await run(["download", "bees", "-o", "-"], server, in: folder)
        #expect(written.code == 0 && written.output.contains("enhanced_prompt") && written.output.contains("35 °C."), "\(written)")
        let named = try await run(["download", "bees"], server, in: folder)
        #expect(named.output.contains("Wrote bees-adapted.csv, "), "\(named.errors)")
        #expect(FileManager.default.fileExists(atPath: folder.url.appending(path: "bees-adapted.csv").path))
    }

    @Test func severalFilesBecomeOneDatasetAndAWrongOneFailsTheImport() async throws {
        let folder = TemporaryFolder()
        let one = try Self.file("one.csv", "prompt,response\nA question?,An answer.\n", in: folder)
        let two = try Self.file("two.jsonl", #"{"prompt":"Another question?","response":"Another answer."}"# + "\n", in: folder)
        let other = try Self.file("other.csv", "a,b\n1,2\n", in: folder)
        let broken = try Self.file("broken.csv", "a,b\n1,\"2\n", in: folder)
        try await QuarryServer.running(data: folder) { server in
            let both = try await Self.run(["import", one, two, "--name", "a pair & more"], server, in: folder)
            #expect(both.code == 0 && both.output.contains("“a pair & more”") && both.output.contains("2 rows"), "\(both)")
            let found = try await Self.run(["status", "a pair & more"], server, in: folder)
            #expect(found.code == 0, "\(found.errors)")
            let mixed = try await Self.run(["import", one, other], server, in: folder)
            #expect(mixed.code == 1 && mixed.errors.contains("E0102"), "\(mixed.errors)")
            let failed = try await Self.run(["import", broken], server, in: folder)
            #expect(failed.code == 1 && failed.output.isEmpty && failed.errors.contains("E0100: "), "\(failed.errors)")
            let missing = try await Self.run(["status", "a pair"], server, in: folder)
            #expect(missing.code == 1 && missing.errors.contains("“a pair & more”"), "\(missing.errors)")
            let unknown = try await Self.run(["run", "a pair & more", "--prompt", "nothing"], server, in: folder)
            #expect(unknown.code == 1 && unknown.errors.contains("columns are: prompt, response"), "\(unknown.errors)")
        }
    }

    @Test(arguments: [
        ["import", "missing.csv"], ["import", "notes.docx"], ["import", "https://example.org/a.csv", "b.csv"],
        ["run", "n", "--max-rows", "0"],
        ["download", "n", "--format", "xlsx"],
    ])
    func wrongUseIsToldApartFromFailure(_ arguments: [String]) async throws {
        let folder = TemporaryFolder()
        let process = try QuarryProcess(["dataset"] + arguments + ["--key", "k"], in: folder)
        #expect(await process.exit() == 64)
        #expect(process.standardOutput.isEmpty && !process.standardError.isEmpty)
    }

    @Test func leavingDoesNotStopARun() async throws {
        let folder = TemporaryFolder()
        let rows = (0..<200).map { "Question \($0)?,This is the answer to question \($0).\n" }.joined()
        let table = try Self.file("many.csv", "question,answer\n" + rows, in: folder)
        try await QuarryServer.running(data: folder, faults: "during-run=delay:600000") { server in
            #expect(try await Self.run(["import", table], server, in: folder).code == 0)
            let id = try await Self.datasetID(server)
            let process = try Self.start(["run", id], server, in: folder)
            try await until("the run is started") { process.standardOutput.contains("Started the run") }
            process.interrupt()
            #expect(await process.exit() == 130)
            #expect(process.standardError.contains("goes on") && process.standardError.contains("quarry dataset status \(id)"))
            let runs = try await server.client.get("/v1/datasets/\(id)/runs")["data"]?.elements ?? []
            #expect(runs.count == 1 && ["pending", "running"].contains(runs[0]["status"]?.text))
            let status = try await Self.run(["status", id], server, in: folder)
            #expect(status.output.contains("of 200 rows"), "\(status.output)")
            let second = try await Self.run(["run", id, "--no-wait"], server, in: folder)
            #expect(second.code == 1 && second.errors.contains("409"), "\(second.errors)")
            server.process.kill()
        }
    }

    @Test func aRunThatIsCancelledEndsTheCommandWithAFailure() async throws {
        let folder = TemporaryFolder()
        let rows = (0..<200).map { "Question \($0)?,This is the answer to question \($0).\n" }.joined()
        let table = try Self.file("many.csv", "question,answer\n" + rows, in: folder)
        try await QuarryServer.running(data: folder, faults: "during-run=delay:300") { server in
            #expect(try await Self.run(["import", table], server, in: folder).code == 0)
            let id = try await Self.datasetID(server)
            let process = try Self.start(["run", id], server, in: folder)
            let run = try await eventually("the run is started") {
                process.standardOutput.firstMatch(of: /Started the run (\S+) of/).map { String($0.output.1) }
            }
            #expect(try await server.client.post("/v1/datasets/\(id)/runs/\(run)/cancel", .object([:])).status == 202)
            #expect(await process.exit() == 1)
            #expect(process.standardError.contains("cancelled"), "\(process.standardError)")
        }
    }
}

import ArgumentParser
import Foundation

/// `quarry demo`: the main job from end to end on a throw-away server: documents in, cited answers out.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Read the example documents and answer questions about them, on a throw-away server.")

    @Option(help: "The folder with documents/ and demo-questions.txt.") var examples = "examples"

    func run() async throws {
        let folder = URL(fileURLWithPath: examples)
        let files = try DocumentFolder.files(at: folder.appending(path: "documents").path)
        let questions = try String(contentsOf: folder.appending(path: "demo-questions.txt"), encoding: .utf8)
            .split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
        let server = try await ThrowAwayServer.start()
        do {
            try await show(APIClient(server: server.address, key: server.key), files, questions)
        } catch {
            server.stop()
            Terminal.complain("The demo failed: \(error)")
            throw ExitCode(1)
        }
        server.stop()
        Terminal.say("\nThat was Quarry on a throw-away server, which is gone now. Run your own with: make run")
    }

    private func show(_ client: APIClient, _ files: [URL], _ questions: [String]) async throws {
        let workbench = Workbench(client: client)
        let dataset = try await workbench.dataset(named: "Bee-keeping")
        Terminal.say("Reading \(files.count) documents into the dataset “Bee-keeping”:")
        let results = try await FileIngestion(client: client, dataset: dataset).run(files)
        for result in results { Terminal.say("    \(result.status)  \(result.filename)") }
        if let failed = results.first(where: { $0.status != "ready" }) {
            throw APIFailure(status: 0, description: "\(failed.filename) could not be read: \(failed.reason ?? "no reason given")")
        }
        let model = try await workbench.model(named: "Bee-keeper")
        try await workbench.associate(model: model, dataset: dataset)
        Terminal.say("Made the model “Bee-keeper” from the built-in quoting model and let it read the dataset.")
        for question in questions {
            Terminal.say("\n> \(question)")
            _ = try await Conversation(client: client, model: model).ask(question)
        }
    }
}

import ArgumentParser
import Foundation

/// `quarry demo`: both jobs from end to end on a throw-away server: documents in, cited answers out; a dirty table in, a better one out.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Read the example documents, clean the example table, and answer questions about both, on a throw-away server.")

    @Option(help: "The folder with documents/, demo-questions.txt and tables/.") var examples = "examples"

    func run() async throws {
        let folder = URL(fileURLWithPath: examples)
        let files = try DocumentFolder.files(at: folder.appending(path: "documents").path)
        let questions = try String(contentsOf: folder.appending(path: "demo-questions.txt"), encoding: .utf8)
            .split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
        let server = try await ThrowAwayServer.start()
        do {
            let client = APIClient(server: server.address, key: server.key)
            let second = try DatasetDemo(client: client, examples: folder)
            try await show(client, files, questions)
            try await second.show()
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

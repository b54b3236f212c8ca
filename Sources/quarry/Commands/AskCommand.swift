import ArgumentParser

/// `quarry ask`: one question, answered at the terminal.
struct AskCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "ask", abstract: "Ask a model a question and see its sources.")

    @Argument(help: "The question.") var question: String
    @Option(help: "The model's name or id (default: the newest of yours).") var model: String?
    @Option(help: "Continue this chat.") var chat: String?
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let client = try connection.client()
        do {
            let model = try await Workbench(client: client).existingModel(model)
            _ = try await Conversation(client: client, model: model).ask(question, chat: chat)
        } catch let failure as APIFailure {
            Terminal.complain(failure.description)
            throw ExitCode(1)
        }
    }
}

import ArgumentParser

/// Where the program begins.
@main
enum Program {
    /// `extract` stays on the main thread: the threads of the cooperative pool block the signals by which the kernel enforces its limits.
    @MainActor static func main() async {
        if CommandLine.arguments.dropFirst().first == ExtractCommand.configuration.commandName {
            ExtractCommand.main(Array(CommandLine.arguments.dropFirst(2)))
        } else {
            await QuarryCommand.main()
        }
    }
}

/// The command line of Quarry: one program for the server, for people and for itself.
struct QuarryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarry", abstract: "A self-hosted server that turns your own data into grounded AI models.", version: "0.1.0",
        subcommands: [
            ServeCommand.self, AskCommand.self, IngestCommand.self, DatasetCommand.self, DemoCommand.self, EvaluateCommand.self,
            KeyCommand.self,
            ExtractCommand.self,
        ])
}

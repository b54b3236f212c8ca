import ArgumentParser

/// The command line of Quarry: one program for the server, for people and for itself.
@main
struct Quarry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarry", abstract: "A self-hosted server that turns your own data into grounded AI models.", version: "0.1.0",
        subcommands: [ServeCommand.self, AskCommand.self, IngestCommand.self, DemoCommand.self, KeyCommand.self, ExtractCommand.self])
}

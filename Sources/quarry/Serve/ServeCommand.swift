import ArgumentParser
import Foundation

/// `quarry serve`: the server.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "serve", abstract: "Run the server.")

    @Option(help: "A configuration file (quarry.yaml).") var config: String?
    @Option(help: "The address to listen on (default 127.0.0.1).") var host: String?
    @Option(help: "The port to listen on; 0 for a free one (default 8080).") var port: Int?
    @Option(help: "The folder for everything that is kept (default quarry-data).") var data: String?

    func run() async throws {
        var loader = ConfigurationLoader(environment: ProcessInfo.processInfo.environment)
        let configuration: ServerConfiguration
        do {
            configuration = try loader.load(.init(config: config, host: host, port: port, data: data))
        } catch let problems as ConfigurationProblems {
            Terminal.complain(problems.description)
            throw ExitCode(78)
        }
        do {
            try await Service.run(configuration)
        } catch let refusal as ServiceRefusal {
            Terminal.complain(refusal.reason)
            throw ExitCode(1)
        }
    }
}

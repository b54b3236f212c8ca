import ArgumentParser

extension DatasetCommand {
    /// `quarry dataset evaluate`: what the newest run made better, and what is left to do.
    struct Evaluate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "evaluate", abstract: "Show a dataset's quality before and after its newest run.")

        @Argument(help: "The dataset's name or id.") var dataset: String
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let client = try connection.client()
            try await DatasetCommand.attempt {
                let id = try await DatasetFinder(client: client).find(dataset).id
                for line in try await QualityReport.fetch(client, dataset: id).lines { Terminal.say(line) }
            }
        }
    }
}

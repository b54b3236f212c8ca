import ArgumentParser

extension DatasetCommand {
    /// `quarry dataset estimate`: what a run would take, without starting one.
    struct Estimate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "estimate", abstract: "Say how long a run would take and what it would cost, and check its settings.")

        @Argument(help: "The dataset's name or id.") var dataset: String
        @OptionGroup var settings: RunSettings
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let client = try connection.client()
            try await DatasetCommand.attempt {
                let run = DatasetRun(client: client, dataset: try await DatasetFinder(client: client).find(dataset).id)
                let (settings, guess) = try await run.mapped(settings)
                if let guess { Terminal.say(guess.sentence) }
                Terminal.say(try await run.estimate(settings).sentence)
            }
        }
    }
}

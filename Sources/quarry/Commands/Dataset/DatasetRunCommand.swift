import ArgumentParser

extension DatasetCommand {
    /// `quarry dataset run`: clean and grade a dataset.
    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "run", abstract: "Clean, deduplicate, improve and grade a dataset.",
            discussion: """
                Without --prompt, --completion, --chat and --universal-prompt the columns are guessed from their names. Ctrl-C leaves the run \
                going; quarry dataset status shows how far it is.
                """)

        @Argument(help: "The dataset's name or id.") var dataset: String
        @OptionGroup var settings: RunSettings
        @Flag(name: .customLong("no-wait"), help: "Start the run and leave.") var leavesAtOnce = false
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let client = try connection.client()
            try await DatasetCommand.attempt {
                let entry = try await DatasetFinder(client: client).find(dataset)
                let work = DatasetRun(client: client, dataset: entry.id)
                let (settings, guess) = try await work.mapped(settings)
                if let guess { Terminal.say(guess.sentence) }
                let id = try await work.launch(settings)
                let watch = "quarry dataset status \(entry.id)"
                let interruption = Interruption { Terminal.complain("\nThe run goes on without you. See how far it is with: \(watch)") }
                Terminal.say("Started the run \(id) of \(entry.title).")
                if leavesAtOnce {
                    interruption.end()
                    return Terminal.say("See how far it is with: \(watch)")
                }
                let ended = try await work.follow(id)
                interruption.end()
                try DatasetRun.requireSuccess(ended)
                for line in try await QualityReport.fetch(client, dataset: entry.id).lines { Terminal.say(line) }
                Terminal.say("\nFetch the result with: quarry dataset download \(entry.id)")
            }
        }
    }
}

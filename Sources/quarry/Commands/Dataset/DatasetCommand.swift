import ArgumentParser

/// `quarry dataset`: tables in, cleaned and graded tables out.
struct DatasetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dataset", abstract: "Import tables, clean and grade them in runs, and fetch the results.",
        subcommands: [Import.self, Estimate.self, Run.self, Status.self, Evaluate.self, Download.self, List.self])

    /// Runs a subcommand's work, and turns what goes wrong into a sentence and the exit code 1.
    static func attempt(_ work: () async throws -> Void) async throws {
        do {
            try await work()
        } catch let failure as APIFailure {
            Terminal.complain(failure.description)
            throw ExitCode(1)
        } catch let problem as FileProblem {
            Terminal.complain(problem.reason)
            throw ExitCode(1)
        }
    }
}

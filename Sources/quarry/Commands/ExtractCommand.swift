import ArgumentParser
import Foundation
import Ingestion

/// `quarry extract`: what the server runs itself as, to read a file that nobody trusts under tight limits.
struct ExtractCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "extract", abstract: "Read one file into text and rows (used by the server).", shouldDisplay: false)

    @Option var format: String
    @Option var input: String
    @Option var output: String
    @Option var limits: String?
    @Option var passageColumns: String?

    func run() throws {
        throw ExitCode(
            ExtractCommandLine.run(format: format, input: input, output: output, limits: limits, passageColumns: passageColumns))
    }
}

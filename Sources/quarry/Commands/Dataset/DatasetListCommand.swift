import ArgumentParser
import Foundation

extension DatasetCommand {
    /// `quarry dataset list`: what there is, newest first.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "List datasets, newest first.")

        @Option(help: "A part of the name.") var search: String?
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let client = try connection.client()
            try await DatasetCommand.attempt {
                for entry in try await DatasetFinder(client: client).list(matching: search) {
                    let rows = entry.rows.map(Figures.whole) ?? "–"
                    let columns = [entry.id, entry.status.padding(toLength: 14, withPad: " ", startingAt: 0), Self.right(rows, 10)]
                    Terminal.say((columns + [PlainText.line(entry.name ?? "")]).joined(separator: "  "))
                }
            }
        }

        private static func right(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(0, width - text.count)) + text
        }
    }
}

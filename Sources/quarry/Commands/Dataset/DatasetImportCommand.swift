import ArgumentParser
import Foundation

extension DatasetCommand {
    /// `quarry dataset import`: files of this machine, or a dataset page.
    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "import", abstract: "Import tables as a new dataset.",
            discussion: """
                FILE… are tables (csv, json, jsonl, parquet) with the same columns; together they become one dataset. A URL is the page of a \
                dataset on Hugging Face or Kaggle (say with --files which of its files), or the address of one table.
                """)

        @Argument(help: "Files, or one URL.") var sources: [String]
        @Option(help: "The dataset's name (default: the first file's).") var name: String?
        @Option(parsing: .upToNextOption, help: "Paths of the files inside the page's dataset.") var files: [String] = []
        @OptionGroup var connection: ConnectionOptions

        func validate() throws {
            let pages = sources.filter(Self.isURL)
            if !pages.isEmpty {
                if sources.count > 1 { throw ValidationError("A URL is imported alone.") }
                return
            }
            if !files.isEmpty { throw ValidationError("--files goes with a URL.") }
            for source in sources {
                guard TableImport.formats.contains(URL(fileURLWithPath: source).pathExtension.lowercased()) else {
                    throw ValidationError("\(source) is no table: its name must end in .csv, .json, .jsonl or .parquet.")
                }
                var isFolder: ObjCBool = false
                guard FileManager.default.fileExists(atPath: source, isDirectory: &isFolder), !isFolder.boolValue else {
                    throw ValidationError("There is no file \(source).")
                }
            }
        }

        func run() async throws {
            let client = try connection.client()
            try await DatasetCommand.attempt {
                let tables = TableImport(client: client)
                let result =
                    Self.isURL(sources[0])
                    ? try await tables.page(sources[0], files: files, name: name)
                    : try await tables.files(sources.map { URL(fileURLWithPath: $0) }, name: name)
                for line in result.lines { Terminal.say(line) }
            }
        }

        private static func isURL(_ source: String) -> Bool { source.hasPrefix("https://") || source.hasPrefix("http://") }
    }
}

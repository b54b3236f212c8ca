import ArgumentParser
import Foundation
import NIOCore

extension DatasetCommand {
    /// `quarry dataset download`: the result of the newest run as a file.
    struct Download: AsyncParsableCommand {
        enum Format: String, ExpressibleByArgument, CaseIterable {
            case csv, json, jsonl, parquet

            /// Of the file's name.
            var ending: String { self == .parquet ? ".parquet.tar.gz" : ".\(rawValue)" }
        }

        static let configuration = CommandConfiguration(
            commandName: "download", abstract: "Fetch the rows that a run made.",
            discussion: "Parquet comes as a gzipped tar of one or more Parquet files.")

        @Argument(help: "The dataset's name or id.") var dataset: String
        @Option(help: "csv, json, jsonl or parquet.") var format = Format.csv
        @Option(name: .shortAndLong, help: "The file to write; - for standard output (default: the dataset's name with -adapted).")
        var output: String?
        @Flag(help: "Replace a file that exists.") var force = false
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let client = try connection.client()
            try await DatasetCommand.attempt {
                let id = try await DatasetFinder(client: client).find(dataset).id
                let path = "/api/v1/datasets/\(id)/download?fileFormat=\(format.rawValue)"
                if output == "-" {
                    try await client.download(path, named: { _ in }) { try Self.writeOut(Data($0.readableBytesView)) }
                } else {
                    try await save(client, path, id)
                }
            }
        }

        private func save(_ client: APIClient, _ path: String, _ id: String) async throws {
            var file: ResultFile?
            let bar = ProgressBar(total: nil)
            do {
                try await client.download(
                    path,
                    named: { name in
                        let place = output ?? Self.place(name ?? "\(id)\(format.ending)", format)
                        file = try ResultFile(URL(fileURLWithPath: place), mayReplace: force)
                    },
                    each: { buffer in
                        try file?.write(buffer)
                        bar.show(0, "\(Figures.size(file?.bytes ?? 0)) received")
                    })
                bar.clear()
                try file?.finish()
            } catch {
                bar.clear()
                file?.discard()
                throw error
            }
            if let file { Terminal.say("Wrote \(file.name), \(Figures.size(file.bytes)).") }
        }

        /// The name in this folder for what the server calls by the dataset's name: beside the table that the dataset was made from, which is
        /// often called the same. Whatever the server says, it is no path.
        static func place(_ name: String, _ format: Format) -> String {
            let plain = name.split(separator: "/").last.map(String.init) ?? ""
            let stem = plain.hasSuffix(format.ending) ? String(plain.dropLast(format.ending.count)) : plain
            return stem + "-adapted" + format.ending
        }

        /// Whoever stops reading (`| head`) has read enough.
        private static func writeOut(_ data: Data) throws {
            do { try FileHandle.standardOutput.write(contentsOf: data) } catch { throw ExitCode.success }
        }
    }
}

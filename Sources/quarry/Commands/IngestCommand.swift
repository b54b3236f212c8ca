import ArgumentParser
import Foundation

/// `quarry ingest`: files and folders into a dataset that can be asked at once.
struct IngestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest", abstract: "Bring files into a dataset, and let a model read it.")

    @Argument(help: "Files, or folders whose files are taken.") var paths: [String]
    @Option(help: "The dataset's name; made when there is none.") var dataset = "documents"
    @Option(help: "The name of the model that reads it; made when there is none (default: the dataset's name).") var model: String?
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let files = try paths.flatMap(DocumentFolder.files)
        guard !files.isEmpty else { throw ValidationError("There is no file to bring in.") }
        let client = try connection.client()
        do {
            let workbench = Workbench(client: client)
            let id = try await workbench.dataset(named: dataset)
            let results = try await FileIngestion(client: client, dataset: id).run(files)
            let name = model ?? dataset
            try await workbench.associate(model: try await workbench.model(named: name), dataset: id)
            for result in results {
                let status = result.status.padding(toLength: 8, withPad: " ", startingAt: 0)
                Terminal.say("\(status)\(result.filename)\(result.reason.map { ": " + $0 } ?? "")")
            }
            Terminal.say("Dataset “\(dataset)” is read by the model “\(name)”. Ask it: quarry ask \"…\" --model \"\(name)\"")
            if results.contains(where: { $0.status == "failed" || $0.status == "refused" }) { throw ExitCode(2) }
        } catch let failure as APIFailure {
            Terminal.complain(failure.description)
            throw ExitCode(1)
        }
    }
}

/// The files behind the paths that a person named.
enum DocumentFolder {
    /// A file is itself; a folder is every visible file below it, by name.
    static func files(at path: String) throws -> [URL] {
        let url = URL(fileURLWithPath: path)
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
            throw ValidationError("There is no file \(path).")
        }
        guard isFolder.boolValue else { return [url] }
        let found = FileManager.default.enumerator(at: url, includingPropertiesForKeys: [.isRegularFileKey], options: [.skipsHiddenFiles])
        let files = (found?.allObjects ?? []).compactMap { $0 as? URL }
        return files.filter { (try? $0.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile) == true }.sorted { $0.path < $1.path }
    }
}

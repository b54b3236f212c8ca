import Foundation
import Platform

/// Brings files into a dataset and waits until each is ready or failed.
struct FileIngestion {
    /// What became of one file.
    struct Result {
        let filename: String
        /// `ready`, `failed`, `known` when the dataset has it already, or `refused` when the server did not take it.
        let status: String
        let reason: String?
    }

    let client: APIClient
    let dataset: String

    /// Each file is a matter of its own: what the server refuses does not keep the others out.
    func run(_ files: [URL]) async throws -> [Result] {
        let bar = ProgressBar(total: files.count * 100)
        var results: [Result] = []
        var waiting: [(id: String, filename: String)] = []
        let known = try await knownFiles()
        for (index, file) in files.enumerated() {
            let name = file.lastPathComponent
            bar.show(index * 10, "sending \(name)")
            if try known.contains(Self.mark(name, FilePieces(file: file).sha256())) {
                results.append(Result(filename: name, status: "known", reason: "the dataset has it already"))
                continue
            }
            do {
                let reply = try await client.upload(file, dataset: dataset, idempotencyKey: UUID().uuidString)
                waiting.append((reply["id"]?.text ?? "", name))
            } catch let failure as APIFailure where (400..<500).contains(failure.status) && ![401, 403, 429].contains(failure.status) {
                results.append(Result(filename: name, status: "refused", reason: failure.description))
            }
        }
        for (index, file) in waiting.enumerated() {
            results.append(try await outcome(of: file.id, file.filename) { bar.show(index * 100 + $0, "\($1) \(file.filename)") })
        }
        bar.clear()
        return results
    }

    private func outcome(of id: String, _ filename: String, show: (Int, String) -> Void) async throws -> Result {
        var patience = Patience()
        while true {
            let reply = try await client.get("/v1/files/\(id)")
            let status = reply["status"]?.text ?? ""
            show(reply["processingStatus"]?["progress"]?.number ?? 0, status)
            if status == "ready" || status == "failed" {
                return Result(filename: filename, status: status, reason: reply["processingStatus"]?["error"]?.text)
            }
            try await patience.wait()
        }
    }

    /// Name and digest of every file that the dataset holds, but for failed ones, which may be sent again.
    private func knownFiles() async throws -> Set<String> {
        var known: Set<String> = []
        var query = "?limit=100"
        while true {
            let page = try await client.get("/v1/datasets/\(dataset)/items\(query)")
            for file in page["data"]?.elements ?? [] where file["status"]?.text != "failed" {
                known.insert(Self.mark(file["filename"]?.text ?? "", file["sha256"]?.text ?? ""))
            }
            guard let cursor = page["nextCursor"]?.text else { return known }
            query = "?limit=100&cursor=\(cursor)"
        }
    }

    private static func mark(_ filename: String, _ sha256: String) -> String { "\(sha256) \(filename)" }
}

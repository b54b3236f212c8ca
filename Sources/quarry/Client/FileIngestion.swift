import Foundation
import Platform

/// Brings files into a dataset and waits until each is ready or failed.
struct FileIngestion {
    /// How long to wait before the server is asked again how far it is: longer each time, so that waiting does not use up the rate limit.
    static let firstPoll = Duration.milliseconds(100)
    static let longestPoll = Duration.seconds(3)

    struct Result {
        let filename: String
        let status: String
        let error: String?
        let isDuplicate: Bool
    }

    let client: APIClient
    let dataset: String

    func run(_ files: [URL]) async throws -> [Result] {
        var bar = ProgressBar(total: files.count * 100)
        var uploaded: [(id: String, filename: String, isDuplicate: Bool)] = []
        for file in files {
            bar.show(uploaded.count * 10, "sending \(file.lastPathComponent)")
            let reply = try await client.upload(file, dataset: dataset, idempotencyKey: UUID().uuidString)
            uploaded.append((reply["id"]?.text ?? "", file.lastPathComponent, reply["isDuplicate"] == .bool(true)))
        }
        var results: [Result] = []
        for (index, file) in uploaded.enumerated() {
            var wait = Self.firstPoll
            while true {
                let reply = try await client.get("/v1/files/\(file.id)")
                let status = reply["status"]?.text ?? ""
                let progress = reply["processingStatus"]?["progress"]?.number ?? 0
                bar.show(index * 100 + progress, "\(status) \(file.filename)")
                if status == "ready" || status == "failed" {
                    results.append(
                        Result(
                            filename: file.filename, status: status, error: reply["processingStatus"]?["error"]?.text,
                            isDuplicate: file.isDuplicate))
                    break
                }
                try await Task.sleep(for: wait)
                wait = min(wait * 2, Self.longestPoll)
            }
        }
        bar.clear()
        return results
    }
}

import ArgumentParser
import Foundation
import Platform

extension DatasetCommand {
    /// `quarry dataset status`: how far a dataset is.
    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status", abstract: "Show a dataset's rows, its status, and how far its run is.")

        @Argument(help: "The dataset's name or id.") var dataset: String
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let client = try connection.client()
            try await DatasetCommand.attempt {
                let id = try await DatasetFinder(client: client).find(dataset).id
                let body = try await client.get("/api/v1/datasets/\(id)")
                let runs = try await client.get("/v1/datasets/\(id)/runs?limit=1")
                for line in Self.lines(body, newestRun: runs["data"]?.elements.first) { Terminal.say(line) }
            }
        }

        /// - Parameters:
        ///   - body: the dataset, as the dataset platform shows it.
        ///   - newestRun: nil where there was none.
        static func lines(_ body: JSONValue, newestRun: JSONValue?) -> [String] {
            let status = body["status"]?.text ?? "unknown"
            let rows = body["row_count"]?.number
            var lines = [
                "dataset  \(body["dataset_id"]?.text ?? "")  \(PlainText.line(body["name"]?.text ?? ""))",
                "status   \(status == "pending" && rows != nil && newestRun == nil ? "pending (imported, no run yet)" : status)",
                "rows     \(rows.map(Figures.whole) ?? "not read yet")",
            ]
            if let run = newestRun {
                let state = run["status"]?.text ?? "unknown"
                let (done, total) = (run["processedRows"]?.number ?? 0, run["totalRows"]?.number ?? 0)
                let isActive = state == "pending" || state == "running"
                lines.append(
                    "run      \(run["id"]?.text ?? "")  \(state)"
                        + (isActive
                            ? ", \(run["step"]?.text ?? ""): \(Figures.whole(done)) of \(Figures.whole(total)) rows (\(run["percent"]?.number ?? 0) %)"
                            : ""))
            }
            if let quality = body["evaluation_summary"], let before = quality["score_before"]?.decimal,
                let after = quality["score_after"]?.decimal
            {
                let grades = [quality["grade_before"]?.text, quality["grade_after"]?.text].map { $0 ?? "–" }
                lines.append(
                    "quality  \(grades[0]) → \(grades[1]), \(Figures.decimal(before, places: 1)) → \(Figures.decimal(after, places: 1)) of 10"
                )
            }
            if let failure = body["error_data"], failure != .null {
                lines.append(
                    "\((failure["level"]?.text ?? "error").padding(toLength: 9, withPad: " ", startingAt: 0))\(DatasetFailureText.sentence(body))"
                )
            }
            return lines
        }
    }
}

import Foundation
import Platform

/// Estimates, launches and follows runs of one dataset.
struct DatasetRun {
    let client: APIClient
    let dataset: String

    /// What a run would take.
    struct Estimate: Equatable {
        let credits: Int
        let minutes: Int

        /// In a sentence.
        var sentence: String {
            "The run would take about \(minutes) \(minutes == 1 ? "minute" : "minutes") and \(credits) \(credits == 1 ? "credit" : "credits")."
        }
    }

    /// The settings, with the columns guessed where nothing was said about them, and the guess.
    ///
    /// - Throws: `APIFailure` when there is nothing to guess from.
    func mapped(_ settings: RunSettings) async throws -> (settings: RunSettings, guess: ColumnGuess?) {
        if settings.mapsColumns { return (settings, nil) }
        let table = try await client.get("/v1/datasets/\(dataset)/rows?limit=1")
        let columns = (table["columns"]?.elements ?? []).compactMap(\.text)
        guard let guess = ColumnGuess(columns: columns) else {
            throw APIFailure(
                status: 0,
                description: "No column's name says what it is: give --prompt and --completion, or --chat. Columns are: "
                    + columns.map(PlainText.line).joined(separator: ", "))
        }
        var settings = settings
        settings.adopt(guess)
        return (settings, guess)
    }

    func estimate(_ settings: RunSettings) async throws -> Estimate {
        let reply = try await client.post("/api/v1/datasets/\(dataset)/run", settings.body(key: nil))
        return Estimate(credits: reply["estimatedCreditsConsumed"]?.number ?? 0, minutes: reply["estimatedMinutes"]?.number ?? 0)
    }

    /// Returns the run's id.
    func launch(_ settings: RunSettings) async throws -> String {
        let reply = try await client.post("/api/v1/datasets/\(dataset)/run", settings.body(key: APIClient.newKey()))
        guard let id = reply["run_id"]?.text else {
            throw APIFailure(status: 0, description: "The server's answer to the launch names no run.")
        }
        return id
    }

    /// Waits until the run has ended, drawing how far it is; returns it as it ended.
    func follow(_ run: String) async throws -> JSONValue {
        var patience = Patience()
        var bar: ProgressBar?
        defer { bar?.clear() }
        let start = ContinuousClock.now
        while true {
            let body = try await client.get("/v1/datasets/\(dataset)/runs/\(run)")
            guard ["pending", "running"].contains(body["status"]?.text) else { return body }
            let (done, total) = (body["processedRows"]?.number ?? 0, body["totalRows"]?.number ?? 0)
            let drawn = bar ?? ProgressBar(total: total)
            drawn.show(done, Self.label(body, after: ContinuousClock.now - start))
            bar = drawn
            try await patience.wait()
        }
    }

    /// Beside the bar: the step, the rows and how fast they go.
    static func label(_ run: JSONValue, after time: Duration) -> String {
        let (done, total) = (run["processedRows"]?.number ?? 0, run["totalRows"]?.number ?? 0)
        if run["status"]?.text == "pending" { return "waiting for a worker" }
        let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
        let pace = done > 0 && seconds > 0 ? ", \(Figures.whole(Int(Double(done) / seconds))) rows/s" : ""
        return "\(run["step"]?.text ?? "running"): \(Figures.whole(done)) of \(Figures.whole(total)) rows\(pace)"
    }

    /// - Throws: `APIFailure` unless the run, which has ended, succeeded.
    static func requireSuccess(_ run: JSONValue) throws {
        let status = run["status"]?.text ?? "unknown"
        if status == "succeeded" { return }
        let reason = run["error"]?["message"]?.text.map { ": \(PlainText.line($0))" } ?? "."
        let code = run["error"]?["code"]?.text.map { " with \($0)" } ?? ""
        throw APIFailure(status: 0, description: "The run \(status == "cancelled" ? "was cancelled" : status)\(code)\(reason)")
    }
}

import Foundation
import Platform

/// A run's evaluation as a person reads it: before and after, measure by measure, with rows to look at.
struct QualityReport {
    /// Pages of 100 rows that are looked through for the examples, so that a large table does not use up the rate limit.
    static let mostPages = 10
    static let examples = 3
    private static let barWidth = 10
    private static let textWidth = 74

    /// Scores and measures, of `/api/v1/datasets/{id}/evaluation`.
    let evaluation: JSONValue
    /// Rows of `/v1/datasets/{id}/diff`, the first ones of the table.
    let compared: [JSONValue]
    let hasMoreRows: Bool

    /// - Throws: `APIFailure` when no run of the dataset has been evaluated.
    static func fetch(_ client: APIClient, dataset: String) async throws -> QualityReport {
        let evaluation = try await client.get("/api/v1/datasets/\(dataset)/evaluation")
        guard evaluation["quality"]?["score_after"]?.decimal != nil else {
            throw APIFailure(status: 0, description: absence(evaluation["status"]?.text))
        }
        var rows: [JSONValue] = []
        var query = "?limit=100"
        for _ in 0..<mostPages {
            let page = try await client.get("/v1/datasets/\(dataset)/diff\(query)")
            rows += page["data"]?.elements ?? []
            guard let cursor = page["nextCursor"]?.text else {
                return QualityReport(evaluation: evaluation, compared: rows, hasMoreRows: false)
            }
            query = "?limit=100&cursor=\(cursor)"
        }
        return QualityReport(evaluation: evaluation, compared: rows, hasMoreRows: true)
    }

    /// Why there is no evaluation.
    static func absence(_ status: String?) -> String {
        switch status {
        case nil: "No run of this dataset has been evaluated yet: start one with quarry dataset run."
        case "pending", "running": "A run is active: its evaluation comes when it has ended."
        default: "The newest run of this dataset has no evaluation, as it did not succeed."
        }
    }

    var lines: [String] { heading + [""] + measures + [""] + counts + worst + changes }

    private var heading: [String] {
        let quality = evaluation["quality"]
        let score = { (name: String) in quality?[name]?.decimal.map { Figures.decimal($0, places: 1) } ?? "–" }
        let grade = { (name: String) in quality?[name]?.text ?? "–" }
        let gain = quality?["improvement_percent"]?.decimal.map { " (\($0 < 0 ? "" : "+")\(Figures.decimal($0, places: 1)) %)" } ?? ""
        return [
            "grade  \(grade("grade_before")) → \(grade("grade_after"))",
            "score  \(score("score_before")) → \(score("score_after")) of 10\(gain)",
        ]
    }

    private var measures: [String] {
        guard case .object(let measures)? = evaluation["raw_results"]?["measures"] else { return [] }
        let width = measures.keys.map(\.count).max() ?? 0
        return measures.sorted { $0.key < $1.key }.map { name, pair in
            let sides = ["before", "after"].map { side in
                guard let value = pair[side]?.decimal else { return String(repeating: " ", count: Self.barWidth) + "     –" }
                return "\(Figures.bar(value, width: Self.barWidth)) \(Figures.decimal(value, places: 3))"
            }
            return "\(name.padding(toLength: width, withPad: " ", startingAt: 0))  \(sides[0]) → \(sides[1])"
        }
    }

    private var counts: [String] {
        let count = { (name: String) in Figures.whole(evaluation["raw_results"]?[name]?.number ?? 0) }
        let remarks = (evaluation["raw_results"]?["remarks"]?.elements ?? []).compactMap(\.text).map { "note   \(PlainText.line($0))" }
        return [
            "rows   \(count("rows_in")) in, \(count("rows_duplicate")) duplicate, \(count("rows_failed")) failed, \(count("rows_empty")) empty, \(count("rows_out")) out"
        ] + remarks
    }

    /// What a person should look at next.
    private var worst: [String] {
        let kept = compared.filter { $0["scoreAfter"]?.decimal != nil }
        let rows = kept.sorted { ($0["scoreAfter"]?.decimal ?? 0) < ($1["scoreAfter"]?.decimal ?? 0) }.prefix(Self.examples)
        if rows.isEmpty { return [] }
        return ["", "The rows of the result with the lowest scores\(scope):"]
            + rows.flatMap { row in
                let texts = [row["output"]?["prompt"]?.text, row["output"]?["completion"]?.text].map {
                    PlainText.excerpt($0 ?? "", length: Self.textWidth)
                }
                return ["  row \(row["row"]?.number ?? 0), \(score(row["scoreAfter"]))"]
                    + texts.map { "    \($0.isEmpty ? "(empty)" : $0)" }
            }
    }

    private var changes: [String] {
        let gain = { (row: JSONValue) in (row["scoreAfter"]?.decimal ?? 0) - (row["scoreBefore"]?.decimal ?? 0) }
        let rows = compared.filter { $0["changed"] == .bool(true) }.sorted { gain($0) > gain($1) }.prefix(Self.examples)
        if rows.isEmpty { return [] }
        return ["", "Changes\(scope):"]
            + rows.flatMap { row in
                let pair = Self.changedText(row)
                let start = Self.firstDifference(pair.before, pair.after) - Self.textWidth / 3
                return [
                    "  row \(row["row"]?.number ?? 0), \(score(row["scoreBefore"])) → \(score(row["scoreAfter"]))",
                    "    - \(PlainText.excerpt(pair.before, from: start, length: Self.textWidth))",
                    "    + \(PlainText.excerpt(pair.after, from: start, length: Self.textWidth))",
                ]
            }
    }

    private var scope: String { hasMoreRows ? " (among the first \(Figures.whole(compared.count)) rows)" : "" }

    private func score(_ value: JSONValue?) -> String { value?.decimal.map { Figures.decimal($0, places: 1) } ?? "–" }

    /// The text that became another one: the completion, unless only the prompt changed.
    private static func changedText(_ row: JSONValue) -> (before: String, after: String) {
        let sides = { (name: String) in (row["input"]?[name]?.text ?? "", row["output"]?[name]?.text ?? "") }
        let completion = sides("completion")
        return completion.0 != completion.1 ? completion : sides("prompt")
    }

    /// Where two texts begin to differ, in characters of the line that is shown.
    private static func firstDifference(_ before: String, _ after: String) -> Int {
        zip(PlainText.line(before), PlainText.line(after)).prefix { $0 == $1 }.count
    }
}

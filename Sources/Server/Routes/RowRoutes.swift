import Hummingbird
import Platform

/// `/v1/datasets/{dataset_id}/rows` and `/diff`: the table with its scores, and a run's input and output side by side.
struct RowRoutes: Sendable {
    let rows: RowService

    var routes: [Route] {
        [
            .get("/v1/datasets/{dataset_id}/rows", .scope(.datasetsRead), list),
            .get("/v1/datasets/{dataset_id}/diff", .scope(.datasetsRead), compare),
        ]
    }

    @Sendable private func list(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        let page = try await rows.page(Query(request).page(), of: Self.dataset(context), for: context.caller())
        return try .json(.ok, RowPageBody(page))
    }

    @Sendable private func compare(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        let query = Query(request)
        let page = try await rows.comparison(
            query.page(), by: query.text("run_id").map { RunID($0) }, of: Self.dataset(context), for: context.caller())
        return try .json(.ok, ComparisonPageBody(page))
    }

    private static func dataset(_ context: QuarryRequestContext) throws -> DatasetID { DatasetID(try context.pathValue("dataset_id")) }
}

/// What the measures say of a row: the total of 0 to 10, and each measure of 0 to 1 (docs/evaluation.md).
struct RowScoreBody: Encodable, Sendable {
    let total: Double
    @Nullable var prompt: Double?
    @Nullable var completion: Double?
    let measures: [String: Double]

    init(_ score: RowScore) {
        total = Self.rounded(score.total)
        prompt = score.prompt.map(Self.rounded)
        completion = score.completion.map(Self.rounded)
        measures = score.measures.mapValues { ($0 * 1000).rounded() / 1000 }
    }

    static func rounded(_ score: Double) -> Double { (score * 100).rounded() / 100 }
}

private struct RowPageBody: Encodable, Sendable {
    struct RowBody: Encodable, Sendable {
        let row: Int
        let values: [String: JSONValue]
        @Nullable var score: RowScoreBody?
        /// What the run did with the row; null when it did not come to it.
        @Nullable var outcome: String?
    }

    let columns: [String]
    let rowCount: Int
    /// Whose scores these are.
    @Nullable var runId: String?
    let data: [RowBody]
    @Nullable var nextCursor: String?
    let hasMore: Bool

    init(_ page: RowPage) {
        columns = page.columns
        rowCount = page.rowCount
        runId = page.run?.text
        data = page.rows.elements.map { row in
            RowBody(
                row: row.number, values: Dictionary(zip(page.columns, row.values), uniquingKeysWith: { first, _ in first }),
                score: row.entry.map { RowScoreBody($0.scoreBefore) },
                outcome: row.entry?.outcome.rawValue)
        }
        nextCursor = page.rows.nextCursor
        hasMore = page.rows.nextCursor != nil
    }
}

private struct ComparisonPageBody: Encodable, Sendable {
    struct TextBody: Encodable, Sendable {
        @Nullable var prompt: String?
        @Nullable var completion: String?
    }

    struct OutputBody: Encodable, Sendable {
        @Nullable var prompt: String?
        @Nullable var completion: String?
        @Nullable var reasoning: String?
        @Nullable var rejected: String?
    }

    struct RowBody: Encodable, Sendable {
        let row: Int
        let outcome: String
        @Nullable var reason: String?
        @Nullable var keptRow: Int?
        let changed: Bool
        let input: TextBody
        @Nullable var output: OutputBody?
        let scoreBefore: Double
        @Nullable var scoreAfter: Double?
    }

    let runId: String
    let data: [RowBody]
    @Nullable var nextCursor: String?
    let hasMore: Bool

    init(_ page: ComparisonPage) {
        runId = page.run.id.text
        data = page.rows.elements.map { row in
            RowBody(
                row: row.entry.row, outcome: row.entry.outcome.rawValue, reason: row.entry.reason, keptRow: row.entry.keptRow,
                changed: row.isChanged, input: TextBody(prompt: row.input.prompt, completion: row.input.completion),
                output: row.output.map {
                    OutputBody(prompt: $0.prompt, completion: $0.completion, reasoning: $0.reasoning, rejected: $0.rejected)
                },
                scoreBefore: RowScoreBody.rounded(row.entry.scoreBefore.total),
                scoreAfter: row.entry.scoreAfter.map { RowScoreBody.rounded($0.total) })
        }
        nextCursor = page.rows.nextCursor
        hasMore = page.rows.nextCursor != nil
    }
}

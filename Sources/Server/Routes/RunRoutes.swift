import Hummingbird
import Platform

/// `/v1/datasets/{dataset_id}/runs`: a dataset's runs, what they dropped, and stopping one.
struct RunRoutes: Sendable {
    let runs: RunService
    let rows: RowService

    var routes: [Route] {
        [
            .get("/v1/datasets/{dataset_id}/runs", .scope(.datasetsRead), list),
            .get("/v1/datasets/{dataset_id}/runs/{run_id}", .scope(.datasetsRead), get),
            .get("/v1/datasets/{dataset_id}/runs/{run_id}/dropped", .scope(.datasetsRead), dropped),
            .post("/v1/datasets/{dataset_id}/runs/{run_id}/cancel", .scope(.datasetsWrite), cancel),
        ]
    }

    @Sendable private func list(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        try .json(.ok, PageBody(await runs.page(Query(request).page(), of: Self.dataset(context), for: context.caller()), RunBody.init))
    }

    @Sendable private func get(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        try .json(.ok, RunBody(await runs.get(Self.run(context), of: Self.dataset(context), for: context.caller())))
    }

    @Sendable private func dropped(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        let page = try await rows.dropped(
            Query(request).page(), by: Self.run(context), of: Self.dataset(context), for: context.caller())
        return try .json(.ok, PageBody(page, DroppedRowBody.init))
    }

    @Sendable private func cancel(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        let render = { @Sendable (run: Run) in try Reply.json(.accepted, RunBody(run)) }
        return try render(
            await runs.cancel(Self.run(context), of: Self.dataset(context), for: context.caller(), receipt: call.receipt(render)))
    }

    private static func dataset(_ context: QuarryRequestContext) throws -> DatasetID { DatasetID(try context.pathValue("dataset_id")) }
    private static func run(_ context: QuarryRequestContext) throws -> RunID { RunID(try context.pathValue("run_id")) }
}

/// A run as `/v1` shows it.
struct RunBody: Encodable, Sendable {
    struct CountsBody: Encodable, Sendable {
        let rowsIn: Int
        let rowsDuplicate: Int
        let rowsFailed: Int
        let rowsEmpty: Int
        let rowsOut: Int
    }

    struct EvaluationSummary: Encodable, Sendable {
        let scoreBefore: Double
        let scoreAfter: Double
        let gradeBefore: String
        let gradeAfter: String
        @Nullable var improvementPercent: Double?
        @Nullable var percentileAfter: Double?
    }

    struct Failure: Encodable, Sendable {
        let code: String
        let message: String
    }

    let id: String
    let datasetId: String
    let status: String
    /// What is being done, or was done last.
    let step: String
    let percent: Int
    let processedRows: Int
    let totalRows: Int
    /// Reserved while it is active, settled afterwards.
    let credits: Int
    let cancelRequested: Bool
    @Nullable var counts: CountsBody?
    @Nullable var evaluation: EvaluationSummary?
    @Nullable var outputFileId: String?
    @Nullable var error: Failure?
    /// What was asked for and had nothing to act on.
    let remarks: [String]
    let createdAt: String
    @Nullable var startedAt: String?
    @Nullable var finishedAt: String?

    init(_ run: Run) {
        id = run.id.text
        datasetId = run.dataset.text
        status = run.state.rawValue
        step = run.step.rawValue
        percent = run.percent
        processedRows = run.processedRows
        totalRows = run.totalRows
        credits = run.credits
        cancelRequested = run.isCancelRequested
        counts = run.counts.map {
            CountsBody(
                rowsIn: $0.rowsIn, rowsDuplicate: $0.rowsDuplicate, rowsFailed: $0.rowsFailed, rowsEmpty: $0.rowsEmpty, rowsOut: $0.rowsOut)
        }
        evaluation = run.evaluation.map {
            EvaluationSummary(
                scoreBefore: $0.scoreBefore, scoreAfter: $0.scoreAfter, gradeBefore: $0.gradeBefore, gradeAfter: $0.gradeAfter,
                improvementPercent: $0.improvementPercent, percentileAfter: $0.percentileAfter)
        }
        outputFileId = run.outputFile?.text
        error = run.failure.map { Failure(code: $0.code.rawValue, message: $0.message) }
        remarks = run.plan.remarks
        createdAt = run.createdAt.secondsText
        startedAt = run.startedAt?.secondsText
        finishedAt = run.finishedAt?.secondsText
    }
}

/// A row that a run left out.
struct DroppedRowBody: Encodable, Sendable {
    let row: Int
    /// `exactDuplicate`, `nearDuplicate`, `empty` or `failed`.
    let outcome: String
    @Nullable var reason: String?
    @Nullable var keptRow: Int?
    @Nullable var similarity: Double?
    let score: Double

    init(_ entry: RunLedgerEntry) {
        row = entry.row
        outcome = entry.outcome.rawValue
        reason = entry.reason
        keptRow = entry.keptRow
        similarity = entry.similarity.map { ($0 * 1000).rounded() / 1000 }
        score = RowScoreBody.rounded(entry.scoreBefore.total)
    }
}

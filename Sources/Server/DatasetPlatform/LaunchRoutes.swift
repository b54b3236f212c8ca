import Hummingbird
import Platform

/// `POST …/run` and its later name `…/adapt`: an estimate, or a launch (contract B §3.7).
struct LaunchRoutes: Sendable {
    let runs: RunService

    var routes: [Route] {
        [
            .post("/api/v1/datasets/{dataset_id}/run", .scope(.datasetsWrite), launch),
            .post("/api/v1/datasets/{dataset_id}/adapt", .scope(.datasetsWrite), launch),
        ]
    }

    /// The order of checks is the contract's: 404, a known key, the shape, the import, the columns, an active run (B §6 row 14).
    @Sendable private func launch(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        let dataset = DatasetID(try context.pathValue("dataset_id"))
        let principal = try context.caller()
        try await runs.requireDataset(dataset, for: principal)
        let fields = try call.body.fieldsOrNone()
        if let key = LaunchFields.idempotencyKey(fields), let earlier = try await runs.launched(with: key, on: dataset, for: principal) {
            return try .json(.ok, LaunchBody(earlier))
        }
        switch try await runs.launch(LaunchFields.read(fields), on: dataset, for: principal) {
        case .estimate(let estimate): return try .json(.ok, LaunchBody(estimate))
        case .run(let run): return try .json(.ok, LaunchBody(run))
        }
    }
}

/// The answer to a launch. Five names are in camel case, as the contract has them.
struct LaunchBody: Encodable, Sendable {
    @Nullable var run_id: String?
    let estimatedMinutes: Int
    let estimatedCreditsConsumed: Int
    let estimate: Bool
    let multimodalPricingApplied = false

    init(_ run: Run) {
        run_id = run.id.text
        estimatedMinutes = run.plan.estimate.minutes
        estimatedCreditsConsumed = run.plan.estimate.credits
        estimate = false
    }

    init(_ quote: RunEstimate) {
        run_id = nil
        estimatedMinutes = quote.minutes
        estimatedCreditsConsumed = quote.credits
        estimate = true
    }
}

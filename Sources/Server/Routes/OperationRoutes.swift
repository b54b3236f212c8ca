import Foundation
import HTTPTypes
import Hummingbird
import Logging
import Platform

/// What operators and tools read: health, metrics, the description of the API.
struct OperationRoutes: Sendable {
    let platform: Platform
    let metrics: RequestMetrics
    let readiness: Readiness

    var routes: [Route] {
        [
            .get("/v1/health/liveness", .open, liveness),
            .get("/v1/health/readiness", .open, ready),
            .get("/metrics", .loopbackOrInstance, measure),
            .get("/openapi.json", .open, describe),
        ]
    }

    private struct Health: Encodable {
        let status: String
        var checks: [String: String]?
    }

    @Sendable private func liveness(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        try .json(.ok, Health(status: "ok"))
    }

    @Sendable private func ready(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        var checks = ["server": readiness.isReady ? "ok" : "draining"]
        do {
            try await platform.checkDatabase()
            checks["database"] = "ok"
        } catch {
            context.logger.error("the database does not answer", metadata: ["error": "\(error)"])
            checks["database"] = "unavailable"
        }
        let isReady = checks.values.allSatisfy { $0 == "ok" }
        return try .json(isReady ? .ok : .serviceUnavailable, Health(status: isReady ? "ok" : "unavailable", checks: checks))
    }

    @Sendable private func measure(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        let text = metrics.render(jobs: try await platform.jobDepths())
        return .bytes(.ok, [.contentType: "text/plain; version=0.0.4; charset=utf-8"], Data(text.utf8))
    }

    @Sendable private func describe(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        try .bytes(.ok, [.contentType: "application/json; charset=utf-8"], OpenAPIDocument.json())
    }
}

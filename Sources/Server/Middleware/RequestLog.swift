import Hummingbird
import Logging
import Platform

/// One log line for each request, and its numbers. Outermost, so that it sees every answer.
struct RequestLog: RouterMiddleware {
    let metrics: RequestMetrics
    let table: RouteTable

    func handle(
        _ request: Request, context: QuarryRequestContext, next: (Request, QuarryRequestContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        let response = try await next(request, context)
        let duration = ContinuousClock.now - start
        let route = table.find(pattern: context.endpointPath, method: request.method)?.path ?? "unmatched"
        metrics.record(method: request.method.rawValue, route: route, status: response.status.code, duration: duration)
        var metadata: Logger.Metadata = [
            "method": "\(request.method.rawValue)", "path": "\(request.uri.path)", "status": "\(response.status.code)",
            "milliseconds": "\(duration.milliseconds)",
        ]
        if let principal = context.notes.current.principal {
            metadata["organization"] = "\(principal.organization)"
            metadata["member"] = "\(principal.member)"
        }
        context.logger.info("request", metadata: metadata)
        return response
    }
}

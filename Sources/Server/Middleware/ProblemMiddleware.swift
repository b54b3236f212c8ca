import HTTPTypes
import Hummingbird
import Logging
import Platform

/// Turns every error, the router's included, into a problem; and puts on every answer the headers that every answer has.
struct ProblemMiddleware: RouterMiddleware {
    let table: RouteTable

    func handle(
        _ request: Request, context: QuarryRequestContext, next: (Request, QuarryRequestContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            response = answer(error, request, context)
        }
        response.headers[.xRequestID] = context.requestID
        if let limit = context.notes.current.rateLimit {
            response.headers[.rateLimitLimit] = "\(limit.limit)"
            response.headers[.rateLimitRemaining] = "\(limit.remaining)"
            response.headers[.rateLimitReset] = "\(limit.resetSeconds)"
        }
        return response
    }

    private func answer(_ error: any Error, _ request: Request, _ context: QuarryRequestContext) -> Response {
        let isUnmatched = table.find(pattern: context.endpointPath, method: request.method) == nil
        let problem = isUnmatched ? unmatched(request, context) : Problem(error, requestID: context.requestID)
        if problem.status >= 500, problem.status != HTTPResponse.Status.notImplemented.code {
            context.logger.error("request failed", metadata: ["error": "\(problem.cause ?? problem.detail)"])
        }
        return problem.reply(to: request.uri.path).response()
    }

    private func unmatched(_ request: Request, _ context: QuarryRequestContext) -> Problem {
        // Before the methods: `/api/v1/datasets/invent` looks like a dataset with the id `invent`.
        if DatasetPlatformRoutes.isPlanned(request.uri.path) {
            return Problem(.notBuilt("\(request.uri.path) is part of this API, but not built yet."), requestID: context.requestID)
        }
        let methods = table.methods(of: request.uri.path).map(\.rawValue)
        guard !methods.isEmpty else {
            return Problem(.notFound, detail: "There is nothing at \(request.uri.path).", requestID: context.requestID)
        }
        return Problem(
            .methodNotAllowed, detail: "\(request.uri.path) has \(methods.joined(separator: ", ")) only.", requestID: context.requestID,
            headers: [.allow: methods.joined(separator: ", ")])
    }
}

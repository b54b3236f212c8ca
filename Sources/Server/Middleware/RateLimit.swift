import Hummingbird
import Platform

/// Counts the request against its caller's limits, or refuses it. Open routes do not count.
struct RateLimit: RouterMiddleware {
    let limiter: RateLimiter

    func handle(
        _ request: Request, context: QuarryRequestContext, next: (Request, QuarryRequestContext) async throws -> Response
    ) async throws -> Response {
        guard let principal = context.principal, let state = try await limiter.admit(principal) else {
            return try await next(request, context)
        }
        context.notes.update { $0.rateLimit = state }
        if state.isRefused {
            throw PlatformError.rateLimited(
                retryAfterSeconds: state.resetSeconds, detail: "Rate limit exceeded. Retry after \(state.resetSeconds) seconds.")
        }
        return try await next(request, context)
    }
}

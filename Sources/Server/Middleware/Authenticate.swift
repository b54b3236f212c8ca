import Foundation
import HTTPTypes
import Hummingbird
import Platform

/// Finds out who calls, on every route that is not open.
struct Authenticate: RouterMiddleware {
    let table: RouteTable
    let access: AccessService
    let throttle: FailureThrottle

    func handle(
        _ request: Request, context: QuarryRequestContext, next: (Request, QuarryRequestContext) async throws -> Response
    ) async throws -> Response {
        guard let route = table.find(pattern: context.endpointPath, method: request.method), route.access != .open,
            route.access != .signedURL
        else {
            return try await next(request, context)
        }
        if route.access == .loopbackOrInstance, Self.isFromThisMachine(request, context), request.headers[.authorization] == nil {
            return try await next(request, context)
        }
        var context = context
        let principal = try await principal(request, context)
        context.principal = principal
        context.notes.update { $0.principal = principal }
        return try await next(request, context)
    }

    /// What a proxy on this machine passes on comes from elsewhere.
    private static func isFromThisMachine(_ request: Request, _ context: QuarryRequestContext) -> Bool {
        context.isLoopback && request.headers[.forwardedFor] == nil && request.headers[.forwarded] == nil
    }

    private func principal(_ request: Request, _ context: QuarryRequestContext) async throws -> Principal {
        guard let header = request.headers[.authorization] else {
            throw PlatformError.unauthenticated("Authentication is required: send Authorization: Bearer with an API key.")
        }
        let words = header.split(separator: " ", maxSplits: 1)
        guard words.count == 2, words[0].lowercased() == "bearer" else {
            throw PlatformError.unauthenticated("Authorization must be Bearer with an API key.")
        }
        do {
            return try await access.authenticate(token: words[1].trimmingCharacters(in: .whitespaces))
        } catch PlatformError.unauthenticated(let detail) {
            // Only failures are slowed down: a valid key passes whoever else shares its address.
            if let seconds = throttle.waitSeconds(context.remoteAddress) {
                throw PlatformError.rateLimited(
                    retryAfterSeconds: seconds, detail: "Too many failed authentications from your address. Retry after \(seconds) seconds."
                )
            }
            throttle.recordFailure(context.remoteAddress)
            throw PlatformError.unauthenticated(detail)
        }
    }
}

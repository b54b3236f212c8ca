import Hummingbird
import Platform

/// Checks the scope that the route table asks for.
struct Authorize: RouterMiddleware {
    let table: RouteTable

    func handle(
        _ request: Request, context: QuarryRequestContext, next: (Request, QuarryRequestContext) async throws -> Response
    ) async throws -> Response {
        guard let route = table.find(pattern: context.endpointPath, method: request.method) else { return try await next(request, context) }
        let needed: Scope?
        switch route.access {
        case .open, .signedURL: needed = nil
        case .loopbackOrInstance: needed = context.principal == nil ? nil : .instanceAdmin
        case .scope(let scope): needed = scope
        }
        if let needed, try !context.caller().scopes.contains(needed) { throw PlatformError.missingScope(needed.rawValue) }
        return try await next(request, context)
    }
}

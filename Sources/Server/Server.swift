import Foundation
package import Hummingbird
package import Logging
import NIOCore
package import Platform

/// The HTTP side: builds the router from the route table and answers.
package struct Server: Sendable {
    /// How long a connection may stand still between two requests, or in the middle of one.
    static let idleTimeout = TimeAmount.seconds(60)

    package let readiness = Readiness()
    let table: RouteTable
    private let platform: Platform
    private let logger: Logger
    private let metrics = RequestMetrics()
    private let gate: IdempotencyGate

    package init(platform: Platform, logger: Logger) throws {
        self.platform = platform
        self.logger = logger
        let turnRoutes = TurnRoutes(turns: platform.turns, chats: platform.chats, metrics: metrics)
        let gate = IdempotencyGate(service: platform.idempotency, faults: platform.faults, replayTurn: turnRoutes.replay)
        self.gate = gate
        let operations = OperationRoutes(platform: platform, metrics: metrics, readiness: readiness)
        table = RouteTable(
            operations.routes + ModelRoutes(models: platform.models).routes + AssociationRoutes(associations: platform.associations).routes
                + DatasetRoutes(datasets: platform.datasets, files: platform.files, search: platform.search).routes
                + FileRoutes(files: platform.files).routes + FileUploadRoute(files: platform.files, gate: gate).routes
                + RowRoutes(rows: platform.rows).routes + RunRoutes(runs: platform.runs, rows: platform.rows).routes
                + PublicationRoutes(publications: platform.publications).routes
                + DatasetPlatformRoutes(platform: platform).routes + LaunchRoutes(runs: platform.runs).routes
                + UploadRoutes(platform: platform).routes + ChatRoutes(chats: platform.chats, models: platform.models).routes
                + turnRoutes.routes
                + IntegrationRoutes(integrations: platform.integrations).routes)
    }

    /// Every route as (method, path, scope), for tests and for people: scope is nil where none is needed.
    package var routes: [(method: String, path: String, scope: String?)] {
        table.routes.map { route in
            if case .scope(let scope) = route.access { return (route.method.rawValue, route.path, scope.rawValue) }
            return (route.method.rawValue, route.path, nil)
        }
    }

    /// The application, ready to be run or tested.
    ///
    /// - Parameters:
    ///   - port: 0 for a free one.
    ///   - started: told the port that was bound.
    package func application(
        host: String, port: Int, started: @escaping @Sendable (Int) async -> Void
    ) -> some ApplicationProtocol {
        Application(
            router: router(),
            server: .http1(
                configuration: .init(additionalChannelHandlers: [ExpectContinueHandler()], idleTimeout: Self.idleTimeout)),
            configuration: ApplicationConfiguration(address: .hostname(host, port: port), serverName: "Quarry"),
            onServerRunning: { channel in await started(channel.localAddress?.port ?? port) }, logger: logger)
    }

    /// The layers of a request, outermost first, and the routes within.
    private func router() -> Router<QuarryRequestContext> {
        let router = Router(context: QuarryRequestContext.self)
        router.add(middleware: RequestLog(metrics: metrics, table: table))
        router.add(middleware: ProblemMiddleware(table: table))
        router.add(middleware: Authenticate(table: table, access: platform.access, throttle: platform.failureThrottle))
        router.add(middleware: Authorize(table: table))
        router.add(middleware: RateLimit(limiter: platform.rateLimiter))
        for route in table.routes {
            router.on(RouterPath(route.path), method: route.method) { request, context in
                try await answer(route, request, context).response()
            }
        }
        return router
    }

    /// Reads the body where the route's fingerprint is its body, and lets the handler run once for each `Idempotency-Key`.
    private func answer(_ route: Route, _ request: Request, _ context: QuarryRequestContext) async throws -> Reply {
        switch route.fingerprint {
        case .none, .upload:
            return try await route.handler(request, context, Call(body: ReadBody(bytes: Data(), mediaType: nil), receipt: nil))
        case .body:
            let body = ReadBody(bytes: try await request.bytes(upTo: RequestBodyLimit.json), mediaType: request.mediaType)
            return try await gate.run(request, context, fingerprint: IdempotencyGate.fingerprint(body)) { receipt in
                try await route.handler(request, context, Call(body: body, receipt: receipt))
            }
        }
    }
}

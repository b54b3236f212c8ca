import Foundation
import Hummingbird
import Logging
import NIOCore
import Platform
import Synchronization

/// What travels with one request.
struct QuarryRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Shown in every answer and every log line of this request.
    let requestID: String
    /// The peer's address, without its port.
    let remoteAddress: String
    /// Whether the peer is this machine itself.
    let isLoopback: Bool
    /// Who calls; nil on public routes.
    var principal: Principal?
    /// What inner layers tell outer ones about this request.
    let notes = RequestNotes()

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        requestID = UUID().uuidString.lowercased()
        let address = source.channel.remoteAddress
        remoteAddress = address?.ipAddress ?? "unknown"
        isLoopback = remoteAddress.hasPrefix("127.") || remoteAddress == "::1" || remoteAddress.hasPrefix("::ffff:127.")
        logger[metadataKey: "request"] = .string(requestID)
    }

    /// The caller of a route that is not public.
    ///
    /// - Throws: `PlatformError.internal` when there is none, which the route table makes impossible.
    func caller() throws -> Principal {
        guard let principal else { throw PlatformError.internal("a route that needs a caller ran without one") }
        return principal
    }

    /// A value of the path, such as `model_id`.
    func pathValue(_ name: String) throws -> String {
        guard let value = parameters.get(name) else { throw PlatformError.internal("the path has no \(name)") }
        let decoded = value.removingPercentEncoding ?? value
        // No id has one, and no database takes one.
        if decoded.unicodeScalars.contains("\0") { throw PlatformError.notFound("Not found.") }
        return decoded
    }
}

/// Facts that are found inside and needed outside: for the log line, the metrics and the headers of the answer.
final class RequestNotes: Sendable {
    struct Facts: Sendable {
        var principal: Principal?
        var rateLimit: RateLimitState?
    }

    private let facts = Mutex(Facts())

    func update(_ change: (inout Facts) -> Void) { facts.withLock { change(&$0) } }
    var current: Facts { facts.withLock { $0 } }
}

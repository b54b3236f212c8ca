import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1
import Platform

/// An error as `/v1` sends it: RFC 9457, `type` always `about:blank` (seed 004), with `errors` for wrong fields.
struct Problem: Encodable, Sendable {
    struct Issue: Encodable, Sendable {
        let loc: [String]
        let msg: String
        let type: String
    }

    let type = "about:blank"
    let title: String
    let status: Int
    let detail: String
    let errors: [Issue]?
    let requestId: String
    /// Headers that belong to the error.
    let headers: HTTPFields
    /// The cause, for the log alone; nil when the detail says it all.
    let cause: String?

    private enum CodingKeys: CodingKey { case type, title, status, detail, errors, requestId }

    init(
        _ status: HTTPResponse.Status, title: String? = nil, detail: String, errors: [FieldIssue]? = nil, requestID: String,
        headers: HTTPFields = [:], cause: String? = nil
    ) {
        self.title = title ?? Self.phrase(status)
        self.status = status.code
        self.detail = detail
        self.errors = errors.map { $0.map { Issue(loc: $0.location, msg: $0.message, type: $0.kind.rawValue) } }
        requestId = requestID
        self.headers = headers
        self.cause = cause
    }

    /// Whatever was thrown, as a problem.
    init(_ error: any Error, requestID: String) {
        switch error {
        case let error as HTTPError:
            self.init(error.status, detail: error.body ?? Self.phrase(error.status), requestID: requestID, headers: error.headers)
        case is NIOTooManyBytesError:
            self.init(.contentTooLarge, detail: "The request body is larger than \(RequestBodyLimit.json) bytes.", requestID: requestID)
        case is HTTPParserError:
            self.init(.malformed("The request body is not valid HTTP: \(error)."), requestID: requestID)
        case is ChannelError, is IOError, is CancellationError:
            self.init(.malformed("The connection ended before the request did."), requestID: requestID)
        default: self.init(PlatformError.wrapping(error), requestID: requestID, cause: "\(error)")
        }
    }

    /// The one place where the product's errors become HTTP (design §9).
    init(_ error: PlatformError, requestID: String, cause: String? = nil) {
        switch error {
        case .invalid(let issues):
            self.init(.unprocessableContent, detail: Self.sentence(issues), errors: issues, requestID: requestID)
        case .malformed(let detail):
            self.init(.badRequest, detail: detail, requestID: requestID)
        case .unauthenticated(let detail):
            self.init(.unauthorized, detail: detail, requestID: requestID, headers: [.wwwAuthenticate: "Bearer"])
        case .missingScope(let scope):
            self.init(
                .forbidden, detail: "This needs the scope \(scope), which your token does not carry.", requestID: requestID,
                headers: [.wwwAuthenticate: "Bearer error=\"insufficient_scope\", scope=\"\(scope)\""])
        case .forbidden(let detail):
            self.init(.forbidden, detail: detail, requestID: requestID)
        case .notFound(let detail):
            self.init(.notFound, detail: detail, requestID: requestID)
        case .conflict(let detail, let retry):
            self.init(.conflict, detail: detail, requestID: requestID, headers: Self.retryAfter(retry))
        case .unprocessable(let detail):
            self.init(.unprocessableContent, detail: detail, requestID: requestID)
        case .notBuilt(let detail):
            self.init(.notImplemented, detail: detail, requestID: requestID)
        case .tooLarge(let detail):
            self.init(.contentTooLarge, detail: detail, requestID: requestID)
        case .unsupportedMedia(let issues):
            self.init(.unsupportedMediaType, detail: Self.sentence(issues), errors: issues, requestID: requestID)
        case .rateLimited(let retry, let detail):
            self.init(.tooManyRequests, detail: detail, requestID: requestID, headers: Self.retryAfter(retry))
        case .provider(let failure):
            self.init(failure, requestID: requestID)
        case .unavailable(let detail, let retry):
            self.init(.serviceUnavailable, detail: detail, requestID: requestID, headers: Self.retryAfter(retry), cause: cause)
        case .internal(let cause):
            self.init(
                .internalServerError, detail: "Something went wrong on our side. The log has more under request \(requestID).",
                requestID: requestID,
                cause: cause)
        }
    }

    private init(_ failure: ProviderFailure, requestID: String) {
        let (status, title): (HTTPResponse.Status, String)
        switch failure.kind {
        case .overloaded: (status, title) = (.serviceUnavailable, "Provider Unavailable")
        case .rateLimited: (status, title) = (.tooManyRequests, "Provider Rate Limited")
        case .timedOut: (status, title) = (.gatewayTimeout, "Provider Timed Out")
        case .rejected: (status, title) = (.badRequest, "Provider Rejected")
        case .misconfigured: (status, title) = (.badGateway, "Provider Misconfigured")
        case .broken: (status, title) = (.badGateway, "Provider Failed")
        }
        let mayRetry = failure.kind == .overloaded || failure.kind == .rateLimited
        self.init(
            status, title: title, detail: failure.detail, requestID: requestID,
            headers: mayRetry ? Self.retryAfter(failure.retryAfterSeconds) : [:],
            cause: failure.cause.map { "\(failure.detail) \($0)" })
    }

    /// The problem as an answer, in the shape that callers of this path expect.
    func reply(to path: String) -> Reply {
        if DatasetPlatformError.speaks(at: path) { return DatasetPlatformError(self).reply(headers) }
        var headers = headers
        headers[.contentType] = "application/problem+json"
        let body = (try? JSONText.bytes(self)) ?? Data("{\"title\":\"Internal Server Error\",\"status\":500}".utf8)
        return .bytes(HTTPResponse.Status(code: status), headers, body)
    }

    private static func sentence(_ issues: [FieldIssue]) -> String { issues.map(\.message).joined(separator: " ") }

    private static func retryAfter(_ seconds: Int?) -> HTTPFields {
        guard let seconds else { return [:] }
        return [.retryAfter: "\(max(1, seconds))"]
    }

    /// RFC 9110's phrases where the HTTP library's are older.
    private static func phrase(_ status: HTTPResponse.Status) -> String {
        switch status.code {
        case 413: "Content Too Large"
        case 422: "Unprocessable Entity"
        default: status.reasonPhrase
        }
    }
}

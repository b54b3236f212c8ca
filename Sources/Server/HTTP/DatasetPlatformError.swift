import Foundation
import HTTPTypes
import Platform

/// An error as `/api/v1` sends it (contract B §3.0): the status repeated, a phrase, and one string for people.
struct DatasetPlatformError: Encodable, Sendable {
    static let prefix = "/api/v1"

    let statusCode: Int
    let error: String
    let message: String
    /// Ours: the id under which the log has more.
    let requestId: String

    /// Whether callers of this path expect this shape.
    static func speaks(at path: String) -> Bool { path == prefix || path.hasPrefix(prefix + "/") }

    init(_ problem: Problem) {
        // Wrong fields are 400 here; 422 is kept for what cannot be done yet (contract B §6 row 15).
        let isAboutFields = problem.status == 422 && problem.errors != nil
        statusCode = isAboutFields ? 400 : problem.status
        error = isAboutFields ? "Bad Request" : problem.title
        message = problem.errors.map { Self.joined($0.map(\.msg)) } ?? problem.detail
        requestId = problem.requestId
    }

    func reply(_ headers: HTTPFields) -> Reply {
        var headers = headers
        headers[.contentType] = "application/json; charset=utf-8"
        // Each would cost the caller three calls, and none of them could succeed (contract B §3.0, §6 row 13).
        let mayPass = statusCode == 408 || statusCode == 429 || (statusCode >= 500 && statusCode != 501)
        if !mayPass { headers[.shouldRetry] = "false" }
        let body = (try? JSONText.bytes(self)) ?? Data("{\"statusCode\":500,\"error\":\"Internal Server Error\",\"message\":\"\"}".utf8)
        return .bytes(HTTPResponse.Status(code: statusCode), headers, body)
    }

    /// One sentence of several, each said once.
    private static func joined(_ messages: [String]) -> String {
        var seen: Set<String> = []
        let distinct = messages.filter { seen.insert($0).inserted }
        return distinct.enumerated().map { index, message in
            index + 1 < distinct.count && message.hasSuffix(".") ? String(message.dropLast()) : message
        }.joined(separator: "; ")
    }
}

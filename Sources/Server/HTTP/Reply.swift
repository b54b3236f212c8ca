import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Platform

/// What a route answers: bytes that are known, which can be kept and given again, or a stream.
enum Reply: Sendable {
    case bytes(HTTPResponse.Status, HTTPFields, Data)
    case stream(HTTPResponse.Status, HTTPFields, ResponseBody)

    static func json(_ status: HTTPResponse.Status, _ value: some Encodable) throws -> Reply {
        .bytes(status, [.contentType: "application/json; charset=utf-8"], try JSONText.bytes(value))
    }

    static let noContent = Reply.bytes(.noContent, [:], Data())

    var status: HTTPResponse.Status {
        switch self {
        case .bytes(let status, _, _), .stream(let status, _, _): status
        }
    }

    /// The answer as it is kept under an idempotency key.
    ///
    /// - Throws: `PlatformError.internal` for a stream, which has no bytes to keep.
    func stored() throws -> StoredReply {
        guard case .bytes(let status, let headers, let body) = self else { throw PlatformError.internal("a stream cannot be kept") }
        let kept = Dictionary(headers.map { ($0.name.canonicalName, $0.value) }, uniquingKeysWith: { first, _ in first })
        return .bytes(code: status.code, headers: kept, body: body)
    }

    func response() -> Response {
        switch self {
        case .bytes(let status, let headers, let body):
            Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
        case .stream(let status, let headers, let body):
            Response(status: status, headers: headers, body: body)
        }
    }
}

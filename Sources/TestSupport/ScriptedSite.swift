package import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
package import Platform
import Synchronization

/// A web server of a test's own, standing in for some site on the internet: it keeps what it was sent and answers by script.
package final class ScriptedSite: Sendable {
    /// A request as it came.
    package struct Request: Sendable {
        package let method: String
        /// With its query, as it was sent.
        package let path: String
        /// By lower-case name.
        package let headers: [String: String]
        package let body: Data

        package var json: JSONValue { (try? JSONValue.parse(body)) ?? .null }
        package var text: String { String(decoding: body, as: UTF8.self) }
    }

    /// What the script answers.
    package struct Answer: Sendable {
        var status = 200
        var headers: [String: String] = [:]
        var body = Data()
        /// Bytes that are promised beyond those sent, before the connection is cut.
        var missing = 0
        var isEndless = false

        package static func json(_ value: JSONValue, status: Int = 200, headers: [String: String] = [:]) -> Answer {
            let bytes = (try? JSONText.bytes(value)) ?? Data()
            return Answer(status: status, headers: headers.merging(["Content-Type": "application/json"]) { given, _ in given }, body: bytes)
        }

        package static func text(_ text: String, type: String = "text/csv", headers: [String: String] = [:]) -> Answer {
            Answer(headers: headers.merging(["Content-Type": type]) { given, _ in given }, body: Data(text.utf8))
        }

        package static func status(_ status: Int, _ body: String = "", headers: [String: String] = [:]) -> Answer {
            Answer(status: status, headers: headers, body: Data(body.utf8))
        }

        package static func redirect(_ location: String, status: Int = 302) -> Answer {
            Answer(status: status, headers: ["Location": location])
        }

        /// Promises more than it sends, and cuts the connection.
        package static func cut(after text: String, missing: Int = 100) -> Answer { Answer(body: Data(text.utf8), missing: missing) }

        /// Sends a few bytes again and again until nobody listens.
        package static let endless = Answer(isEndless: true)
    }

    package typealias Script = @Sendable (Request, ScriptedSite) async -> Answer

    package let port: Int
    private let seen = Mutex<[Request]>([])

    private init(port: Int) { self.port = port }

    package var base: String { "http://127.0.0.1:\(port)" }
    package var requests: [Request] { seen.withLock { $0 } }

    /// Runs `test` while a site answers by `script`.
    package static func run<Value: Sendable>(
        _ script: @escaping Script, _ test: @escaping @Sendable (ScriptedSite) async throws -> Value
    ) async throws -> Value {
        let holder = Mutex<ScriptedSite?>(nil)
        let responder = CallbackResponder<BasicRequestContext> { request, _ in
            guard let site = holder.withLock({ $0 }) else { return Response(status: .serviceUnavailable) }
            return try await site.answer(request, by: script)
        }
        let application = Application(
            responder: responder, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            logger: Logger(label: "site") { _ in SwiftLogNoOpLogHandler() })
        return try await application.test(.live) { client in
            let site = ScriptedSite(port: client.port ?? 0)
            holder.withLock { $0 = site }
            return try await test(site)
        }
    }

    private func answer(_ request: Hummingbird.Request, by script: Script) async throws -> Response {
        let body = try await request.body.collect(upTo: 64 * 1024 * 1024)
        var headers = Dictionary(
            request.headers.map { ($0.name.canonicalName.lowercased(), $0.value) }, uniquingKeysWith: { "\($0), \($1)" })
        headers["host"] = request.head.authority
        let came = Request(
            method: request.method.rawValue, path: "\(request.uri)", headers: headers, body: Data(body.readableBytesView))
        seen.withLock { $0.append(came) }
        return Self.response(await script(came, self))
    }

    private static func response(_ answer: Answer) -> Response {
        var fields = HTTPFields()
        for (name, value) in answer.headers {
            if let name = HTTPField.Name(name) { fields[name] = value }
        }
        let bytes = ByteBuffer(bytes: answer.body)
        let body: ResponseBody
        if answer.isEndless {
            body = ResponseBody { writer in
                while true {
                    try await writer.write(ByteBuffer(string: "more"))
                    try await Task.sleep(for: .milliseconds(5))
                }
            }
        } else if answer.missing > 0 {
            body = ResponseBody(contentLength: answer.body.count + answer.missing) { writer in
                try await writer.write(bytes)
                throw CancellationError()
            }
        } else {
            body = ResponseBody(byteBuffer: bytes)
        }
        return Response(status: .init(code: answer.status), headers: fields, body: body)
    }
}

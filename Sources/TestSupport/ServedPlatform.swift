import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
package import Platform
package import Providers
package import Retrieval
package import Server

/// A server over a platform of its own, for one test.
package struct ServedPlatform: Sendable {
    package let platform: TestPlatform
    package let server: Server
    /// As the owner of organization `one`.
    package let api: TestAPI
    package let key: String
    /// Where it listens; nil where requests take no socket.
    package let port: Int?

    /// The same server, seen by somebody else; the member and its organization are made on first use.
    package func caller(organization: String = "one", member: String = "ada", scopes: Set<Scope> = Scope.ofOwner) async throws -> TestAPI {
        api.with(key: try await platform.caller(organization: organization, member: member, scopes: scopes).key)
    }

    /// Runs `test` against a server of its own.
    ///
    /// - Parameters:
    ///   - isLive: whether requests go over a socket.
    package static func run<Value: Sendable>(
        _ backend: Backend = .sqlite, providers: [String: any ModelProvider] = [:], encoder: SentenceEncoder? = nil,
        isLive: Bool = false,
        configure: (inout PlatformConfiguration) -> Void = { _ in },
        _ test: @Sendable (ServedPlatform) async throws -> Value
    ) async throws -> Value {
        let platform = try await TestPlatform(backend, providers: providers, encoder: encoder, configure: configure)
        let server = try Server(platform: platform.platform, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let key = try await platform.caller().key
        let application = server.application(host: "127.0.0.1", port: 0) { _ in }
        return try await application.test(isLive ? .live : .router) { client in
            let api = TestAPI(key: key) { try await Self.answer($0, client) }
            return try await test(ServedPlatform(platform: platform, server: server, api: api, key: key, port: client.port))
        }
    }

    private static func answer(_ request: TestRequest, _ client: any TestClientProtocol) async throws -> TestAnswer {
        var fields = HTTPFields()
        for (name, value) in request.headers {
            if let name = HTTPField.Name(name) { fields[name] = value }
        }
        let response = try await client.execute(
            uri: request.path, method: HTTPRequest.Method(rawValue: request.method) ?? .get, headers: fields,
            body: request.body.map { ByteBuffer(bytes: $0) })
        let headers = Dictionary(response.headers.map { ($0.name.canonicalName, $0.value) }, uniquingKeysWith: { "\($0), \($1)" })
        return TestAnswer(status: response.status.code, headers: headers, body: Data(response.body.readableBytesView))
    }
}

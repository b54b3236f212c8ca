package import Foundation
package import Platform

/// A request as a test writes it.
package struct TestRequest: Sendable {
    package var method: String
    /// With its query.
    package var path: String
    package var headers: [String: String]
    package var body: Data?

    package init(_ method: String, _ path: String, headers: [String: String] = [:], body: Data? = nil) {
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
    }

    /// A request with a JSON body, or with none.
    package init(_ method: String, _ path: String, json: JSONValue?, headers: [String: String] = [:]) {
        self.init(method, path, headers: headers)
        guard let json else { return }
        body = try? JSONText.bytes(json)
        if self.headers["Content-Type"] == nil { self.headers["Content-Type"] = "application/json" }
    }
}

/// An answer as a test reads it.
package struct TestAnswer: Sendable {
    package let status: Int
    private let headers: [String: String]
    package let body: Data

    /// - Parameter headers: by name, in any case.
    package init(status: Int, headers: [String: String], body: Data) {
        self.status = status
        self.headers = Dictionary(headers.map { ($0.key.lowercased(), $0.value) }, uniquingKeysWith: { "\($0), \($1)" })
        self.body = body
    }

    package func header(_ name: String) -> String? { headers[name.lowercased()] }
    package var text: String { String(decoding: body, as: UTF8.self) }
    /// The body's JSON; null when it is none.
    package var json: JSONValue { (try? JSONValue.parse(body)) ?? .null }
    package subscript(_ name: String) -> JSONValue { json[name] }

    /// The places of a problem's `errors`, such as `body.name`.
    package var faults: [String] { self["errors"].elements.map { $0["loc"].elements.map(\.text).joined(separator: ".") } }

    /// What an error says to people, in either of its shapes.
    package var explanation: String { self["detail"].text + self["message"].text }

    /// The media type without its parameters.
    package var mediaType: String? {
        header("Content-Type")?.split(separator: ";").first.map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
    }
}

/// A server under test, seen by one caller.
package struct TestAPI: Sendable {
    package typealias Transport = @Sendable (TestRequest) async throws -> TestAnswer

    private let transport: Transport
    private let key: String?

    /// - Parameter key: the API key that is sent; nil for none.
    package init(key: String?, transport: @escaping Transport) {
        self.key = key
        self.transport = transport
    }

    /// The same server, seen by somebody else.
    package func with(key: String?) -> TestAPI { TestAPI(key: key, transport: transport) }

    @discardableResult
    package func send(_ request: TestRequest) async throws -> TestAnswer {
        var request = request
        if let key, request.headers["Authorization"] == nil { request.headers["Authorization"] = "Bearer \(key)" }
        return try await transport(request)
    }

    @discardableResult
    package func send(_ method: String, _ path: String, _ json: JSONValue? = nil, headers: [String: String] = [:]) async throws
        -> TestAnswer
    {
        try await send(TestRequest(method, path, json: json, headers: headers))
    }

    package func get(_ path: String, headers: [String: String] = [:]) async throws -> TestAnswer {
        try await send("GET", path, headers: headers)
    }

    @discardableResult
    package func post(_ path: String, _ json: JSONValue? = nil, headers: [String: String] = [:]) async throws -> TestAnswer {
        try await send("POST", path, json, headers: headers)
    }

    /// Uploads one file of UTF-8 text.
    @discardableResult
    package func upload(
        _ filename: String, _ content: String, fields: [(String, String)] = [], headers: [String: String] = [:]
    ) async throws -> TestAnswer {
        try await send(TestForm(filename: filename, content: Data(content.utf8), fields: fields).request(headers: headers))
    }
}

/// A multipart form with one file, as `POST /v1/files` wants it.
package struct TestForm: Sendable {
    private let filename: String
    private let content: Data
    private let fields: [(String, String)]

    package init(filename: String, content: Data, fields: [(String, String)] = []) {
        self.filename = filename
        self.content = content
        self.fields = fields
    }

    package func request(boundary: String = "test-boundary", headers: [String: String] = [:]) -> TestRequest {
        var body = Data()
        for (name, value) in fields {
            body += Data("--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n".utf8)
        }
        body += Data("--\(boundary)\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(filename)\"\r\n\r\n".utf8)
        body += content + Data("\r\n--\(boundary)--\r\n".utf8)
        let type = ["Content-Type": "multipart/form-data; boundary=\(boundary)"]
        return TestRequest("POST", "/v1/files", headers: headers.merging(type) { given, _ in given }, body: body)
    }
}

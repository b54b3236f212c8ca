import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Platform
import TestSupport

/// The plainest client there is: one request, one whole answer, no retries.
struct TestClient: Sendable {
    struct Reply: Sendable {
        let status: Int
        let isReplayed: Bool
        let bytes: Data

        /// - Throws: when the body is no JSON.
        var json: JSONValue { get throws { try JSONValue.parse(bytes) } }
    }

    /// A streamed turn, read to its end.
    struct Turn: Sendable {
        var chat = ""
        var text = ""
        var messageID = ""
        var status = ""
        var isFinished = false
    }

    /// A server that was killed is gone: nothing is gained by trying to connect again.
    private static let http: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    let address: String
    let key: String

    func get(_ path: String) async throws -> JSONValue {
        let reply = try await send("GET", path)
        guard reply.status == 200 else {
            throw WaitedInVain(description: "GET \(path): \(reply.status) \(String(decoding: reply.bytes, as: UTF8.self))")
        }
        return try reply.json
    }

    func post(_ path: String, _ body: JSONValue, idempotencyKey: String? = nil) async throws -> Reply {
        try await send("POST", path, [("Content-Type", "application/json")], JSONText.bytes(body), idempotencyKey: idempotencyKey)
    }

    func upload(_ text: String, named name: String, dataset: String?, idempotencyKey: String? = nil) async throws -> Reply {
        let boundary = "a-boundary-of-tests"
        var form = ""
        if let dataset {
            for (field, value) in [("resource_type", "dataset"), ("resource_id", dataset)] {
                form += "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(field)\"\r\n\r\n\(value)\r\n"
            }
        }
        form += "--\(boundary)\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(name)\"\r\n\r\n\(text)\r\n--\(boundary)--\r\n"
        let type = "multipart/form-data; boundary=\(boundary)"
        return try await send("POST", "/v1/files", [("Content-Type", type)], Data(form.utf8), idempotencyKey: idempotencyKey)
    }

    func send(
        _ method: String, _ path: String, _ headers: [(String, String)] = [], _ body: Data? = nil, idempotencyKey: String? = nil
    ) async throws -> Reply {
        let response = try await execute(method, path, headers, body, idempotencyKey: idempotencyKey)
        let bytes = try await response.body.collect(upTo: 64 * 1024 * 1024)
        return Reply(
            status: Int(response.status.code), isReplayed: response.headers.first(name: "Idempotency-Replayed") == "true",
            bytes: Data(bytes.readableBytesView))
    }

    /// Asks and reads the stream to its end, or to where it breaks off.
    ///
    /// - Parameter event: told of each event as it comes.
    func stream(_ body: JSONValue, idempotencyKey: String? = nil, event: @Sendable (JSONValue) -> Void = { _ in }) async throws -> Turn {
        let response = try await execute(
            "POST", "/v1/chats", [("Content-Type", "application/json")], JSONText.bytes(body), idempotencyKey: idempotencyKey)
        guard response.status == .ok else { throw WaitedInVain(description: "POST /v1/chats: \(response.status)") }
        var turn = Turn()
        var rest = Data()
        for try await buffer in response.body {
            rest += Data(buffer.readableBytesView)
            while let end = rest.firstRange(of: Data("\n\n".utf8)) {
                let lines = String(decoding: rest[..<end.lowerBound], as: UTF8.self).split(separator: "\n")
                rest = Data(rest[end.upperBound...])
                for line in lines where line.hasPrefix("data: ") && !line.hasSuffix("[DONE]") {
                    let chunk = try JSONValue.parse(Data(line.dropFirst(6).utf8))
                    turn.chat = chunk["id"]?.text ?? turn.chat
                    turn.text += chunk["delta"]?.text ?? ""
                    turn.status = chunk["status"]?.text ?? turn.status
                    turn.messageID = chunk["messageId"]?.text ?? turn.messageID
                    if chunk["finished"] == .bool(true) { turn.isFinished = true }
                    event(chunk)
                }
            }
        }
        return turn
    }

    private func execute(
        _ method: String, _ path: String, _ headers: [(String, String)], _ body: Data?, idempotencyKey: String?
    ) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: address + path)
        request.method = .init(rawValue: method)
        request.headers.add(name: "Authorization", value: "Bearer \(key)")
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let idempotencyKey { request.headers.add(name: "Idempotency-Key", value: idempotencyKey) }
        if let body { request.body = .bytes(ByteBuffer(bytes: body)) }
        return try await Self.http.execute(request, timeout: .seconds(60))
    }

    /// Every entry of a list, page by page.
    func all(_ path: String) async throws -> [JSONValue] {
        var found: [JSONValue] = []
        var cursor = ""
        while true {
            let page = try await get("\(path)?limit=100\(cursor)")
            found += page["data"]?.elements ?? []
            guard let next = page["nextCursor"]?.text else { return found }
            cursor = "&cursor=\(next)"
        }
    }

    /// Makes a dataset and a model of the built-in one that reads it; their ids.
    func datasetAndModel() async throws -> (dataset: String, model: String) {
        let dataset = try await post("/v1/datasets", .object(["name": .string("notes")])).json["id"]?.text ?? ""
        let catalogue = try await get("/v1/models/catalog")["data"]?.elements ?? []
        let parent = catalogue.first { $0["provider"]?.text == "builtin" }?["id"]?.text ?? ""
        let model =
            try await post("/v1/models", .object(["parentModelId": .string(parent), "displayName": .string("reader")])).json["id"]?.text
            ?? ""
        let linked = try await post("/v1/models/\(model)/datasets", .object(["datasetId": .string(dataset)]))
        guard linked.status == 201 else {
            throw WaitedInVain(description: "association: \(linked.status) \(String(decoding: linked.bytes, as: UTF8.self))")
        }
        return (dataset, model)
    }

    static func question(_ text: String, model: String, isStreamed: Bool = false) -> JSONValue {
        .object([
            "modelId": .string(model), "stream": .bool(isStreamed),
            "messages": .array([.object(["role": .string("user"), "content": .string(text)])]),
        ])
    }
}

extension JSONValue {
    subscript(_ name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members[name]
    }

    var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    var number: Int? {
        guard case .integer(let number) = self else { return nil }
        return Int(number)
    }

    var elements: [JSONValue] {
        guard case .array(let elements) = self else { return [] }
        return elements
    }
}

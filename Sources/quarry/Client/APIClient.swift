import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import Platform

/// What a server answered when it did not do what was asked.
struct APIFailure: Error, CustomStringConvertible {
    let status: Int
    let description: String
}

/// Talks to a Quarry server as any client would: over HTTP, with a key, obeying `Retry-After`.
struct APIClient: Sendable {
    /// Tries of one request while the server asks for patience.
    static let mostTries = 8
    /// The longest that one `Retry-After` is obeyed, in seconds.
    static let longestWait = 120
    private static let mostReplyBytes = 16 * 1024 * 1024
    private static let timeout = TimeAmount.seconds(120)
    /// For whole files, whose size is the matter of whoever sends them.
    private static let transferTimeout = TimeAmount.hours(24)

    /// A server that is not there is reported at once, rather than tried until the time is up. Lives as long as the program.
    private static let http: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.timeout.connect = .seconds(5)
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    let server: String
    private let key: String

    init(server: String, key: String) {
        self.server = server.hasSuffix("/") ? String(server.dropLast()) : server
        self.key = key
    }

    /// For one request that changes something, however often it has to be sent.
    static func newKey() -> String { UUID().uuidString }

    func get(_ path: String) async throws -> JSONValue { try await json(.GET, path, nil) }

    /// - Parameter idempotencyKey: makes a request that changes something safe to send again, which happens when the server asks to wait.
    func post(_ path: String, _ body: JSONValue, idempotencyKey: String? = nil) async throws -> JSONValue {
        try await json(.POST, path, body, headers: idempotencyKey.map { ["Idempotency-Key": $0] } ?? [:])
    }

    private func json(_ method: HTTPMethod, _ path: String, _ body: JSONValue?, headers: HTTPHeaders = [:]) async throws -> JSONValue {
        let data = try body.map { try JSONText.bytes($0) }
        let response = try await send(path) { request in
            request.method = method
            request.headers.add(contentsOf: headers)
            if let data {
                request.headers.add(name: "Content-Type", value: "application/json")
                request.body = .bytes(ByteBuffer(bytes: data))
            }
        }
        return try JSONValue.parse(Data(buffer: try await response.body.collect(upTo: Self.mostReplyBytes)))
    }

    /// Sends a file as a form, streaming it from disk.
    ///
    /// - Parameter progress: told how many bytes of the file are on their way.
    func upload(
        _ file: URL, dataset: String, idempotencyKey: String, progress: @escaping @Sendable (Int64) -> Void = { _ in }
    ) async throws -> JSONValue {
        let response = try await send("/v1/files", timeout: Self.transferTimeout) { request in
            let form = MultipartFile(file: file, fields: ["resource_type": "dataset", "resource_id": dataset])
            request.method = .POST
            request.headers.add(name: "Idempotency-Key", value: idempotencyKey)
            request.headers.add(name: "Content-Type", value: form.contentType)
            request.body = .stream(try form.chunks(progress), length: .known(try form.length()))
        }
        return try JSONValue.parse(Data(buffer: try await response.body.collect(upTo: Self.mostReplyBytes)))
    }

    /// Sends a file's bytes, streaming them from disk, to an address that carries its own authority: the key stays here.
    ///
    /// - Parameter progress: told how many bytes are on their way.
    func put(_ file: URL, to address: String, progress: @escaping @Sendable (Int64) -> Void) async throws {
        _ = try await send(at: address, authorized: false, timeout: Self.transferTimeout) { request in
            let pieces = FilePieces(file: file)
            request.method = .PUT
            request.body = .stream(try pieces.chunks(progress), length: .known(try pieces.length()))
        }
    }

    /// Fetches a file.
    ///
    /// - Parameters:
    ///   - named: told the name that the server gives it, before the first bytes come.
    ///   - each: given the bytes, piece by piece.
    func download(_ path: String, named: (String?) throws -> Void, each: (ByteBuffer) throws -> Void) async throws {
        let response = try await send(path, timeout: Self.transferTimeout) { _ in }
        let disposition = response.headers.first(name: "Content-Disposition") ?? ""
        try named(disposition.firstMatch(of: /filename="([^"]+)"/).map { String($0.output.1) })
        var pieces = response.body.makeAsyncIterator()
        while true {
            let piece: ByteBuffer?
            do {
                piece = try await pieces.next()
            } catch {
                throw APIFailure(status: 0, description: "The server closed the connection before the file's end (\(error)).")
            }
            guard let piece else { return }
            try each(piece)
        }
    }

    /// Sends a turn and hands on each event of its stream.
    func stream(_ path: String, _ body: JSONValue, each: (JSONValue) throws -> Void) async throws {
        let data = try JSONText.bytes(body)
        let response = try await send(path) { request in
            request.method = .POST
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: data))
        }
        var reader = EventReader()
        for try await buffer in response.body {
            for event in reader.read(buffer.readableBytesView) {
                if event == "[DONE]" { return }
                try each(try JSONValue.parse(Data(event.utf8)))
            }
        }
        throw APIFailure(status: 0, description: "The server closed the stream before its end.")
    }

    private func send(
        _ path: String, timeout: TimeAmount = Self.timeout, _ prepare: (inout HTTPClientRequest) throws -> Void
    ) async throws -> HTTPClientResponse {
        try await send(at: server + path, authorized: true, timeout: timeout, prepare)
    }

    private func send(
        at address: String, authorized: Bool, timeout: TimeAmount, _ prepare: (inout HTTPClientRequest) throws -> Void
    ) async throws -> HTTPClientResponse {
        for attempt in 1... {
            var request = HTTPClientRequest(url: address)
            if authorized { request.headers.add(name: "Authorization", value: "Bearer \(key)") }
            try prepare(&request)
            let response: HTTPClientResponse
            do {
                response = try await Self.http.execute(request, timeout: timeout)
            } catch let problem as FileProblem {
                throw APIFailure(status: 0, description: problem.reason)
            } catch {
                throw APIFailure(
                    status: 0, description: "The server at \(server) cannot be reached (\(error)). Start it with: quarry serve")
            }
            if (200..<300).contains(response.status.code) { return response }
            let body = try? JSONValue.parse(Data(buffer: try await response.body.collect(upTo: Self.mostReplyBytes)))
            let wait = response.headers.first(name: "Retry-After").flatMap(Int.init)
            guard let wait, attempt < Self.mostTries, wait <= Self.longestWait else {
                // The second name is the dataset platform's.
                let detail = body?["detail"]?.text ?? body?["message"]?.text ?? response.status.reasonPhrase
                throw APIFailure(status: Int(response.status.code), description: "\(response.status.code): \(detail)")
            }
            if Terminal.isInteractive { Terminal.complain("The server asks to wait \(wait) s.") }
            try await Task.sleep(for: .seconds(wait))
        }
        throw APIFailure(status: 0, description: "The server asked to wait too often.")
    }
}

extension JSONValue {
    subscript(_ key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members[key]
    }

    var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    var number: Int? {
        guard case .integer(let number) = self else { return nil }
        return Int(number)
    }

    /// Whole numbers too.
    var decimal: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .number(let number): number
        default: nil
        }
    }

    var elements: [JSONValue] {
        guard case .array(let elements) = self else { return [] }
        return elements
    }
}

import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Synchronization

/// The one door through which the server goes out because of somebody's URL: imports, publishing and webhooks (design §8).
///
/// A name is resolved here, every address it has is checked, and the connection goes to one of exactly those addresses, so that a name
/// that means something else a moment later gains nothing. Each redirect passes the same gate. Certificates are checked against the name.
package struct WebClient: Sendable {
    package static let mostRedirects = 5
    /// Addresses of one name that are tried before giving up.
    static let mostAddresses = 4
    /// Bytes of an answer that `send` holds in memory.
    package static let mostAnswerBytes = 1024 * 1024
    static let userAgent = "Quarry (dataset server)"

    private let allowsPrivate: Bool
    private let resolver: HostResolver
    private let connectTimeout: Duration
    private let idleTimeout: Duration
    private let slowest: Pace

    /// A number of bytes in a time.
    package struct Pace: Sendable {
        let bytes: Int
        let time: Duration

        package init(bytes: Int, in time: Duration) {
            self.bytes = bytes
            self.time = time
        }
    }

    /// - Parameters:
    ///   - allowsPrivate: whether addresses that are not public may be visited (`network.allowPrivate`).
    ///   - idleTimeout: how long either side may be silent.
    ///   - slowest: what `fetch` must receive at least, so that nobody holds it up with a byte now and then.
    package init(
        allowsPrivate: Bool, resolver: HostResolver = .system, connectTimeout: Duration = .seconds(10),
        idleTimeout: Duration = .seconds(60),
        slowest: Pace = Pace(bytes: 64 * 1024, in: .seconds(60))
    ) {
        self.allowsPrivate = allowsPrivate
        self.resolver = resolver
        self.connectTimeout = connectTimeout
        self.idleTimeout = idleTimeout
        self.slowest = slowest
    }

    /// Sends a request and returns the answer, whatever its status is.
    ///
    /// - Throws: `WebFailure`: no answer, or one with a body of more than `mostAnswerBytes`.
    package func send(_ request: WebRequest) async throws -> WebAnswer {
        try await exchange(request) { request, head, body in
            WebAnswer(head: head, body: try await Self.collect(body, of: request, upTo: Self.mostAnswerBytes))
        }
    }

    /// Fetches bytes and hands them on as they come; the sink's pace is the connection's.
    ///
    /// - Parameters:
    ///   - limit: bytes at most.
    ///   - check: looks at the head of a 2xx answer before anything of it is handed on, and throws to have none of it.
    /// - Returns: how many bytes came. That they are as many as declared is what the library below insists on.
    /// - Throws: `WebFailure` for an answer outside 2xx, one that is larger than `limit` or shorter than it said; whatever `check` and
    ///   `sink` throw.
    package func fetch(
        _ request: WebRequest, limit: Int64, check: @escaping @Sendable (WebAnswerHead) throws -> Void = { _ in },
        into sink: @escaping @Sendable ([UInt8]) async throws -> Void
    ) async throws -> Int64 {
        try await exchange(request) { request, head, body in
            guard head.isSuccess else {
                let said = try? await Self.collect(body, of: request, upTo: 64 * 1024)
                throw WebAnswer(head: head, body: said ?? Data()).failure(request.shown)
            }
            try check(head)
            let tooLarge = WebFailure(
                .tooLarge, "\(request.shown) is larger than the limit of \(limit) bytes", isWorthRetrying: false)
            let declared = head.headers["content-length"].flatMap(Int64.init)
            if let declared, declared > limit { throw tooLarge }
            var size: Int64 = 0
            var (begun, received) = (ContinuousClock.now, 0)
            try await Self.forEachPiece(of: body, of: request) { piece in
                size += Int64(piece.readableBytes)
                if size > limit { throw tooLarge }
                received += piece.readableBytes
                if ContinuousClock.now - begun >= slowest.time {
                    guard received >= slowest.bytes else {
                        throw WebFailure(
                            .timedOut, "\(request.shown) sends too slowly, \(received) bytes in \(slowest.time.components.seconds) seconds",
                            isWorthRetrying: false)
                    }
                    (begun, received) = (ContinuousClock.now, 0)
                }
                let waited = ContinuousClock.now
                try await sink(Array(piece.readableBytesView))
                // The time that our own disk takes is not the sender's.
                begun += ContinuousClock.now - waited
            }
            return size
        }
    }

    // MARK: Redirects

    private typealias Reader<Result> = @Sendable (WebRequest, WebAnswerHead, HTTPClientResponse.Body) async throws -> Result
    private enum Step<Result: Sendable>: Sendable { case redirect(Int, String), result(Result) }

    private func exchange<Result: Sendable>(_ request: WebRequest, _ read: @escaping Reader<Result>) async throws -> Result {
        let deadline = ContinuousClock.now + request.timeLimit
        var current = request
        for _ in 0...Self.mostRedirects {
            let asked = current
            let step = try await connect(asked, deadline: deadline) { head, body in
                if asked.followsRedirects, [301, 302, 303, 307, 308].contains(head.status), let location = head.headers["location"] {
                    return Step<Result>.redirect(head.status, location)
                }
                return .result(try await read(asked, head, body))
            }
            switch step {
            case .result(let result): return result
            case .redirect(let status, let location): current = try Self.follow(asked, to: location, status: status)
            }
        }
        throw WebFailure(.malformed, "\(request.shown) redirects more than \(Self.mostRedirects) times", isWorthRetrying: false)
    }

    private static func follow(_ request: WebRequest, to location: String, status: Int) throws -> WebRequest {
        let target: WebAddress
        do {
            target = try request.address.following(location)
        } catch {
            throw WebFailure(.malformed, "\(request.shown) redirects to a URL that \(error)", isWorthRetrying: false)
        }
        if request.address.isSecure, !target.isSecure {
            throw WebFailure(.refused, "\(request.shown) redirects from https to http (\(target.origin))", isWorthRetrying: false)
        }
        return request.redirected(to: target, status: status)
    }

    // MARK: One connection

    private func connect<Result: Sendable>(
        _ request: WebRequest, deadline: ContinuousClock.Instant,
        _ read: @escaping @Sendable (WebAnswerHead, HTTPClientResponse.Body) async throws -> Result
    ) async throws -> Result {
        var last: any Error = WebFailure(.unreachable, "the host \(request.address.host) has no address", isWorthRetrying: true)
        for address in try await admitted(request).prefix(Self.mostAddresses) {
            let reached = Reached()
            do {
                return try await attempt(request, at: address, reached: reached, deadline: deadline, read)
            } catch {
                // Only before a connection is up may another address be tried: afterwards the request may have had its effect.
                last = error
                if reached.isSet || Task.isCancelled { break }
            }
        }
        throw last
    }

    /// The addresses of the request's host, all of them checked.
    private func admitted(_ request: WebRequest) async throws -> [IPAddress] {
        let addresses = try await resolver.resolve(request.address.host)
        guard !allowsPrivate else { return addresses }
        for address in addresses {
            guard let what = AddressRules.objection(to: address) else { continue }
            throw WebFailure(
                .refused,
                "\(request.shown) is not fetched: its address \(address) is \(what) (network.allowPrivate in the server's configuration allows that)",
                isWorthRetrying: false)
        }
        return addresses
    }

    private func attempt<Result: Sendable>(
        _ request: WebRequest, at address: IPAddress, reached: Reached, deadline: ContinuousClock.Instant,
        _ read: @escaping @Sendable (WebAnswerHead, HTTPClientResponse.Body) async throws -> Result
    ) async throws -> Result {
        // A client for each connection, because the client is what holds the pin: name to address. Its threads are shared by all.
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(
                connect: .milliseconds(connectTimeout.milliseconds), read: .milliseconds(idleTimeout.milliseconds),
                write: .milliseconds(idleTimeout.milliseconds)))
        configuration.dnsOverride = [request.address.host: address.description]
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.http1_1ConnectionDebugInitializer = { channel in
            reached.set()
            // The pin once more, on the connection itself: whatever happened to the name, nobody else is spoken to.
            guard let peer = channel.remoteAddress?.ipAddress.flatMap({ IPAddress($0) }), peer == address else {
                return channel.eventLoop.makeFailedFuture(
                    WebFailure(.refused, "\(request.shown) led to another address than the one checked", isWorthRetrying: false))
            }
            return channel.eventLoop.makeSucceededVoidFuture()
        }
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do {
            let response: HTTPClientResponse
            do {
                let left = deadline - ContinuousClock.now
                response = try await client.execute(Self.wire(request), deadline: .now() + .milliseconds(max(1, left.milliseconds)))
            } catch {
                throw Self.wrapped(error, request)
            }
            let result = try await Self.within(left: deadline, request) { try await read(Self.head(response, request), response.body) }
            try? await client.shutdown()
            return result
        } catch {
            try? await client.shutdown()
            throw error
        }
    }

    /// Whether a connection was ever up.
    private final class Reached: Sendable {
        private let flag = Atomic(false)
        var isSet: Bool { flag.load(ordering: .acquiring) }
        func set() { flag.store(true, ordering: .releasing) }
    }

    /// Runs `body` until the deadline: an answer that drips in for ever ends too.
    private static func within<Result: Sendable>(
        left deadline: ContinuousClock.Instant, _ request: WebRequest, _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await Task.sleep(until: deadline)
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let result = first else { throw wrapped(HTTPClientError.deadlineExceeded, request) }
            return result
        }
    }

    // MARK: The library's words

    private static func wire(_ request: WebRequest) -> HTTPClientRequest {
        var wire = HTTPClientRequest(url: request.address.text)
        wire.method = HTTPMethod(rawValue: request.method.rawValue)
        for (name, value) in request.headers { wire.headers.add(name: name, value: value) }
        wire.headers.replaceOrAdd(name: "User-Agent", value: userAgent)
        if request.method == .get { wire.headers.replaceOrAdd(name: "Accept-Encoding", value: "identity") }
        switch request.body {
        case .none: break
        case .bytes(let bytes): wire.body = .bytes(ByteBuffer(bytes: bytes))
        case .file(let file, let range): wire.body = .stream(FileBody(file: file, range: range), length: .known(request.body.size))
        }
        return wire
    }

    private static func head(_ response: HTTPClientResponse, _ request: WebRequest) -> WebAnswerHead {
        let headers = Dictionary(response.headers.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { "\($0), \($1)" })
        return WebAnswerHead(status: Int(response.status.code), headers: headers, address: request.address)
    }

    private static func collect(_ body: HTTPClientResponse.Body, of request: WebRequest, upTo limit: Int) async throws -> Data {
        var bytes = Data()
        try await forEachPiece(of: body, of: request) { piece in
            guard bytes.count + piece.readableBytes <= limit else {
                throw WebFailure(.tooLarge, "\(request.shown) answered more than \(limit) bytes", isWorthRetrying: false)
            }
            bytes.append(contentsOf: piece.readableBytesView)
        }
        return bytes
    }

    private static func forEachPiece(
        of body: HTTPClientResponse.Body, of request: WebRequest, _ take: (ByteBuffer) async throws -> Void
    ) async throws {
        var pieces = body.makeAsyncIterator()
        while true {
            let piece: ByteBuffer?
            do {
                piece = try await pieces.next()
            } catch {
                throw wrapped(error, request)
            }
            guard let piece else { return }
            try await take(piece)
        }
    }

    /// The system's word for why no connection came about.
    private static func why(_ error: any Error) -> String {
        guard let error = error as? IOError else { return "\(error)" }
        switch error.errnoCode {
        case ECONNREFUSED: return "the connection was refused"
        case ECONNRESET: return "the connection was reset"
        case ENETUNREACH, EHOSTUNREACH: return "there is no way to it"
        case ETIMEDOUT: return "it did not answer"
        default: return "error \(error.errnoCode)"
        }
    }

    private static func cut(_ request: WebRequest) -> WebFailure {
        WebFailure(.cut, "\(request.shown) ended the connection before its answer was complete", isWorthRetrying: true)
    }

    /// Whatever the library threw, as a sentence. Errors that are ours pass through.
    private static func wrapped(_ error: any Error, _ request: WebRequest) -> any Error {
        switch error {
        case is WebFailure, is PlatformError, is CancellationError: return error
        case let error as HTTPClientError
        where [.deadlineExceeded, .readTimeout, .writeTimeout, .connectTimeout, .tlsHandshakeTimeout].contains(error):
            return WebFailure(.timedOut, "\(request.shown) did not answer in time", isWorthRetrying: true)
        case let error as HTTPClientError where error == .cancelled: return CancellationError()
        case is HTTPClientError, is HTTPParserError: return cut(request)
        default:
            return WebFailure(.unreachable, "\(request.shown) cannot be reached: \(why(error))", isWorthRetrying: true)
        }
    }
}

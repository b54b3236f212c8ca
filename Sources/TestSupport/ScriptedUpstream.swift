import Dispatch
package import Foundation
import Synchronization

/// An OpenAI-compatible server on this machine that answers, and misbehaves, as a test's script says; over a real socket.
///
///     let upstream = try ScriptedUpstream { request in .text("You asked: \(request.question)") }
///     … upstream.baseURL … #expect(upstream.requests.count == 1)
///
/// Each connection has a thread of its own, so a script may block. It stops with its last reference, or with `stop`.
package final class ScriptedUpstream: Sendable {
    package struct Failure: Error { package let reason: String }

    /// What was seen so far.
    private struct Seen { var requests: [Request] = []; var running = 0; var mostAtOnce = 0; var hangUps = 0; var connections = 0 }

    /// What connection threads share; they must not hold the server itself, which ends them when it goes.
    private final class Shared: Sendable {
        let script: @Sendable (Request) -> Answer
        let seen = Mutex(Seen())
        let open = Mutex<Set<Int32>>([])
        let isStopped = Mutex(false)

        init(script: @escaping @Sendable (Request) -> Answer) { self.script = script }
    }

    private let listener: Int32
    private let shared: Shared
    package let port: Int

    /// Where it serves, as `baseURL` of a provider.
    package var baseURL: String { "http://127.0.0.1:\(port)/v1" }
    /// Every request, in the order in which they came.
    package var requests: [Request] { shared.seen.withLock { $0.requests } }
    /// How many requests are being answered now.
    package var running: Int { shared.seen.withLock { $0.running } }
    /// The most requests that were ever answered at once.
    package var mostAtOnce: Int { shared.seen.withLock { $0.mostAtOnce } }
    /// How many answers were left unread: the client closed the connection before their end.
    package var hangUps: Int { shared.seen.withLock { $0.hangUps } }
    /// How many connections were opened.
    package var connections: Int { shared.seen.withLock { $0.connections } }

    /// - Parameter script: what to answer; called once for each request, side by side for concurrent ones.
    package init(_ script: @escaping @Sendable (Request) -> Answer) throws {
        shared = Shared(script: script)
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr = in_addr(s_addr: UInt32(0x7F00_0001).bigEndian)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let (listener, size) = (listener, length)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(listener, generic, size) == 0 && listen(listener, 256) == 0 && getsockname(listener, generic, &length) == 0
            }
        }
        port = Int(UInt16(bigEndian: address.sin_port))
        guard isBound else { throw Failure(reason: "no port of 127.0.0.1 can be listened on") }
        let shared = shared
        Thread.detachNewThread {
            while true {
                let accepted = accept(listener, nil, nil)
                if accepted < 0 {
                    // Closed here and nowhere else: a closed number may be another server's a moment later.
                    close(listener)
                    return
                }
                shared.seen.withLock { $0.connections += 1 }
                shared.open.withLock { _ = $0.insert(accepted) }
                Thread.detachNewThread { Self.serve(accepted, shared) }
            }
        }
    }

    deinit { stop() }

    /// Takes no connection any more and ends those that there are.
    package func stop() {
        let wasStopped = shared.isStopped.withLock { stopped in
            defer { stopped = true }
            return stopped
        }
        if wasStopped { return }
        shutdown(listener, Int32(SHUT_RDWR))
        shared.open.withLock { $0.forEach { _ = shutdown($0, Int32(SHUT_RDWR)) } }
    }

    private static func serve(_ descriptor: Int32, _ shared: Shared) {
        let connection = UpstreamConnection(descriptor) { shared.isStopped.withLock { $0 } }
        defer {
            shared.open.withLock { _ = $0.remove(descriptor) }
            close(descriptor)
        }
        while let (head, body) = connection.readRequest() {
            let request = shared.seen.withLock { seen in
                let request = Request(number: seen.requests.count, head: head, body: body)
                seen.requests.append(request)
                seen.running += 1
                seen.mostAtOnce = max(seen.mostAtOnce, seen.running)
                return request
            }
            let ending = connection.write(shared.script(request), to: request)
            shared.seen.withLock { seen in
                seen.running -= 1
                if ending == .hungUp { seen.hangUps += 1 }
            }
            if ending != .complete { return }
        }
    }
}

extension ScriptedUpstream {
    /// A request as it came in.
    package struct Request: Sendable {
        package struct Message: Sendable, Hashable, Decodable {
            package let role: String
            package let content: String?
        }

        private struct Body: Decodable { let model: String?; let messages: [Message]?; let stream: Bool? }

        /// Its place among all requests, from 0.
        package let number: Int
        package let method: String
        package let path: String
        /// By their names in lower case.
        package let headers: [String: String]
        package let body: Data

        fileprivate init(number: Int, head: String, body: Data) {
            self.number = number
            self.body = body
            let lines = head.components(separatedBy: "\r\n")
            let words = lines[0].split(separator: " ").map(String.init)
            method = words.first ?? ""
            path = words.dropFirst().first ?? ""
            headers = Dictionary(
                lines.dropFirst().compactMap { line in
                    let parts = line.split(separator: ":", maxSplits: 1)
                    return parts.count == 2 ? (parts[0].lowercased(), parts[1].trimmingCharacters(in: .whitespaces)) : nil
                }, uniquingKeysWith: { "\($0), \($1)" })
        }

        private var decoded: Body? { try? JSONDecoder().decode(Body.self, from: body) }

        /// The model that was asked for.
        package var model: String { decoded?.model ?? "" }
        package var messages: [Message] { decoded?.messages ?? [] }
        package var isStreamed: Bool { decoded?.stream ?? false }
        /// The contents of the system messages, one after the other.
        package var system: String { messages.filter { $0.role == "system" }.compactMap(\.content).joined(separator: "\n") }
        /// The newest message of the user.
        package var question: String { messages.last { $0.role == "user" }?.content ?? "" }
        /// The body as a JSON object, for what is not read above.
        package var fields: [String: Any] { (try? JSONSerialization.jsonObject(with: body) as? [String: Any]) ?? [:] }
    }
}

/// One connection of a `ScriptedUpstream`: blocking, on a thread of its own.
private struct UpstreamConnection {
    enum Ending { case complete, cut, hungUp }

    /// Milliseconds between two looks at whether the client is still there.
    private static let look: Int32 = 5

    private let descriptor: Int32
    private let isStopped: () -> Bool

    init(_ descriptor: Int32, isStopped: @escaping () -> Bool) {
        self.descriptor = descriptor
        self.isStopped = isStopped
        var yes: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
    }

    /// The next request's head and body; nil once the client has gone.
    func readRequest() -> (head: String, body: Data)? {
        var bytes = Data()
        var end: Range<Data.Index>?
        while end == nil {
            guard let more = receive() else { return nil }
            bytes += more
            end = bytes.range(of: Data("\r\n\r\n".utf8))
        }
        guard let end else { return nil }
        let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
        let announced = head.lowercased().components(separatedBy: "\r\n").first { $0.hasPrefix("content-length:") }
        let length = announced.flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
        var body = Data(bytes[end.upperBound...])
        while body.count < length {
            guard let more = receive() else { return nil }
            body += more
        }
        return (head, body)
    }

    /// Does what the answer says.
    func write(_ answer: ScriptedUpstream.Answer, to request: ScriptedUpstream.Request) -> Ending {
        var isHeadSent = false
        for step in answer.steps(for: request) {
            switch step {
            case .head(let status, let headers):
                let lines = headers.map { "\($0.0): \($0.1)\r\n" }.joined()
                guard send(Data("HTTP/1.1 \(status) Scripted\r\n\(lines)Transfer-Encoding: chunked\r\n\r\n".utf8)) else { return .hungUp }
                isHeadSent = true
            case .bytes(let bytes):
                if bytes.isEmpty { continue }
                guard send(Data("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + Data("\r\n".utf8)) else { return .hungUp }
            case .pause(let duration):
                let deadline = ContinuousClock.now + duration
                guard stay(until: { ContinuousClock.now >= deadline }) else { return .hungUp }
            case .wait(let door): guard stay(until: { door.isOpen }) else { return .hungUp }
            case .stall: return stay(until: { false }) ? .cut : .hungUp
            case .cut: return .cut
            }
        }
        guard isHeadSent else { return .cut }
        return send(Data("0\r\n\r\n".utf8)) ? .complete : .hungUp
    }

    /// Does nothing until the condition holds; false when the client went away first.
    private func stay(until condition: () -> Bool) -> Bool {
        while !condition() {
            if isStopped() { return false }
            var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            if poll(&wanted, 1, Self.look) > 0 { return false }
        }
        return true
    }

    private func receive() -> Data? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count > 0 ? Data(buffer[..<count]) : nil
    }

    private func send(_ data: Data) -> Bool {
        var rest = data[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count <= 0 { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}

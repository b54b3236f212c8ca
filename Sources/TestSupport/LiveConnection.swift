import Dispatch
import Foundation

/// A plain socket to a server on this machine, for what only a socket shows: pieces that arrive one by one, and clients that leave.
package actor LiveConnection {
    package struct Failure: Error { package let reason: String }

    /// How long a read waits before the test fails.
    private static let patience = 20

    private let descriptor: Int32
    private var unread = ""

    package init(port: Int) throws {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo("localhost", "\(port)", &hints, &found) == 0 else { throw Failure(reason: "localhost has no address") }
        defer { freeaddrinfo(found) }
        var candidate = found
        while let address = candidate?.pointee {
            let opened = socket(address.ai_family, address.ai_socktype, address.ai_protocol)
            if connect(opened, address.ai_addr, address.ai_addrlen) == 0 {
                var patience = timeval(tv_sec: Self.patience, tv_usec: 0)
                setsockopt(opened, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
                descriptor = opened
                return
            }
            Glibc.close(opened)
            candidate = address.ai_next
        }
        throw Failure(reason: "nobody listens on port \(port)")
    }

    /// Sends a request; its answer is read with `read`.
    package func send(_ request: TestRequest, key: String) throws {
        var head = "\(request.method) \(request.path) HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(key)\r\n"
        for (name, value) in request.headers { head += "\(name): \(value)\r\n" }
        head += "Content-Length: \(request.body?.count ?? 0)\r\n\r\n"
        let bytes = Array(head.utf8) + Array(request.body ?? Data())
        guard Glibc.send(descriptor, bytes, bytes.count, 0) == bytes.count else { throw Failure(reason: "the request was not taken") }
    }

    /// Sends bytes as they are: half a request, or what is no request at all.
    package func send(raw text: String) throws {
        let bytes = Array(text.utf8)
        guard Glibc.send(descriptor, bytes, bytes.count, 0) == bytes.count else { throw Failure(reason: "the bytes were not taken") }
    }

    /// Everything up to and with `marker`, as it comes in, the chunks' sizes included.
    package func read(until marker: String) async throws -> String {
        while true {
            if let range = unread.range(of: marker) {
                defer { unread = String(unread[range.upperBound...]) }
                return String(unread[..<range.upperBound])
            }
            let more = await receive()
            if more.isEmpty { throw Failure(reason: "no \(marker) came, only: \(unread)") }
            unread += more
        }
    }

    package func close() { Glibc.close(descriptor) }

    private func receive() async -> String {
        let descriptor = descriptor
        return await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                var bytes = [UInt8](repeating: 0, count: 65536)
                let count = recv(descriptor, &bytes, bytes.count, 0)
                continuation.resume(returning: String(decoding: bytes.prefix(max(0, count)), as: UTF8.self))
            }
        }
    }
}

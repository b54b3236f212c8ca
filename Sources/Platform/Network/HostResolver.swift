import Foundation

/// Turns a host name into addresses. A value, so that a test can say what a name means.
package struct HostResolver: Sendable {
    /// The addresses in the order in which they should be tried; empty when there are none.
    package let resolve: @Sendable (String) async throws -> [IPAddress]

    /// - Parameter resolve: throws `WebFailure` when the name means nothing.
    package init(_ resolve: @escaping @Sendable (String) async throws -> [IPAddress]) { self.resolve = resolve }

    /// The machine's own resolver. It blocks, so it runs on a thread of its own.
    package static let system = HostResolver { host in
        if let address = IPAddress(host) { return [address] }
        return try await BlockingWork.run { try lookUp(host) }
    }

    private static func lookUp(_ host: String) throws -> [IPAddress] {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_ADDRCONFIG
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, nil, &hints, &list)
        guard code == 0 else {
            let isPassing = code == EAI_AGAIN
            throw WebFailure(
                .unreachable, "the host \(host) cannot be found (\(String(cString: gai_strerror(code))))", isWorthRetrying: isPassing)
        }
        defer { freeaddrinfo(list) }
        var found: [IPAddress] = []
        var next = list
        while let entry = next?.pointee {
            if let address = address(of: entry), !found.contains(address) { found.append(address) }
            next = entry.ai_next
        }
        return found
    }

    private static func address(of entry: addrinfo) -> IPAddress? {
        guard let raw = UnsafeRawPointer(entry.ai_addr) else { return nil }
        switch entry.ai_family {
        case AF_INET:
            return withUnsafeBytes(of: raw.loadUnaligned(as: sockaddr_in.self).sin_addr) { IPAddress(bytes: $0) }
        case AF_INET6:
            return withUnsafeBytes(of: raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr) { IPAddress(bytes: $0) }
        default: return nil
        }
    }
}

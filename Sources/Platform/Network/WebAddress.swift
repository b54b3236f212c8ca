import Foundation

/// An `http` or `https` URL in one normal form: lower-case ASCII host, explicit port, no credentials, no fragment.
package struct WebAddress: Sendable, Hashable, CustomStringConvertible {
    /// Characters of a URL at most.
    package static let longest = 4_096

    package let isSecure: Bool
    /// A name in lower case (internationalised ones as `xn--…`), or an address without brackets.
    package let host: String
    package let port: Int
    /// Percent-encoded, beginning with a slash.
    package let path: String
    /// Percent-encoded, without the question mark.
    package let query: String?

    /// - Throws: `WebAddressFault`, whose sentence says what is wrong with the URL.
    package init(_ text: String) throws(WebAddressFault) {
        guard text.utf8.count <= Self.longest else { throw WebAddressFault("has more than \(Self.longest) characters") }
        // What some programs skip and others do not (tabs, new lines) and the backslash, which some take for a slash, have no business here.
        guard !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F || $0 == "\\" }) else {
            throw WebAddressFault("contains a control character or a backslash")
        }
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased() else {
            throw WebAddressFault("is not a URL such as https://example.com/data.csv")
        }
        guard scheme == "http" || scheme == "https" else { throw WebAddressFault("begins with \(scheme): where http or https is needed") }
        guard parts.user == nil, parts.password == nil else {
            throw WebAddressFault("carries a user name or password: store credentials with PUT /v1/integrations instead")
        }
        isSecure = scheme == "https"
        host = try Self.host(parts.encodedHost)
        let port = parts.port ?? (isSecure ? 443 : 80)
        guard (1...65_535).contains(port) else { throw WebAddressFault("has the port \(port), which is not between 1 and 65535") }
        self.port = port
        path = parts.percentEncodedPath.hasPrefix("/") ? parts.percentEncodedPath : "/" + parts.percentEncodedPath
        query = parts.percentEncodedQuery
    }

    /// From parts that are known to be in normal form.
    init(isSecure: Bool, host: String, port: Int, path: String, query: String?) {
        self.isSecure = isSecure
        self.host = host
        self.port = port
        self.path = path
        self.query = query
    }

    private static func host(_ encoded: String?) throws(WebAddressFault) -> String {
        guard let encoded, !encoded.isEmpty else { throw WebAddressFault("names no host") }
        if encoded.hasPrefix("["), encoded.hasSuffix("]") {
            let inner = String(encoded.dropFirst().dropLast()).lowercased()
            guard IPAddress(inner)?.bytes.count == 16 else { throw WebAddressFault("has the host \(encoded), which is not an address") }
            return inner
        }
        let name = encoded.lowercased()
        let isName = name.utf8.allSatisfy {
            ("a"..."z").contains(Character(UnicodeScalar($0))) || ($0 >= 48 && $0 <= 57) || $0 == 45 || $0 == 46 || $0 == 95
        }
        guard isName, name.utf8.count <= 253 else { throw WebAddressFault("has a host that is not a name") }
        return name
    }

    /// Where a `Location` leads that was answered to this address: absolute, or relative to it.
    func following(_ location: String) throws(WebAddressFault) -> WebAddress {
        guard let base = URL(string: text), let target = URL(string: location, relativeTo: base) else {
            throw WebAddressFault("is not a URL")
        }
        return try WebAddress(target.absoluteString)
    }

    /// A place below this one; the segments are percent-encoded here. The query is gone.
    package func at(path segments: [String]) -> WebAddress {
        let base = path.hasSuffix("/") ? String(path.dropLast()) : path
        return WebAddress(
            isSecure: isSecure, host: host, port: port, path: base + "/" + segments.map(PercentEncoding.strict).joined(separator: "/"),
            query: nil)
    }

    /// The same place with a query, which is percent-encoded here.
    func with(query: [(String, String)]) -> WebAddress {
        let pairs = query.map { "\(PercentEncoding.strict($0.0))=\(PercentEncoding.strict($0.1))" }
        return WebAddress(isSecure: isSecure, host: host, port: port, path: path, query: pairs.joined(separator: "&"))
    }

    /// The same address on another host.
    func on(host: String) -> WebAddress { WebAddress(isSecure: isSecure, host: host, port: port, path: path, query: query) }

    /// Host and port as the `Host` header wants them: the port only where it is not the scheme's own.
    package var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
    }

    /// Scheme, host and port: what two addresses share that trust one another.
    package var origin: String { "\(isSecure ? "https" : "http")://\(authority)" }

    /// The whole URL.
    package var text: String { origin + path + (query.map { "?" + $0 } ?? "") }

    /// For messages: without the query, which may hold a signature or a token.
    package var description: String { origin + path }

    /// The path's segments, decoded. A segment that is no valid UTF-8 stays as it is written.
    package var segments: [String] {
        path.split(separator: "/", omittingEmptySubsequences: true).map { String($0).removingPercentEncoding ?? String($0) }
    }
}

/// What is wrong with a URL, as the end of "the URL …".
package struct WebAddressFault: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}

/// Text as a part of a URL.
package enum PercentEncoding {
    /// Everything but RFC 3986's unreserved characters as `%XX`, in upper case: what SigV4 demands and every server understands.
    package static func strict(_ text: String) -> String {
        var out = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: out.unicodeScalars.append(UnicodeScalar(byte))
            default: out += "%" + Hexadecimal.text([byte]).uppercased()
            }
        }
        return out
    }
}

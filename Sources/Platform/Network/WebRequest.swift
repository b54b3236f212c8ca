package import Foundation

/// One request to the outside.
package struct WebRequest: Sendable {
    /// What is to be done with the address.
    package enum Method: String, Sendable { case get = "GET", post = "POST", put = "PUT", delete = "DELETE" }

    package var method: Method
    package var address: WebAddress
    /// In the order in which they are sent. `Host`, `User-Agent` and the body's length are added.
    package var headers: [(name: String, value: String)]
    package var body: WebBody
    /// The longest time from the first connection to the last byte, redirects included.
    package var timeLimit: Duration
    /// Whether a redirect is followed (`WebClient.mostRedirects` at most) or handed back as it is.
    package var followsRedirects: Bool
    /// Whether messages may show the path: those of webhooks often are the secret.
    package var showsPath: Bool

    package init(
        _ method: Method, _ address: WebAddress, headers: [(name: String, value: String)] = [], body: WebBody = .none,
        timeLimit: Duration = .seconds(60), followsRedirects: Bool = false, showsPath: Bool = true
    ) {
        self.method = method
        self.address = address
        self.headers = headers
        self.body = body
        self.timeLimit = timeLimit
        self.followsRedirects = followsRedirects
        self.showsPath = showsPath
    }

    /// How messages name the address.
    var shown: String { showsPath ? address.description : address.origin + "/…" }

    /// The request that follows a redirect, as browsers do it (RFC 9110 §15.4): 303, and 301 and 302 of a POST, become a GET without a
    /// body. What proves who we are stays with the origin it was meant for.
    func redirected(to target: WebAddress, status: Int) -> WebRequest {
        var next = self
        next.address = target
        if status == 303 || (method == .post && (status == 301 || status == 302)) {
            next.method = .get
            next.body = .none
            next.headers.removeAll { ["content-type", "content-encoding"].contains($0.name.lowercased()) }
        }
        if target.origin != address.origin {
            next.headers.removeAll { ["authorization", "proxy-authorization", "cookie"].contains($0.name.lowercased()) }
        }
        return next
    }
}

/// What a request carries.
package enum WebBody: Sendable {
    case none
    case bytes(Data)
    /// A stretch of a file, read as it is sent.
    case file(URL, range: Range<Int64>)

    var size: Int64 {
        switch self {
        case .none: 0
        case .bytes(let bytes): Int64(bytes.count)
        case .file(_, let range): range.upperBound - range.lowerBound
        }
    }
}

/// The head of an answer.
package struct WebAnswerHead: Sendable {
    package let status: Int
    /// By lower-case name; several of one name are joined by commas.
    package let headers: [String: String]
    /// Where it came from, after redirects.
    package let address: WebAddress

    package var isSuccess: Bool { (200..<300).contains(status) }

    /// `Retry-After` in seconds, where it is a number (RFC 9110 §10.2.3); at most a day.
    package var retryAfterSeconds: Int? {
        headers["retry-after"].flatMap { Int($0.trimmingCharacters(in: .whitespaces)) }.map { min(max(0, $0), 86_400) }
    }
}

/// A whole answer with a small body.
package struct WebAnswer: Sendable {
    package let head: WebAnswerHead
    package let body: Data

    package var status: Int { head.status }

    /// The failure that this answer is, in a sentence with the first words that the other side gave as its reason.
    ///
    /// - Parameter shown: how the message names the address.
    func failure(_ shown: String) -> WebFailure {
        let isPassing = status == 408 || status == 425 || status == 429 || status >= 500
        let said = Self.reason(body).map { ": \($0)" } ?? ""
        return WebFailure(
            .status(status), "\(shown) answered \(status)\(said)", isWorthRetrying: isPassing, retryAfterSeconds: head.retryAfterSeconds)
    }

    /// What an error body says: the usual member of a JSON object, the message of S3's XML, or nothing. Never more than 200 characters.
    static func reason(_ body: Data) -> String? {
        var found: String?
        if case .object(let members)? = try? JSONValue.parse(body) {
            for name in ["error", "message", "detail"] {
                if case .string(let text)? = members[name] { found = found ?? text }
            }
        } else if let match = String(decoding: body.prefix(4_096), as: UTF8.self).firstMatch(of: /<Message>([^<]*)<\/Message>/) {
            found = String(match.output.1)
        }
        let line = found?.split(whereSeparator: \.isNewline).first.map(String.init)
        guard var said = line.map({ String($0.unicodeScalars.filter { $0.value >= 0x20 }.map(Character.init).prefix(200)) }) else {
            return nil
        }
        // The sentence that it becomes a part of has a full stop of its own.
        while said.hasSuffix(".") { said.removeLast() }
        return said
    }
}

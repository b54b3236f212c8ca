/// What can go wrong, in the product's words. The server alone decides what each case is in HTTP.
package enum PlatformError: Error, Sendable {
    /// The request is understood but some fields are wrong: all of them at once.
    case invalid([FieldIssue])
    /// The request cannot be read at all, or names something malformed such as a cursor.
    case malformed(String)
    case unauthenticated(String)
    case missingScope(String)
    /// Understood, and refused whoever asks for it.
    case forbidden(String)
    /// Unknown, deleted, or another organization's: the caller cannot tell which.
    case notFound(String)
    case conflict(String, retryAfterSeconds: Int?)
    /// Understood and well-formed, but there is nothing yet that it could apply to.
    case unprocessable(String)
    /// Part of the contract that this version does not have: trying again is useless.
    case notBuilt(String)
    case tooLarge(String)
    case unsupportedMedia([FieldIssue])
    case rateLimited(retryAfterSeconds: Int, detail: String)
    /// An upstream model failed. `detail` may be read by the caller; the cause is for the log.
    case provider(ProviderFailure)
    case unavailable(String, retryAfterSeconds: Int)
    /// Our own fault. The words are for the log, never for the caller.
    case `internal`(String)

    /// One wrong field, as the commonest case.
    package static func invalid(_ location: [String], _ message: String, kind: FieldIssue.Kind = .value) -> PlatformError {
        .invalid([FieldIssue(location: location, message: message, kind: kind)])
    }
}

/// One thing that is wrong with one field.
package struct FieldIssue: Sendable, Hashable, Codable {
    /// The machine-readable class of the fault.
    package enum Kind: String, Sendable, Codable {
        case missing, type, range, length, value, unsupported
        case notFound = "not_found"
    }

    /// The way to the field, beginning with `body`, `query`, `path` or `header`.
    package let location: [String]
    /// What is wrong and what would be right, in one sentence.
    package let message: String
    package let kind: Kind

    package init(location: [String], message: String, kind: Kind) {
        self.location = location
        self.message = message
        self.kind = kind
    }
}

/// How an upstream model failed, as a caller may know it.
package struct ProviderFailure: Sendable, Hashable {
    package enum Kind: String, Sendable { case overloaded, rateLimited, timedOut, rejected, misconfigured, broken }

    package let kind: Kind
    package let detail: String
    package let retryAfterSeconds: Int?
    /// What the upstream said, where that is for the log alone.
    package let cause: String?

    package init(kind: Kind, detail: String, retryAfterSeconds: Int? = nil, cause: String? = nil) {
        self.kind = kind
        self.detail = detail
        self.retryAfterSeconds = retryAfterSeconds
        self.cause = cause
    }
}

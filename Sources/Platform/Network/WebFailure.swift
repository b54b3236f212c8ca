/// Why something outside could not be fetched or sent, for whoever asked for it.
package struct WebFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// What sort of failure it was.
    package enum Kind: Sendable, Equatable {
        /// The rules of the network forbid the address.
        case refused
        /// No connection came about.
        case unreachable
        case timedOut
        /// The connection ended before the answer did.
        case cut
        /// An answer, but not the one hoped for.
        case status(Int)
        case tooLarge
        /// An answer that breaks the protocol.
        case malformed
    }

    package let kind: Kind
    /// One sentence without its full stop, with the address in it and no secret.
    package let description: String
    /// Whether the same request may succeed later.
    package let isWorthRetrying: Bool
    /// How long the other side asked to be left alone.
    package let retryAfterSeconds: Int?

    package init(_ kind: Kind, _ description: String, isWorthRetrying: Bool, retryAfterSeconds: Int? = nil) {
        self.kind = kind
        self.description = description
        self.isWorthRetrying = isWorthRetrying
        self.retryAfterSeconds = retryAfterSeconds
    }
}

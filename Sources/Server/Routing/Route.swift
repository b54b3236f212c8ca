import HTTPTypes
import Hummingbird
import Platform

/// One row of the route table: a path, who may call it, and what answers.
struct Route: Sendable {
    /// Who may call.
    enum Access: Sendable, Hashable {
        /// Anybody: health and the description of the API.
        case open
        /// Whoever holds a URL that this server signed: the handler checks the signature.
        case signedURL
        /// This machine itself, or a caller with `instance:admin`.
        case loopbackOrInstance
        case scope(Scope)
    }

    /// How a request that carries an `Idempotency-Key` is told from another one.
    enum Fingerprint: Sendable, Hashable {
        /// The header means nothing here: reading and deleting are repeatable as they are.
        case none
        /// By its body, which is read first.
        case body
        /// By what the route finds in the upload.
        case upload
    }

    typealias Handler = @Sendable (Request, QuarryRequestContext, Call) async throws -> Reply

    let method: HTTPRequest.Method
    /// With placeholders in braces, as in `openapi.yaml`.
    let path: String
    let access: Access
    let fingerprint: Fingerprint
    let handler: Handler

    static func get(_ path: String, _ access: Access, _ handler: @escaping Handler) -> Route {
        Route(method: .get, path: path, access: access, fingerprint: .none, handler: handler)
    }

    static func delete(_ path: String, _ access: Access, _ handler: @escaping Handler) -> Route {
        Route(method: .delete, path: path, access: access, fingerprint: .none, handler: handler)
    }

    static func post(
        _ path: String, _ access: Access, fingerprint: Fingerprint = .body, _ handler: @escaping Handler
    ) -> Route {
        Route(method: .post, path: path, access: access, fingerprint: fingerprint, handler: handler)
    }

    static func put(_ path: String, _ access: Access, _ handler: @escaping Handler) -> Route {
        Route(method: .put, path: path, access: access, fingerprint: .body, handler: handler)
    }

    /// Takes a body of any size, which its handler reads as it comes.
    static func putStream(_ path: String, _ access: Access, _ handler: @escaping Handler) -> Route {
        Route(method: .put, path: path, access: access, fingerprint: .none, handler: handler)
    }

    static func patch(_ path: String, _ access: Access, _ handler: @escaping Handler) -> Route {
        Route(method: .patch, path: path, access: access, fingerprint: .body, handler: handler)
    }
}

/// What the layers above a handler prepared for it.
struct Call: Sendable {
    /// The body of routes whose fingerprint is their body.
    let body: ReadBody
    /// The claimed `Idempotency-Key`, if the request carried one.
    let receipt: Receipt?

    /// The receipt in the form that a service finishes with its outcome.
    func receipt<Outcome: Sendable>(_ render: @escaping @Sendable (Outcome) throws -> Reply) -> ReplyReceipt<Outcome>? {
        receipt.map { ReplyReceipt($0) { try render($0).stored() } }
    }
}

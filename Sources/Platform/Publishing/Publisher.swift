/// Publishes a dataset to whichever target its specification is for.
package struct Publisher: Sendable {
    private let client: WebClient
    private let sites: RemoteSites
    private let clock: any Clock

    package init(client: WebClient, sites: RemoteSites, clock: any Clock) {
        self.client = client
        self.sites = sites
        self.clock = clock
    }

    /// One attempt. Repeating it after a failure publishes the same thing again and leaves one result.
    ///
    /// - Throws: `PublishFailure`, which says whether another attempt is worth it; `PlatformError.malformed` for credentials of another site.
    package func publish(
        _ subject: PublishSubject, by spec: PublishSpec, credentials: IntegrationCredentials
    ) async throws -> PublishOutcome {
        switch (spec, credentials) {
        case (.huggingFace(let spec), .huggingFace(let token)):
            try await HuggingFaceTarget(client: client, site: sites.huggingFace, token: token).publish(subject, spec)
        case (.kaggle(let spec), .kaggle(let username, let key)):
            try await KaggleTarget(client: client, sites: sites, username: username, key: key, clock: clock).publish(subject, spec)
        case (.s3(let spec), .s3(let credentials)):
            try await S3Target(client: client, credentials: credentials, clock: clock).publish(subject, spec)
        case (.webhook(let spec), .webhook(let secret)):
            try await WebhookTarget(client: client, secret: secret, clock: clock).publish(subject, spec)
        default:
            throw PlatformError.malformed(
                "Publishing to \(spec.target.rawValue) needs the credentials of \(spec.target.integration.title).")
        }
    }
}

extension WebClient {
    /// Sends a step of a publishing and insists on a 2xx.
    ///
    /// - Parameters:
    ///   - step: what is being done, as the beginning of a message.
    ///   - accepted: further statuses that the caller deals with.
    /// - Throws: `PublishFailure`.
    func perform(_ request: WebRequest, _ step: String, accepting accepted: Set<Int> = []) async throws -> WebAnswer {
        do {
            let answer = try await send(request)
            guard answer.head.isSuccess || accepted.contains(answer.status) else { throw answer.failure(request.shown) }
            return answer
        } catch let failure as WebFailure {
            throw PublishFailure(failure, at: step)
        }
    }
}

extension WebAnswer {
    /// The body as a JSON object.
    ///
    /// - Throws: `PublishFailure`.
    func object(_ step: String) throws -> [String: JSONValue] {
        guard case .object(let object)? = try? JSONValue.parse(body) else {
            throw PublishFailure("\(step): \(head.address) did not answer with a JSON object.", isWorthRetrying: false)
        }
        return object
    }
}

extension JSONValue {
    /// The text of a string; nil for anything else.
    var string: String? {
        if case .string(let text) = self { text } else { nil }
    }
}

import Crypto
import Foundation

/// Tells a receiver that a dataset was published, as Standard Webhooks 1.0 has it. The rows are too large for an event, so it says what they
/// are and where they can be downloaded.
struct WebhookTarget: Sendable {
    static let timeLimit = Duration.seconds(20)

    let client: WebClient
    /// `whsec_…`.
    let secret: String
    let clock: any Clock

    func publish(_ subject: PublishSubject, _ spec: WebhookSpec) async throws -> PublishOutcome {
        guard let url = spec.url else { throw PlatformError.internal("a checked webhook has no URL") }
        let request = try request(subject, to: url)
        do {
            let answer = try await client.send(request)
            if answer.head.isSuccess {
                return PublishOutcome(url: nil, message: "The webhook at \(url.origin) was told of \(subject.rowCount) rows.")
            }
            let failure = answer.failure(request.shown)
            if answer.status == 410 {
                throw PublishFailure("\(failure.description): it wants no more events.", isWorthRetrying: false)
            }
            // The specification leaves a receiver that answers wrongly another chance, whatever its status: it may be being deployed.
            throw PublishFailure(
                "Telling the webhook: \(failure.description).", isWorthRetrying: true, retryAfterSeconds: failure.retryAfterSeconds)
        } catch let failure as WebFailure {
            throw PublishFailure(failure, at: "Telling the webhook")
        }
    }

    /// The event with its signature. The id stays the same over all attempts, the timestamp is this attempt's.
    private func request(_ subject: PublishSubject, to url: WebAddress) throws -> WebRequest {
        let files: [JSONValue] = subject.files.map {
            .object(["name": .string($0.name), "size_bytes": .integer($0.size), "sha256": .string($0.sha256)])
        }
        let event: JSONValue = .object([
            "type": .string("dataset.published"), "timestamp": .string(clock.now.secondsText),
            "data": .object([
                "publish_id": .string(subject.publishID), "dataset_id": .string(subject.dataset.text), "name": .string(subject.name),
                "row_count": .integer(subject.rowCount), "format": .string(subject.format.rawValue), "files": .array(files),
                "download_url": subject.downloadURL.map(JSONValue.string) ?? .null,
            ]),
        ])
        let body = try JSONText.bytes(event)
        let headers = try WebhookSignature.headers(
            id: "msg_\(subject.publishID)", seconds: clock.now.milliseconds / 1000, body: body, secret: secret)
        return WebRequest(
            .post, url, headers: [("Content-Type", "application/json")] + headers, body: .bytes(body), timeLimit: Self.timeLimit,
            showsPath: false)
    }
}

/// The three headers of Standard Webhooks 1.0, with the symmetric signature `v1`.
package enum WebhookSignature {
    private static let prefix = "whsec_"
    /// Bytes of a secret.
    static let secretSize = 24...64

    /// The key of a secret; nil when it is not `whsec_` and base64 of 24 to 64 bytes.
    package static func key(of secret: String) -> [UInt8]? {
        guard secret.hasPrefix(prefix), let bytes = Data(base64Encoded: String(secret.dropFirst(prefix.count))),
            secretSize.contains(bytes.count)
        else { return nil }
        return Array(bytes)
    }

    /// - Throws: `PlatformError.internal` for a secret that is none.
    static func headers(id: String, seconds: Int64, body: Data, secret: String) throws -> [(name: String, value: String)] {
        guard let key = key(of: secret) else { throw PlatformError.internal("a stored webhook secret has not the form of one") }
        let signed = Data("\(id).\(seconds).".utf8) + body
        let signature = Data(HMAC<SHA256>.authenticationCode(for: signed, using: SymmetricKey(data: key))).base64EncodedString()
        return [("webhook-id", id), ("webhook-timestamp", "\(seconds)"), ("webhook-signature", "v1,\(signature)")]
    }
}

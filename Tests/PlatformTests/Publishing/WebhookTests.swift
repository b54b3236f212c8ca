import Crypto
import Foundation
import TestSupport
import Testing

@testable import Platform

/// Events as Standard Webhooks 1.0 has them.
@Suite(.timeLimit(.minutes(5))) struct WebhookTests {
    private static let secret = "whsec_" + Data(repeating: 7, count: 32).base64EncodedString()
    private let publishing = Publishing()

    private func publish(_ answer: ScriptedSite.Answer) async throws -> (
        outcome: Result<PublishOutcome, any Error>, requests: [ScriptedSite.Request]
    ) {
        try await ScriptedSite.run { _, _ in
            answer
        } _: { site in
            let subject = try await publishing.subject()
            let spec = try publishing.spec(
                .webhook, ["url": .string("\(site.base)/services/SECRET?token=SECRET"), "format": .string("jsonl")])
            do {
                let outcome = try await publishing.publisher(site).publish(subject, by: spec, credentials: .webhook(secret: Self.secret))
                return (.success(outcome), site.requests)
            } catch {
                return (.failure(error), site.requests)
            }
        }
    }

    @Test func theEventIsSigned() async throws {
        let (outcome, requests) = try await publish(.status(204))
        let request = try #require(requests.first)
        #expect((request.method, request.path) == ("POST", "/services/SECRET?token=SECRET"))
        #expect((request.headers["webhook-id"], request.headers["webhook-timestamp"]) == ("msg_p1", "1795176000"))
        let code = HMAC<SHA256>.authenticationCode(
            for: Data("msg_p1.1795176000.\(request.text)".utf8), using: SymmetricKey(data: Data(repeating: 7, count: 32)))
        #expect(request.headers["webhook-signature"] == "v1,\(Data(code).base64EncodedString())")
        #expect((request.json["type"], request.json["timestamp"]) == ("dataset.published", "2026-11-20T12:00:00Z"))
        #expect(
            request.json["data"] == [
                "publish_id": "p1", "dataset_id": "d1", "name": "Refunds", "row_count": 6, "format": "csv",
                "download_url": "https://quarry.example/download",
                "files": [
                    ["name": "rows.csv", "size_bytes": 28, "sha256": "7ccd5c775ac1306c2d3f9b2dd7349d41032fe2a1b5066be4d3f2001ab3e863e7"]
                ],
            ])
        #expect(request.body.count < 20_000)
        #expect(!(try outcome.get().message.contains("SECRET")))
    }

    /// The example of the specification's own reference libraries.
    @Test func theSignatureIsThatOfTheReferenceLibraries() throws {
        let headers = try WebhookSignature.headers(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek", seconds: 1_614_265_330, body: Data(#"{"test": 2432232314}"#.utf8),
            secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        #expect(headers.last?.value == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test(arguments: [(400, true), (404, true), (429, true), (500, true), (302, true), (410, false)])
    func onlyAReceiverThatIsGoneIsLeftAlone(_ status: Int, _ isWorthRetrying: Bool) async throws {
        let (outcome, requests) = try await publish(.status(status, headers: ["Retry-After": "30", "Location": "/elsewhere"]))
        let failure = try #require(throws: PublishFailure.self) { try outcome.get() }
        #expect(failure.isWorthRetrying == isWorthRetrying)
        if isWorthRetrying { #expect(failure.retryAfterSeconds == 30) }
        #expect(requests.count == 1, "a redirect is not followed")
        #expect(!failure.description.contains("SECRET"))
    }

    @Test func aSecretHasItsForm() {
        #expect(WebhookSignature.key(of: Self.secret)?.count == 32)
        for wrong in [
            "", "whsec_", "whsec_!!!", Data(repeating: 7, count: 32).base64EncodedString(),
            "whsec_" + Data(count: 23).base64EncodedString(),
            "whsec_" + Data(count: 65).base64EncodedString(), "whsk_" + Data(count: 32).base64EncodedString(),
        ] {
            #expect(WebhookSignature.key(of: wrong) == nil, "\(wrong)")
        }
    }
}

import Foundation
import TestSupport
import Testing

@testable import Platform

/// A bucket: addresses, single and multipart uploads, and what happens when a part fails.
@Suite(.timeLimit(.minutes(5))) struct S3Tests {
    private let publishing = Publishing()

    private func credentials(_ endpoint: String?, bucket: String? = "team-bucket", pathStyle: Bool? = nil) -> S3Credentials {
        S3Credentials(
            endpoint: endpoint, region: "eu-central-1", bucket: bucket, accessKeyID: "AKIAEXAMPLE", secretAccessKey: "secret-key",
            pathStyle: pathStyle)
    }

    private func spec(_ fields: [String: JSONValue]) throws -> S3Spec {
        guard case .s3(let spec) = try publishing.spec(.s3, fields) else { throw WaitedInVain(description: "no S3") }
        return spec
    }

    /// Publishes with parts of 10 bytes.
    private func publish(
        _ fields: [String: JSONValue] = [:], partSize: Int64 = 10, faults: [String: ScriptedSite.Answer] = [:]
    ) async throws -> (outcome: Result<PublishOutcome, any Error>, requests: [ScriptedSite.Request]) {
        try await ScriptedSite.run { request, _ in
            for (part, answer) in faults where request.path.contains(part) { return answer }
            if request.path.hasSuffix("?uploads=") {
                return .text(
                    "<InitiateMultipartUploadResult><UploadId>a/b&amp;==</UploadId></InitiateMultipartUploadResult>",
                    type: "application/xml")
            }
            return .status(200, headers: ["ETag": "\"e\(request.text.count)\""])
        } _: { site in
            let target = S3Target(
                client: publishing.client, credentials: credentials(site.base), clock: publishing.clock, partSize: partSize)
            let (subject, spec) = (try await publishing.subject(), try spec(fields))
            do {
                return (.success(try await target.publish(subject, spec)), site.requests)
            } catch {
                return (.failure(error), site.requests)
            }
        }
    }

    @Test(
        arguments: [
            (nil, nil, "team", "https://team.s3.eu-central-1.amazonaws.com/"),
            (nil, nil, "te.am", "https://s3.eu-central-1.amazonaws.com/te.am"),
            (nil, true, "team", "https://s3.eu-central-1.amazonaws.com/team"),
            ("http://127.0.0.1:9000", nil, "team", "http://127.0.0.1:9000/team"),
            ("https://store.example/base", false, "team", "https://team.store.example/base"),
        ] as [(String?, Bool?, String, String)])
    func theBucketStandsInThePathOrInTheHost(_ endpoint: String?, _ style: Bool?, _ bucket: String, _ expected: String) throws {
        #expect(try S3Target.address(of: bucket, credentials(endpoint, pathStyle: style)).text == expected)
    }

    @Test func aSmallFileIsOneSignedPut() async throws {
        let (outcome, requests) = try await publish(["path": .string("exports/ä b.csv")], partSize: 100)
        #expect(requests.map { "\($0.method) \($0.path)" } == ["PUT /team-bucket/exports/%C3%A4%20b.csv"])
        let request = try #require(requests.first)
        #expect(request.text == Publishing.rows)
        #expect(request.headers["x-amz-content-sha256"] == PublishFile.digest(of: request.body))
        #expect(request.headers["x-amz-date"] == "20261120T120000Z")
        #expect(
            request.headers["authorization"]?.hasPrefix(
                "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20261120/eu-central-1/s3/aws4_request, "
                    + "SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date, Signature=") == true)
        #expect(try outcome.get().url == "s3://team-bucket/exports/ä b.csv")
    }

    @Test func aLargeFileGoesUpInParts() async throws {
        let (outcome, requests) = try await publish()
        let upload = "uploadId=a%2Fb%26%3D%3D"
        #expect(
            requests.map { "\($0.method) \($0.path)" } == [
                "POST /team-bucket/refunds/rows.csv?uploads=", "PUT /team-bucket/refunds/rows.csv?partNumber=1&\(upload)",
                "PUT /team-bucket/refunds/rows.csv?partNumber=2&\(upload)", "PUT /team-bucket/refunds/rows.csv?partNumber=3&\(upload)",
                "POST /team-bucket/refunds/rows.csv?\(upload)",
            ])
        #expect(requests[1...3].map(\.text).joined() == Publishing.rows)
        for request in requests { #expect(request.headers["x-amz-content-sha256"] == PublishFile.digest(of: request.body)) }
        #expect(
            requests[4].text == "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>\"e10\"</ETag></Part>"
                + "<Part><PartNumber>2</PartNumber><ETag>\"e10\"</ETag></Part><Part><PartNumber>3</PartNumber><ETag>\"e8\"</ETag></Part>"
                + "</CompleteMultipartUpload>")
        #expect(try outcome.get().url == "s3://team-bucket/refunds/rows.csv")
    }

    @Test func aFailedPartTakesTheUploadBack() async throws {
        let (outcome, requests) = try await publish(faults: ["partNumber=2": .status(503, "<Error><Message>Slow down</Message></Error>")])
        #expect(requests.last?.method == "DELETE")
        #expect(requests.last?.path == "/team-bucket/refunds/rows.csv?uploadId=a%2Fb%26%3D%3D")
        let failure = try #require(throws: PublishFailure.self) { try outcome.get() }
        #expect(failure.isWorthRetrying && failure.description.contains("503: Slow down"))
    }

    @Test func anErrorInsideASuccessIsAnError() async throws {
        let (outcome, requests) = try await publish(
            faults: [
                "rows.csv?uploadId": .text("<Error><Code>InternalError</Code><Message>Try again</Message></Error>", type: "application/xml")
            ])
        let failure = try #require(throws: PublishFailure.self) { try outcome.get() }
        #expect(failure.isWorthRetrying && failure.description.contains("Try again"))
        #expect(requests.last?.method == "DELETE")
    }

    @Test func aWrongKeyIsTold() async throws {
        let (outcome, _) = try await publish(
            partSize: 100,
            faults: ["rows": .status(403, "<Error><Code>SignatureDoesNotMatch</Code><Message>The signature differs</Message></Error>")])
        let failure = try #require(throws: PublishFailure.self) { try outcome.get() }
        #expect(!failure.isWorthRetrying && failure.description.contains("403: The signature differs"))
        #expect(!failure.description.contains("secret-key"))
    }

    @Test func withoutABucketNothingIsSent() async throws {
        let target = S3Target(
            client: publishing.client, credentials: credentials("http://127.0.0.1:9", bucket: nil), clock: publishing.clock)
        let (subject, spec) = (try await publishing.subject(), try spec([:]))
        let failure = try await publishing.failure { _ = try await target.publish(subject, spec) }
        #expect(failure.description.contains("target_spec.bucket"))
    }
}

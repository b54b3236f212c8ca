import Testing

@testable import Storage

/// Signatures against botocore 1.44's own signer (`S3SigV4Auth` at 2026-11-20T12:00:00Z), whose values are pasted here.
@Suite struct SigV4Tests {
    private static let moment: Int64 = 1_795_176_000_000

    struct Case: Sendable, CustomTestStringConvertible {
        let method: String
        let authority: String
        let path: String
        var query = ""
        var headers: [(name: String, value: String)] = []
        var region = "eu-central-1"
        let digest: String
        let signed: String
        let signature: String

        var testDescription: String { "\(method) \(authority)\(path)?\(query)" }
    }

    static let cases = [
        Case(
            method: "PUT", authority: "s3.eu-central-1.amazonaws.com", path: "/team-bucket/exports/rows.csv",
            headers: [("Content-Type", "text/csv")], digest: "492d5ea496056f1a6a6592241032fab764c321596317930b4fa0e1e8bc3b7470",
            signed: "content-type;host;x-amz-content-sha256;x-amz-date",
            signature: "1ebc2f51a55eb0c8b3a19cdafbe7c06c1db0d7f89b46ac1266294d938002877f"),
        Case(
            method: "PUT", authority: "team-bucket.s3.eu-central-1.amazonaws.com", path: "/exports/r%C3%BCck%20gabe/rows%2B1.csv",
            digest: SigV4.emptyDigest, signed: "host;x-amz-content-sha256;x-amz-date",
            signature: "f7a2b9e03ad955febe2449a1e01176f23a9186ebda0fdb5e68411d6f2688a0b2"),
        Case(
            method: "POST", authority: "127.0.0.1:9000", path: "/team-bucket/rows.csv", query: "uploads=", digest: SigV4.emptyDigest,
            signed: "host;x-amz-content-sha256;x-amz-date", signature: "b66253713315be9acaba2c063660996c939aad222bd3b077d1c51963be55c2d5"),
        Case(
            method: "PUT", authority: "127.0.0.1:9000", path: "/team-bucket/rows.csv", query: "partNumber=2&uploadId=a%2Fb%3D%3D",
            region: "us-east-1", digest: "37a680133bd09342f934afb8dd2c7d9e1b624da5f35e3a38adb103e37c055ed1",
            signed: "host;x-amz-content-sha256;x-amz-date", signature: "ceefdba2803eb5665261485426e750ae6dce42d1d82aff6b06dc972fc833d771"),
    ]

    @Test(arguments: cases) func headersAreThoseOfBotocore(_ value: Case) {
        let signer = SigV4(
            accessKeyID: "AKIAEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", region: value.region)
        let headers = signer.headers(
            method: value.method, authority: value.authority, path: value.path, query: value.query, headers: value.headers,
            bodyDigest: value.digest, at: Self.moment)
        #expect(headers.map(\.name) == ["x-amz-content-sha256", "x-amz-date", "Authorization"])
        #expect(headers[0].value == value.digest)
        #expect(headers[1].value == "20261120T120000Z")
        #expect(
            headers[2].value == "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20261120/\(value.region)/s3/aws4_request, "
                + "SignedHeaders=\(value.signed), Signature=\(value.signature)")
    }
}

import Crypto
import Foundation

/// Signs requests to S3 and what speaks like it: AWS Signature Version 4, in the `Authorization` header, with the body's digest signed too.
///
/// The steps and the texts they hash are those of the AWS guide "Create a signed AWS API request"; S3's own differences are that a path is
/// encoded once and not normalised, and that `x-amz-content-sha256` is a header of every request.
package struct SigV4: Sendable {
    /// SHA-256 of nothing, for requests without a body.
    package static let emptyDigest = SHA256.hash(data: Data()).hexadecimal

    private let accessKeyID: String
    private let secretAccessKey: String
    private let region: String
    private let service = "s3"

    package init(accessKeyID: String, secretAccessKey: String, region: String) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.region = region
    }

    /// The headers to add to a request, `Authorization` among them.
    ///
    /// - Parameters:
    ///   - authority: what goes into `Host`: the port only where it is not the scheme's own.
    ///   - path: percent-encoded as it is sent (RFC 3986's unreserved characters and slashes plain, everything else encoded).
    ///   - query: percent-encoded `name=value` pairs joined by `&`; a name without a value keeps its `=`.
    ///   - headers: further headers to sign, such as `Content-Type`.
    ///   - bodyDigest: SHA-256 of the body, 64 lower-case hexadecimal digits.
    ///   - milliseconds: the moment of signing, since 1970. S3 refuses what is off by more than 15 minutes.
    package func headers(
        method: String, authority: String, path: String, query: String, headers: [(name: String, value: String)] = [], bodyDigest: String,
        at milliseconds: Int64
    ) -> [(name: String, value: String)] {
        let time = Self.timestamp(milliseconds)
        let day = String(time.prefix(8))
        let signed =
            (headers + [("host", authority), ("x-amz-content-sha256", bodyDigest), ("x-amz-date", time)])
            .map { ($0.name.lowercased(), $0.value.split(separator: " ").joined(separator: " ")) }.sorted { $0.0 < $1.0 }
        let names = signed.map(\.0).joined(separator: ";")
        let canonical = [
            method, path, query.split(separator: "&").sorted().joined(separator: "&"),
            signed.map { "\($0.0):\($0.1)\n" }.joined(), names, bodyDigest,
        ].joined(separator: "\n")
        let scope = "\(day)/\(region)/\(service)/aws4_request"
        let toSign = ["AWS4-HMAC-SHA256", time, scope, SHA256.hash(data: Data(canonical.utf8)).hexadecimal].joined(separator: "\n")
        let signature = HMAC<SHA256>.authenticationCode(for: Data(toSign.utf8), using: key(day: day)).map { $0 }
        let authorization =
            "AWS4-HMAC-SHA256 Credential=\(accessKeyID)/\(scope), SignedHeaders=\(names), Signature=\(Self.hexadecimal(signature))"
        return [("x-amz-content-sha256", bodyDigest), ("x-amz-date", time), ("Authorization", authorization)]
    }

    /// The secret, narrowed down step by step to one day, one region and one service.
    private func key(day: String) -> SymmetricKey {
        var key = SymmetricKey(data: Data("AWS4\(secretAccessKey)".utf8))
        for part in [day, region, service, "aws4_request"] {
            key = SymmetricKey(data: Data(HMAC<SHA256>.authenticationCode(for: Data(part.utf8), using: key)))
        }
        return key
    }

    /// `20261120T120000Z`.
    private static func timestamp(_ milliseconds: Int64) -> String {
        let date = Date(timeIntervalSince1970: Double(milliseconds / 1000))
        return date.formatted(.iso8601.dateSeparator(.omitted).timeSeparator(.omitted))
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}

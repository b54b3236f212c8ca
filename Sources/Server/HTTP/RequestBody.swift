import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Platform

/// The largest bodies that are read into memory. Uploads are streamed and have a limit of their own.
enum RequestBodyLimit {
    static let json = 4 * 1024 * 1024
    /// A form without a file, and the fields of one with a file.
    static let form = 64 * 1024
}

extension Request {
    /// The media type without its parameters, in lower case; nil when none is given.
    var mediaType: String? {
        headers[.contentType].map { ($0.split(separator: ";").first ?? "").trimmingCharacters(in: .whitespaces).lowercased() }
    }

    /// The body's bytes.
    ///
    /// - Throws: `PlatformError.tooLarge`.
    func bytes(upTo limit: Int) async throws -> Data {
        let tooLarge = PlatformError.tooLarge("The request body is larger than \(limit) bytes.")
        if let declared = headers[.contentLength].flatMap(Int.init), declared > limit { throw tooLarge }
        var bytes = Data()
        for try await buffer in body {
            guard bytes.count + buffer.readableBytes <= limit else { throw tooLarge }
            bytes.append(contentsOf: buffer.readableBytesView)
        }
        return bytes
    }
}

/// A body that was read, and its JSON once somebody asks for it.
struct ReadBody: Sendable {
    let bytes: Data
    let mediaType: String?

    /// - Throws: `PlatformError.unsupportedMedia` unless the body says that it is JSON, `malformed` when it is not.
    func json() throws -> JSONValue {
        guard let mediaType, mediaType == "application/json" || mediaType.hasSuffix("+json") else {
            throw PlatformError.unsupportedMedia([
                FieldIssue(location: ["header", "Content-Type"], message: "Content-Type must be application/json.", kind: .unsupported)
            ])
        }
        if bytes.isEmpty { throw PlatformError.malformed("The body is empty: send a JSON object.") }
        do {
            return try JSONValue.parse(bytes)
        } catch {
            throw PlatformError.malformed("The body is not valid JSON: \(Self.fault(in: bytes))")
        }
    }

    /// Where the JSON breaks. The decoder does not say, the older parser does.
    private static func fault(in bytes: Data) -> String {
        do {
            _ = try JSONSerialization.jsonObject(with: bytes, options: .fragmentsAllowed)
            return "its values are nested too deep or too large."
        } catch {
            return (error as NSError).userInfo["NSDebugDescription"] as? String ?? "it cannot be read."
        }
    }

    /// The fields of a JSON object; none for an empty body, whatever its media type (contract B §3.0).
    func fieldsOrNone() throws -> Fields { try Fields(body: bytes.isEmpty ? .object([:]) : json()) }

    /// The fields of a JSON object or of a URL-encoded form.
    func fields() throws -> Fields {
        guard mediaType == "application/x-www-form-urlencoded" else { return try Fields(body: json()) }
        let pairs = String(decoding: bytes, as: UTF8.self).split(separator: "&").map { pair in
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { side in
                let spaced = side.replacingOccurrences(of: "+", with: " ")
                return spaced.removingPercentEncoding ?? spaced
            }
            return (sides[0], JSONValue.string(sides.count == 2 ? sides[1] : ""))
        }
        return Fields(Dictionary(pairs, uniquingKeysWith: { first, _ in first }), at: ["body"])
    }
}

import Crypto
import Foundation

/// Signs upload URLs: who knows the signature may PUT to this one key until it expires, and nothing else.
struct UploadSigner: Sendable {
    /// How long a URL is good for (contract B §3.5).
    static let life = Duration.seconds(60 * 60)

    let key: SymmetricKey

    /// Path and query of the URL for an object key, which consists of characters that need no encoding.
    func target(_ objectKey: String, expires: Timestamp) -> String {
        "/\(objectKey)?expires=\(expires.milliseconds)&signature=\(signature(objectKey, expires))"
    }

    /// Whether the signature is ours; compared in constant time.
    func isValid(_ signature: String, of objectKey: String, expires: Timestamp) -> Bool {
        guard signature.utf8.count == 64, let bytes = Self.bytes(signature) else { return false }
        return HMAC<SHA256>.isValidAuthenticationCode(bytes, authenticating: Self.message(objectKey, expires), using: key)
    }

    private func signature(_ objectKey: String, _ expires: Timestamp) -> String {
        Hexadecimal.text(HMAC<SHA256>.authenticationCode(for: Self.message(objectKey, expires), using: key))
    }

    private static func message(_ objectKey: String, _ expires: Timestamp) -> Data {
        Data("PUT\n\(expires.milliseconds)\n\(objectKey)".utf8)
    }

    private static func bytes(_ hexadecimal: String) -> [UInt8]? {
        let digits = hexadecimal.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == 64 else { return nil }
        return stride(from: 0, to: 64, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}

package import Crypto
package import Foundation

/// What is derived from the installation's one secret: a key of its own for each purpose, so that none can be used for another.
package struct InstallationKeys: Sendable {
    /// Bytes of the secret.
    package static let secretSize = 32

    /// Signs the URLs of presigned uploads.
    package let presigning: SymmetricKey
    /// Encrypts stored secrets.
    package let encryption: SymmetricKey

    /// - Parameter secret: 32 random bytes that never change in the life of an installation.
    package init(secret: Data) {
        let input = SymmetricKey(data: secret)
        func key(for purpose: String) -> SymmetricKey {
            HKDF<SHA256>.deriveKey(inputKeyMaterial: input, info: Data("quarry \(purpose) 1".utf8), outputByteCount: Self.secretSize)
        }
        presigning = key(for: "presigned upload")
        encryption = key(for: "stored secret")
    }
}

package import Crypto
import Foundation

/// The keys of one installation, all made from its one secret (`QUARRY_SECRET_KEY`): each purpose has a key of its own (HKDF, RFC 5869),
/// so that what one purpose gives away says nothing about another's.
package struct InstallationKeys: Sendable {
    /// Bytes of the secret.
    package static let secretSize = 32

    /// For secrets kept in the database.
    package let encryption: SymmetricKey
    /// For URLs that let a stranger upload or download one thing for a while.
    package let presigning: SymmetricKey

    /// - Throws: `InstallationKeyFault` unless the secret has `secretSize` bytes.
    package init(secret: [UInt8]) throws(InstallationKeyFault) {
        guard secret.count == Self.secretSize else { throw InstallationKeyFault() }
        let root = SymmetricKey(data: secret)
        // The names are part of what is stored: changing one makes everything under it unreadable.
        func derive(_ purpose: String) -> SymmetricKey {
            HKDF<SHA256>.deriveKey(inputKeyMaterial: root, info: Data("quarry/1/\(purpose)".utf8), outputByteCount: 32)
        }
        encryption = derive("encryption")
        presigning = derive("presigning")
    }

    /// From 64 hexadecimal digits, as the setting and the file hold them.
    ///
    /// - Throws: `InstallationKeyFault`.
    package init(hexadecimal text: String) throws(InstallationKeyFault) {
        guard let secret = Hexadecimal.bytes(text) else { throw InstallationKeyFault() }
        try self.init(secret: secret)
    }
}

/// The installation's secret does not have its form.
package struct InstallationKeyFault: Error, Sendable, CustomStringConvertible {
    package let description = "the secret key must be 64 hexadecimal digits"
}

package import Crypto
package import Foundation

/// Secrets as they are kept in the database: AES-256 in GCM, with the place of the row sealed in, so that a row copied to another
/// organization or another name cannot be opened there.
///
/// The form: one byte of version, 12 bytes of nonce, the ciphertext, 16 bytes of tag.
package struct SecretBox: Sendable {
    private static let version: UInt8 = 1

    private let key: SymmetricKey

    package init(key: SymmetricKey) { self.key = key }

    /// Seals bytes for one place.
    package func seal(_ plain: Data, for place: SecretPlace) throws -> [UInt8] {
        let sealed = try AES.GCM.seal(plain, using: key, authenticating: place.bytes)
        guard let combined = sealed.combined else { throw PlatformError.internal("a sealed secret has no combined form") }
        return [Self.version] + combined
    }

    /// - Throws: `SecretBoxFault` when the bytes were sealed with another key, for another place, or were changed.
    package func open(_ sealed: [UInt8], for place: SecretPlace) throws(SecretBoxFault) -> Data {
        guard sealed.first == Self.version else { throw .unknownVersion }
        do {
            return try AES.GCM.open(AES.GCM.SealedBox(combined: sealed.dropFirst()), using: key, authenticating: place.bytes)
        } catch {
            throw .unreadable
        }
    }
}

/// Where a secret belongs.
package struct SecretPlace: Sendable, Hashable {
    package let organization: OrganizationID
    package let table: String
    package let name: String

    package init(organization: OrganizationID, table: String, name: String) {
        self.organization = organization
        self.table = table
        self.name = name
    }

    /// Each part with its length before it, so that no two places have the same bytes.
    var bytes: Data {
        var bytes = Data()
        for part in [organization.text, table, name] {
            bytes.append(contentsOf: "\(part.utf8.count):\(part)".utf8)
        }
        return bytes
    }
}

/// Why a sealed secret cannot be opened.
package enum SecretBoxFault: Error, Sendable, Equatable {
    /// A later version of this program sealed it.
    case unknownVersion
    /// Another key, another place, or changed bytes: nobody can tell which.
    case unreadable
}

import Crypto
import Foundation
import TestSupport
import Testing

@testable import Platform

/// Keys of an installation and secrets sealed with them.
@Suite struct SecretBoxTests {
    private let place = SecretPlace(organization: OrganizationID("one"), table: "integration", name: "huggingface")

    @Test func whatIsSealedIsOpenedInItsPlaceAndShowsNothing() throws {
        let box = SecretBox(key: try TestKeys.installation().encryption)
        let plain = Data("hf_very_secret_token".utf8)
        let sealed = try box.seal(plain, for: place)
        #expect(try box.open(sealed, for: place) == plain)
        #expect(Data(sealed).range(of: plain) == nil)
        #expect(try box.seal(plain, for: place) != sealed, "a nonce is used once")
    }

    @Test func anotherPlaceAnotherKeyOrOtherBytesOpenNothing() throws {
        let box = SecretBox(key: try TestKeys.installation().encryption)
        let sealed = try box.seal(Data("secret".utf8), for: place)
        for other in [
            SecretPlace(organization: OrganizationID("two"), table: "integration", name: "huggingface"),
            SecretPlace(organization: OrganizationID("one"), table: "integration", name: "kaggle"),
            SecretPlace(organization: OrganizationID("one"), table: "webhook", name: "huggingface"),
            SecretPlace(organization: OrganizationID("oneintegration"), table: "", name: "huggingface"),
        ] {
            #expect(throws: SecretBoxFault.unreadable) { try box.open(sealed, for: other) }
        }
        let foreign = SecretBox(key: try TestKeys.installation(0x5F).encryption)
        #expect(throws: SecretBoxFault.unreadable) { try foreign.open(sealed, for: place) }
        for index in 1..<sealed.count {
            var changed = sealed
            changed[index] ^= 1
            #expect(throws: SecretBoxFault.unreadable) { try box.open(changed, for: place) }
        }
        #expect(throws: SecretBoxFault.unreadable) { try box.open([1], for: place) }
        #expect(throws: SecretBoxFault.unknownVersion) { try box.open([2] + sealed.dropFirst(), for: place) }
        #expect(throws: SecretBoxFault.unknownVersion) { try box.open([], for: place) }
    }

    /// What was sealed by this version stays readable. The values come from another implementation of HKDF and AES-GCM (Python's
    /// `hmac` and `cryptography`), fed with what the comments say.
    @Test func theStoredFormIsFixed() throws {
        let kept = try #require(Hexadecimal.bytes("01000102030405060708090a0ba22ed8ff87dcc4808397e15b6562f9ba7fd2c669c9b8"))
        #expect(try SecretBox(key: try TestKeys.installation().encryption).open(kept, for: place) == Data("secret".utf8))
        let keys = try TestKeys.installation()
        let digest = { (key: SymmetricKey) in key.withUnsafeBytes { Hexadecimal.text(SHA256.hash(data: Data($0)).prefix(8)) } }
        #expect(digest(keys.encryption) == "b14909016c686d63")
        #expect(digest(keys.presigning) == "229576502d0290dd")
    }

    @Test func aSecretIsThirtyTwoBytesAsHexadecimalDigits() throws {
        let digits = String(repeating: "5e", count: 32)
        let made = try InstallationKeys(hexadecimal: digits.uppercased())
        #expect(made.encryption == (try TestKeys.installation().encryption))
        #expect(made.encryption != made.presigning)
        for wrong in ["", "5e", String(repeating: "5", count: 63), String(repeating: "5g", count: 32), digits + "00"] {
            #expect(throws: InstallationKeyFault.self) { try InstallationKeys(hexadecimal: wrong) }
        }
    }
}

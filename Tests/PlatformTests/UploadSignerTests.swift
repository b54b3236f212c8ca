import Crypto
import Foundation
import Testing

@testable import Platform

@Suite struct UploadSignerTests {
    private let signer = UploadSigner(key: SymmetricKey(data: [UInt8](repeating: 1, count: 32)))
    private let expires = Timestamp(milliseconds: 1_800_000_000_000)
    private let key = "uploads/id/table.csv"

    private func signature() throws -> String {
        let items = URLComponents(string: signer.target(key, expires: expires))?.queryItems
        return try #require(items?.first { $0.name == "signature" }?.value)
    }

    @Test func theTargetIsTheKeyWithItsExpiryAndSignature() throws {
        #expect(signer.target(key, expires: expires) == "/\(key)?expires=1800000000000&signature=\(try signature())")
        #expect(signer.isValid(try signature(), of: key, expires: expires))
    }

    @Test func aSignatureIsForOneKeyAndOneExpiryOfOneInstallation() throws {
        let signature = try signature()
        #expect(!signer.isValid(signature, of: key + "x", expires: expires))
        #expect(!signer.isValid(signature, of: key, expires: expires.adding(.milliseconds(1))))
        let other = UploadSigner(key: SymmetricKey(data: [UInt8](repeating: 2, count: 32)))
        #expect(!other.isValid(signature, of: key, expires: expires))
    }

    @Test func whatIsNoSignatureIsRefused() throws {
        let signature = try signature()
        let changed = (signature.hasPrefix("0") ? "1" : "0") + signature.dropFirst()
        for wrong in [
            "", "x", signature + "0", String(signature.dropLast()), changed, String(repeating: "g", count: 64),
            String(repeating: "ü", count: 32),
        ] {
            #expect(!signer.isValid(wrong, of: key, expires: expires), "\(wrong)")
        }
    }
}

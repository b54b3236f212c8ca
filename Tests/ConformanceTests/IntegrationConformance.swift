import Foundation
import Storage
import TestSupport
import Testing

@testable import Platform

/// Credentials for other sites on both engines: stored sealed, for one organization alone.
@Suite(.timeLimit(.minutes(5))) struct IntegrationConformance {
    private static let token = "hf_a_very_secret_token"

    @Test(arguments: Backend.all) func credentialsComeBackAndAreReplaced(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let integrations = try installation.process().integrations
        let ada = try await installation.caller()
        #expect(try await integrations.credentials(.huggingFace, of: ada.organization) == nil)
        let s3 = IntegrationCredentials.s3(S3Credentials(region: "eu-central-1", bucket: "b", accessKeyID: "k", secretAccessKey: "s"))
        for credentials in [.huggingFace(token: "old"), .huggingFace(token: Self.token), .kaggle(username: "ada", key: "k"), s3] {
            _ = try await integrations.set(credentials, for: ada, receipt: nil)
        }
        #expect(try await integrations.credentials(.huggingFace, of: ada.organization) == .huggingFace(token: Self.token))
        #expect(try await integrations.credentials(.s3, of: ada.organization) == s3)
        let all = try await integrations.all(for: ada)
        #expect(all.map(\.name) == [.huggingFace, .kaggle, .s3])
        #expect(all.map(\.fields) == [["token"], ["username", "key"], ["region", "accessKeyId", "secretAccessKey", "bucket"]])
        try await integrations.delete(.huggingFace, for: ada)
        #expect(try await integrations.credentials(.huggingFace, of: ada.organization) == nil)
        await #expect(throws: PlatformError.self) { try await integrations.delete(.huggingFace, for: ada) }
    }

    @Test(arguments: Backend.all) func anotherOrganizationFindsAndChangesNothing(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let integrations = try installation.process().integrations
        let ada = try await installation.caller()
        let eve = try await installation.caller(organization: "two", member: "eve")
        _ = try await integrations.set(.huggingFace(token: Self.token), for: ada, receipt: nil)
        #expect(try await integrations.all(for: eve).isEmpty)
        #expect(try await integrations.credentials(.huggingFace, of: eve.organization) == nil)
        await #expect(throws: PlatformError.self) { try await integrations.get(.huggingFace, for: eve) }
        await #expect(throws: PlatformError.self) { try await integrations.delete(.huggingFace, for: eve) }
        _ = try await integrations.set(.huggingFace(token: "of eve"), for: eve, receipt: nil)
        #expect(try await integrations.credentials(.huggingFace, of: ada.organization) == .huggingFace(token: Self.token))
    }

    @Test(arguments: Backend.all) func aRowThatWasCopiedOrSealedWithAnotherKeyCannotBeRead(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let integrations = try installation.process().integrations
        let ada = try await installation.caller()
        let eve = try await installation.caller(organization: "two", member: "eve")
        _ = try await integrations.set(.huggingFace(token: Self.token), for: ada, receipt: nil)
        let row = try #require(try await installation.query("SELECT sealed FROM integration").first)
        #expect(Data(try row.bytes("sealed")).range(of: Data("token".utf8)) == nil)
        try await installation.execute(
            """
            INSERT INTO integration (organization_id, name, fields, sealed, updated_by, updated_at)
            SELECT \(eve.organization), name, fields, sealed, updated_by, updated_at FROM integration
            """)
        let stolen = try #require(
            await #expect(throws: PlatformError.self) { try await integrations.credentials(.huggingFace, of: eve.organization) })
        guard case .conflict(let sentence, _) = stolen else { return #expect(Bool(false), "\(stolen)") }
        #expect(sentence.contains("PUT /v1/integrations/huggingface"))
        let stranger = IntegrationService(
            database: installation.database, clock: installation.clock, box: SecretBox(key: try TestKeys.installation(1).encryption))
        await #expect(throws: PlatformError.self) { try await stranger.credentials(.huggingFace, of: ada.organization) }
    }

    @Test func missingCredentialsAreToldWithTheirCure() async throws {
        let installation = try await TestInstallation(.sqlite)
        let integrations = try installation.process().integrations
        let ada = try await installation.caller()
        let error = try #require(
            await #expect(throws: PlatformError.self) { try await integrations.requiredCredentials(.kaggle, of: ada.organization) })
        guard case .malformed(let sentence) = error else { return #expect(Bool(false), "\(error)") }
        #expect(sentence.contains("PUT /v1/integrations/kaggle"))
    }
}

package import Foundation
import Logging
package import Platform
package import Providers
package import Retrieval
package import Storage

/// A whole platform for one test: a fresh migrated database, a folder for blobs, a clock that stands still.
package struct TestPlatform: Sendable {
    package let platform: Platform
    package let database: any Database
    package let clock: TestClock
    private let folder: TemporaryFolder

    /// - Parameters:
    ///   - providers: by name, beside the built-in one; each gets a system model of the same name.
    ///   - encoder: none unless one is given, so that keywords alone decide.
    ///   - configure: changes the configuration; no rate limits unless it sets them.
    package init(
        _ backend: Backend = .sqlite, providers: [String: any ModelProvider] = [:], encoder: SentenceEncoder? = nil,
        configure: (inout PlatformConfiguration) -> Void = { _ in }
    ) async throws {
        var configuration = PlatformConfiguration()
        configuration.requestsPerMinutePerMember = 0
        configuration.requestsPerMinutePerOrganization = 0
        configuration.catalogue = Catalogue(configured: providers.keys.sorted().map { Self.systemModel($0) })
        configure(&configuration)
        folder = TemporaryFolder()
        clock = TestClock()
        database = try await backend.fresh(migrations: Schema.migrations)
        platform = try Platform(
            configuration: configuration, database: database, blobs: BlobStore(root: folder.url),
            workspace: folder.url.appending(path: "work"), indexFolder: folder.url.appending(path: "index"), encoder: encoder,
            executable: TestExecutable.path, providers: providers, keys: TestKeys.installation(), clock: clock,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// A catalogue entry whose provider has the same name.
    package static func systemModel(_ name: String) -> SystemModel {
        SystemModel(
            name: name, provider: name, upstream: name, displayName: name, description: nil, contextWindow: 8192, maxTokensPerRequest: 1024,
            supportsTools: false, supportsVision: false, supportsReasoning: true, creditMultiplier: 1, tier: .standard,
            isRecommended: false,
            enabled: true, endOfLifeAt: nil, deprecationMessage: nil, replacement: nil)
    }

    /// A member of an organization, with an API key: both made on first use.
    package func caller(
        organization: String = "one", member: String = "ada", scopes: Set<Scope> = Scope.ofOwner
    ) async throws -> (key: String, principal: Principal) {
        let key = try await platform.access.createKey(
            organization: organization, member: member, role: .member, scopes: scopes, expiresAt: nil)
        return (key, try await platform.access.authenticate(token: key))
    }
}

/// A folder that goes with the last value that holds it.
package final class TemporaryFolder: Sendable {
    package let url: URL

    package init() {
        url = FileManager.default.temporaryDirectory.appending(path: "quarry-test-\(UUID().uuidString)")
        try? FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }
}

/// The built `quarry`, beside the test bundle, or where `QUARRY_TEST_EXECUTABLE` says.
package enum TestExecutable {
    package static var path: String {
        if let named = ProcessInfo.processInfo.environment["QUARRY_TEST_EXECUTABLE"] { return named }
        let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        return bundle.deletingLastPathComponent().appending(path: "quarry").path
    }
}

import Foundation
package import Storage

/// Credentials for other sites: set, look at what is set, remove, and, inside the server alone, use.
package struct IntegrationService: Sendable {
    private static let table = "integration"

    private let database: any Database
    private let clock: any Clock
    private let box: SecretBox
    private let repository = IntegrationRepository()

    package init(database: any Database, clock: any Clock, box: SecretBox) {
        self.database = database
        self.clock = clock
        self.box = box
    }

    /// Sets the credentials of one site, all of them anew.
    package func set(
        _ credentials: IntegrationCredentials, for principal: Principal, receipt: ReplyReceipt<IntegrationSummary>?
    ) async throws -> IntegrationSummary {
        let repository = repository
        let name = credentials.name
        let summary = IntegrationSummary(name: name, fields: credentials.fields, updatedAt: clock.now)
        let sealed = try box.seal(JSONText.bytes(credentials), for: Self.place(principal.organization, name))
        return try await database.write { connection in
            try repository.set(connection, principal.organization, summary, sealed: sealed, by: principal.member)
            try receipt?.finish(summary, on: connection)
            return summary
        }
    }

    /// What is set, by name.
    package func all(for principal: Principal) async throws -> [IntegrationSummary] {
        let repository = repository
        return try await database.read { try repository.all($0, principal.organization).map(\.summary) }
    }

    /// - Throws: `PlatformError.notFound`.
    package func get(_ name: IntegrationName, for principal: Principal) async throws -> IntegrationSummary {
        let repository = repository
        guard let row = try await database.read({ try repository.find($0, principal.organization, name) }) else { throw Self.unset(name) }
        return row.summary
    }

    /// - Throws: `PlatformError.notFound`, the second time too.
    package func delete(_ name: IntegrationName, for principal: Principal) async throws {
        let repository = repository
        let isGone = try await database.write { try repository.delete($0, principal.organization, name) }
        if !isGone { throw Self.unset(name) }
    }

    /// The credentials of one site, for the server's own use; nil when none are set.
    ///
    /// - Throws: `PlatformError.conflict` when they were sealed with another secret key.
    package func credentials(_ name: IntegrationName, of organization: OrganizationID) async throws -> IntegrationCredentials? {
        let repository = repository
        guard let row = try await database.read({ try repository.find($0, organization, name) }) else { return nil }
        do {
            let plain = try box.open(row.sealed, for: Self.place(organization, name))
            return try JSONDecoder().decode(IntegrationCredentials.self, from: plain)
        } catch is SecretBoxFault {
            throw PlatformError.conflict(
                "The stored credentials for \(name.title) cannot be read with this server's secret key, which is not the one they were stored "
                    + "with: set them again with PUT /v1/integrations/\(name.rawValue).", retryAfterSeconds: nil)
        }
    }

    /// The same where nothing works without them.
    ///
    /// - Throws: `PlatformError.malformed`, saying how to set them.
    package func requiredCredentials(_ name: IntegrationName, of organization: OrganizationID) async throws -> IntegrationCredentials {
        guard let found = try await credentials(name, of: organization) else {
            throw PlatformError.malformed(
                "No credentials for \(name.title) are set: set them with PUT /v1/integrations/\(name.rawValue) (scope org:admin).")
        }
        return found
    }

    private static func place(_ organization: OrganizationID, _ name: IntegrationName) -> SecretPlace {
        SecretPlace(organization: organization, table: table, name: name.rawValue)
    }

    private static func unset(_ name: IntegrationName) -> PlatformError {
        .notFound("No credentials for \(name.title) are set.")
    }
}

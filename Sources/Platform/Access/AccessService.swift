import Crypto
import Foundation
package import Storage

/// Who may come in: turns a bearer token into a principal, and makes the first organization, members and keys.
package struct AccessService: Sendable {
    /// The shortest owner key that is accepted, in characters (design §8).
    package static let shortestOwnerKey = 32
    /// `last_used_at` is written at most this often for each key, so that reading costs no write.
    static let lastUsedResolution = Duration.seconds(60)

    private let database: any Database
    private let clock: any Clock
    private let repository = AccessRepository()

    package init(database: any Database, clock: any Clock) {
        self.database = database
        self.clock = clock
    }

    /// The caller behind a bearer token.
    ///
    /// - Throws: `PlatformError.unauthenticated` when the token is unknown, revoked or expired.
    package func authenticate(token: String) async throws -> Principal {
        let hash = Self.hash(token)
        let now = clock.now
        let repository = repository
        guard let key = try await database.read({ try repository.findKey($0, secretHash: hash) }),
            key.expiresAt.map({ now < $0 }) ?? true
        else { throw PlatformError.unauthenticated("Invalid or expired token.") }
        if key.lastUsedAt.map({ $0.adding(Self.lastUsedResolution) < now }) ?? true {
            try await database.write { try repository.touchKey($0, key.principal.organization, key.id, at: now) }
        }
        return key.principal
    }

    /// Makes `secret` a key of the owner of the first organization, which is made if there is none yet. A second, different
    /// secret is added beside the first.
    package func ensureOwner(secret: String) async throws {
        let repository = repository
        let now = clock.now
        let hash = Self.hash(secret)
        try await database.write { connection in
            let organization: OrganizationID
            if let first = try repository.firstOrganization(connection) {
                organization = first
            } else {
                organization = .make(at: now)
                try repository.insertOrganization(connection, organization, name: "default", at: now)
            }
            let owner = try Self.member(connection, repository, organization, name: "owner", role: .owner, at: now)
            try repository.insertKey(
                connection, organization, member: owner, name: "owner key", secretHash: hash, scopes: Scope.ofOwner, expiresAt: nil, at: now
            )
        }
    }

    /// Makes a key for a member of an organization, both made when they do not exist, and returns its secret: the only time
    /// that it can be seen.
    package func createKey(
        organization name: String, member memberName: String, role: Role, scopes: Set<Scope>, expiresAt: Timestamp?
    ) async throws -> String {
        let repository = repository
        let now = clock.now
        let secret = Self.newSecret()
        let hash = Self.hash(secret)
        try await database.write { connection in
            var organization = try repository.findOrganization(connection, name: name)
            if organization == nil {
                let made = OrganizationID.make(at: now)
                try repository.insertOrganization(connection, made, name: name, at: now)
                organization = made
            }
            guard let organization else { throw PlatformError.internal("an organization was just made and is not there") }
            let member = try Self.member(connection, repository, organization, name: memberName, role: role, at: now)
            try repository.insertKey(
                connection, organization, member: member, name: "command line", secretHash: hash, scopes: scopes, expiresAt: expiresAt,
                at: now)
        }
        return secret
    }

    /// A new secret: `qk_` and 32 random bytes as hexadecimal digits.
    package static func newSecret() -> String {
        "qk_" + SymmetricKey(size: .bits256).withUnsafeBytes { Hexadecimal.text($0) }
    }

    private static func member(
        _ connection: any Connection, _ repository: AccessRepository, _ organization: OrganizationID, name: String, role: Role,
        at now: Timestamp
    ) throws -> MemberID {
        if let found = try repository.findMember(connection, organization, name: name) { return found.id }
        let made = MemberID.make(at: now)
        try repository.insertMember(connection, organization, made, name: name, role: role, at: now)
        return made
    }

    /// Secrets are 256 random bits, so a plain SHA-256 is enough: there is nothing to guess.
    private static func hash(_ secret: String) -> String {
        Hexadecimal.text(SHA256.hash(data: Data(secret.utf8)))
    }
}

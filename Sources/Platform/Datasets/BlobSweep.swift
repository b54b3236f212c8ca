import Foundation
package import Storage

/// Removes blobs that nothing names: what a process that died between storing and recording left behind.
package struct BlobSweep: Sendable {
    /// How long a blob may stand without a name (design §3).
    package static let patience = Duration.seconds(24 * 60 * 60)

    private let database: any Database
    private let blobs: BlobStore
    private let blobLock: SharedExclusiveLock
    private let references = BlobReferenceRepository()

    package init(database: any Database, blobs: BlobStore, blobLock: SharedExclusiveLock) {
        self.database = database
        self.blobs = blobs
        self.blobLock = blobLock
    }

    /// Removes what stood without a name for so long. Returns how many blobs that were.
    @discardableResult package func run(patience: Duration = BlobSweep.patience) async throws -> Int {
        var removed = 0
        try await blobs.visitBlobs(unchangedFor: Double(patience.milliseconds) / 1000) { keys in
            guard let organization = keys.first?.organization else { return }
            removed += try await erase(keys.map(\.sha256), of: OrganizationID(organization))
        }
        return removed
    }

    /// Removes those of the blobs that nothing names, and returns how many they were. That is asked while no upload can be between storing
    /// a blob and naming it.
    @discardableResult func erase(_ digests: [String], of organization: OrganizationID) async throws -> Int {
        if digests.isEmpty { return 0 }
        let (database, blobs, references) = (database, blobs, references)
        return try await blobLock.exclusive {
            let orphans = try await database.read { connection in
                try digests.filter { try !references.refersTo(connection, organization, sha256: $0) }
            }
            for sha256 in orphans { try await blobs.delete(BlobKey(organization: organization.text, sha256: sha256)) }
            return orphans.count
        }
    }
}

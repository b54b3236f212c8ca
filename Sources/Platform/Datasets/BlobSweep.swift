import Foundation
package import Storage

/// Removes blobs that nothing names: what a process that died between storing and recording left behind.
package struct BlobSweep: Sendable {
    /// How long a blob may stand without a name (design §3).
    package static let patience = Duration.seconds(24 * 60 * 60)

    private let database: any Database
    private let blobs: BlobStore
    private let blobLock: SharedExclusiveLock
    private let contents = ContentRepository()

    package init(database: any Database, blobs: BlobStore, blobLock: SharedExclusiveLock) {
        self.database = database
        self.blobs = blobs
        self.blobLock = blobLock
    }

    /// Whether a blob is named is asked while no upload can be between storing it and naming it. Returns how many were removed.
    @discardableResult package func run(patience: Duration = BlobSweep.patience) async throws -> Int {
        let (database, blobs, contents) = (database, blobs, contents)
        var removed = 0
        try await blobs.visitBlobs(unchangedFor: Double(patience.milliseconds) / 1000) { keys in
            removed += try await blobLock.exclusive {
                let orphans = try await database.read { connection in
                    try keys.filter { try !contents.refersTo(connection, OrganizationID($0.organization), sha256: $0.sha256) }
                }
                for key in orphans { try await blobs.delete(key) }
                return orphans.count
            }
        }
        return removed
    }
}

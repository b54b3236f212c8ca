import Foundation
import Storage

/// Makes a finished vector file part of its content.
struct VectorPublishing: Sendable {
    /// Runs an effect in a transaction behind a job's fence.
    typealias Transaction = @Sendable (@escaping @Sendable (any Connection) throws -> Bool) async throws -> Bool

    /// Which encoder the vectors are from.
    let family: String
    let blobs: BlobStore
    let blobLock: SharedExclusiveLock
    let sweep: BlobSweep
    let clock: any Clock
    private let contents = ContentRepository()

    init(family: String, blobs: BlobStore, blobLock: SharedExclusiveLock, sweep: BlobSweep, clock: any Clock) {
        self.family = family
        self.blobs = blobs
        self.blobLock = blobLock
        self.sweep = sweep
        self.clock = clock
    }

    /// Stores the file as a blob and names it in the content's row.
    ///
    /// - Throws: `JobLeaseLost`, and errors of storage.
    func publish(_ file: URL, of content: ContentID, _ organization: OrganizationID, in transaction: Transaction) async throws {
        let (contents, family, clock) = (contents, family, clock)
        let orphan = try await blobLock.shared { () -> String? in
            let sha256 = try await blobs.adopt(file, organization: organization.text).sha256
            let isNamed = try await transaction { connection in
                try contents.markEncoded(connection, organization, content, vectorsSHA256: sha256, family: family, at: clock.now)
            }
            return isNamed ? nil : sha256
        }
        // The content was purged meanwhile: its vectors must go too.
        if let orphan { try await sweep.erase([orphan], of: organization) }
    }
}

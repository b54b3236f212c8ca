import Foundation
import Platform
import Storage
import TestSupport
import Testing

@Suite struct BlobSweepConformance {
    @Test(arguments: Backend.all) func onlyBlobsThatNothingNamesAreRemoved(_ backend: Backend) async throws {
        let test = try await TestPlatform(backend)
        let caller = try await test.caller()
        let folder = TemporaryFolder()
        let blobs = try BlobStore(root: folder.url)
        let lock = SharedExclusiveLock()
        let files = FileService(
            database: test.database, blobs: blobs, clock: test.clock, faults: .none, mostBytes: 1_000, blobLock: lock,
            endWork: { _, _, _, _ in [] }, forgetIndexes: { _, _ in }, jobEnqueued: {})
        let upload = try await files.beginUpload()
        try await upload.write(Array("kept".utf8))
        let draft = try FileDraft(filename: "kept.txt", declaredType: nil, resource: nil)
        let file = try await files.create(draft, from: upload, for: caller.principal, receipt: nil)
        let organization = caller.principal.organization.text
        let spool = try await blobs.makeSpool()
        try await spool.write(Array("orphan".utf8))
        let orphan = BlobKey(organization: organization, sha256: try await blobs.store(spool, organization: organization).sha256)
        let kept = BlobKey(organization: organization, sha256: file.content.sha256)
        let sweep = BlobSweep(database: test.database, blobs: blobs, blobLock: lock)

        #expect(try await sweep.run() == 0)
        #expect(blobs.exists(orphan))
        #expect(try await sweep.run(patience: .seconds(-60)) == 1)
        #expect(!blobs.exists(orphan))
        #expect(blobs.exists(kept))
    }
}

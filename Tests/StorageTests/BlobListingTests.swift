import Foundation
import Storage
import TestSupport
import Testing

@Suite struct BlobListingTests {
    @Test func everyOldBlobIsVisitedOnceAndNoYoungOne() async throws {
        let folder = TemporaryFolder()
        let store = try BlobStore(root: folder.url)
        var stored: Set<BlobKey> = []
        for number in 0..<40 {
            let spool = try await store.makeSpool()
            try await spool.write(Array("blob \(number)".utf8))
            let organization = number % 2 == 0 ? "one" : "two"
            stored.insert(BlobKey(organization: organization, sha256: try await store.store(spool, organization: organization).sha256))
        }
        var visited: [BlobKey] = []
        try await store.visitBlobs(unchangedFor: -60) { visited += $0 }
        #expect(visited.count == 40)
        #expect(Set(visited) == stored)
        visited = []
        try await store.visitBlobs(unchangedFor: 3600) { visited += $0 }
        #expect(visited.isEmpty)
    }
}

import Crypto
import Foundation
import Testing

@testable import Storage

@Suite struct BlobStoreTests {
    /// A store in a folder of its own, which goes with the test.
    private final class Place: Sendable {
        let root: URL
        let store: BlobStore

        init() throws {
            root = FileManager.default.temporaryDirectory.appendingPathComponent("quarry_blobs_\(UInt64.random(in: .min ... .max))")
            store = try BlobStore(root: root)
        }

        deinit {
            try? FileManager.default.removeItem(at: root)
        }

        var spoolFiles: [String] {
            get throws { try FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent("spool").path) }
        }

        func put(_ bytes: [UInt8], organization: String = "org") async throws -> StoredBlob {
            let spool = try await store.makeSpool()
            try await spool.write(bytes)
            return try await store.store(spool, organization: organization)
        }
    }

    private func sha256(_ bytes: [UInt8]) -> String {
        SHA256.hash(data: bytes).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    private func collect(_ stream: AsyncThrowingStream<[UInt8], any Error>) async throws -> [[UInt8]] {
        var chunks: [[UInt8]] = []
        for try await chunk in stream { chunks.append(chunk) }
        return chunks
    }

    private let sample: [UInt8] = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }

    @Test func streamedBytesAreNamedByTheirDigest() async throws {
        let place = try Place()
        let spool = try await place.store.makeSpool()
        for start in stride(from: 0, to: sample.count, by: 7000) {
            try await spool.write(Array(sample[start..<min(start + 7000, sample.count)]))
        }
        #expect(spool.size == 100_000)
        let finished = try await spool.finish()
        #expect(finished.sha256 == sha256(sample))
        let stored = try await place.store.store(spool, organization: "org")
        #expect(stored == StoredBlob(sha256: sha256(sample), size: 100_000, alreadyPresent: false))
        let key = BlobKey(organization: "org", sha256: stored.sha256)
        #expect(key.path == "org/\(stored.sha256)")
        #expect(try place.store.size(key) == 100_000)
        #expect(try Data(contentsOf: place.store.localFile(key)) == Data(sample))
        #expect(try place.spoolFiles.isEmpty)
    }

    @Test func theSameBytesAreKeptOnceForEachOrganization() async throws {
        let place = try Place()
        let first = try await place.put(sample)
        let file = try place.store.localFile(BlobKey(organization: "org", sha256: first.sha256))
        let before = try FileManager.default.attributesOfItem(atPath: file.path)[.systemFileNumber] as? Int
        #expect(try await place.put(sample).alreadyPresent)
        let after = try FileManager.default.attributesOfItem(atPath: file.path)[.systemFileNumber] as? Int
        #expect(before == after, "the old file is kept")
        #expect(!(try await place.put(sample, organization: "other").alreadyPresent))
        #expect(try place.spoolFiles.isEmpty)
    }

    @Test func aDamagedBlobIsReplaced() async throws {
        let place = try Place()
        let stored = try await place.put(sample)
        let key = BlobKey(organization: "org", sha256: stored.sha256)
        try Data([1]).write(to: try place.store.localFile(key))
        #expect(!(try await place.put(sample).alreadyPresent))
        #expect(try place.store.size(key) == 100_000)
    }

    @Test func aFileIsAdopted() async throws {
        let place = try Place()
        for expected in [false, true] {
            let file = place.root.appendingPathComponent("finished")
            try Data(sample).write(to: file)
            let stored = try await place.store.adopt(file, organization: "org")
            #expect(stored == StoredBlob(sha256: sha256(sample), size: 100_000, alreadyPresent: expected))
            #expect(!FileManager.default.fileExists(atPath: file.path))
        }
        await #expect(throws: BlobError.notFound("/nowhere")) {
            try await place.store.adopt(URL(fileURLWithPath: "/nowhere"), organization: "org")
        }
    }

    @Test func aFileOfAnotherFileSystemIsCopied() async throws {
        let place = try Place()
        // Memory on Linux; where it is missing or the same file system, the file is simply moved.
        let folder = FileManager.default.fileExists(atPath: "/dev/shm") ? URL(fileURLWithPath: "/dev/shm") : place.root
        let file = folder.appendingPathComponent("quarry_adopt_\(UInt64.random(in: .min ... .max))")
        try Data(sample).write(to: file)
        let stored = try await place.store.adopt(file, organization: "org")
        #expect(stored.sha256 == sha256(sample))
        #expect(try place.store.size(BlobKey(organization: "org", sha256: stored.sha256)) == 100_000)
        #expect(!FileManager.default.fileExists(atPath: file.path))
        #expect(try place.spoolFiles.isEmpty)
    }

    @Test func aBlobIsReadInPiecesWholeOrInPart() async throws {
        let place = try Place()
        let key = BlobKey(organization: "org", sha256: try await place.put(sample).sha256)
        let all = try await collect(place.store.read(key, range: nil, chunkSize: 30_000))
        #expect(all.map(\.count) == [30_000, 30_000, 30_000, 10_000])
        #expect(Array(all.joined()) == sample)
        let part = try await collect(place.store.read(key, range: 99_990..<100_000, chunkSize: 4))
        #expect(part.map(\.count) == [4, 4, 2])
        #expect(Array(part.joined()) == Array(sample[99_990...]))
        #expect(try await collect(place.store.read(key, range: 5..<5, chunkSize: 4)).isEmpty)
        for range: Range<Int64> in [0..<100_001, -1..<5, 200_000..<200_001] {
            await #expect(throws: BlobError.invalidRange(size: 100_000)) {
                try await collect(place.store.read(key, range: range, chunkSize: 4))
            }
        }
    }

    @Test func anEmptyBlobIsABlob() async throws {
        let place = try Place()
        let key = BlobKey(organization: "org", sha256: try await place.put([]).sha256)
        #expect(try place.store.size(key) == 0)
        #expect(try await collect(place.store.read(key, range: nil, chunkSize: 4)).isEmpty)
    }

    @Test func nothingIsReadBeforeItIsAskedFor() async throws {
        let place = try Place()
        let key = BlobKey(organization: "org", sha256: try await place.put([1, 2, 3]).sha256)
        var pieces = place.store.read(key, range: nil, chunkSize: 1).makeAsyncIterator()
        #expect(try await pieces.next() == [1])
        // Were the rest read already, the change on the disk would go unseen.
        let handle = try FileHandle(forWritingTo: place.store.localFile(key))
        try handle.seek(toOffset: 1)
        try handle.write(contentsOf: Data([8, 9]))
        try handle.close()
        #expect(try await pieces.next() == [8])
        // A reader goes on although the blob has been deleted.
        try await place.store.delete(key)
        #expect(try await pieces.next() == [9])
        #expect(try await pieces.next() == nil)
    }

    @Test func aMissingBlobIsNotFoundAndDeletingItIsFine() async throws {
        let place = try Place()
        let key = BlobKey(organization: "org", sha256: try await place.put([1]).sha256)
        #expect(place.store.exists(key))
        try await place.store.delete(key)
        try await place.store.delete(key)
        #expect(!place.store.exists(key))
        #expect(throws: BlobError.notFound(key.path)) { try place.store.size(key) }
        #expect(throws: BlobError.notFound(key.path)) { try place.store.localFile(key) }
        await #expect(throws: BlobError.notFound(key.path)) { try await collect(place.store.read(key, range: nil, chunkSize: 1)) }
    }

    @Test(arguments: ["..", ".", "", "a/b", "/etc", "a\u{0}b", "a b", "%2e%2e", "..\\x", "ü", String(repeating: "a", count: 129)])
    func aKeyThatCouldLeaveTheFolderIsRefused(_ part: String) async throws {
        let place = try Place()
        for key in [BlobKey(organization: part, sha256: "abcdef"), BlobKey(organization: "org", sha256: part)] {
            #expect(throws: BlobError.invalidKey) { try place.store.localFile(key) }
            #expect(throws: BlobError.invalidKey) { try place.store.size(key) }
            #expect(!place.store.exists(key))
            await #expect(throws: BlobError.invalidKey) { try await place.store.delete(key) }
            await #expect(throws: BlobError.invalidKey) { try await collect(place.store.read(key, range: nil, chunkSize: 1)) }
        }
        await #expect(throws: BlobError.invalidKey) { try await place.put([1], organization: part) }
    }

    @Test func aSpoolLeavesNothingUnlessItIsStored() async throws {
        let place = try Place()
        let discarded = try await place.store.makeSpool()
        try await discarded.write([1])
        await discarded.discard()
        await discarded.discard()
        await #expect(throws: BlobError.spoolClosed) { try await discarded.write([2]) }
        await #expect(throws: BlobError.spoolClosed) { try await place.store.store(discarded, organization: "org") }
        do {
            let forgotten = try await place.store.makeSpool()
            try await forgotten.write([1])
        }
        #expect(try place.spoolFiles.isEmpty)
        try Data([1]).write(to: place.root.appendingPathComponent("spool/left-over"))
        _ = try BlobStore(root: place.root)
        #expect(try place.spoolFiles.isEmpty)
    }

    @Test func manyStoresOfOneBlobAgree() async throws {
        let place = try Place()
        let stored = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<20 { group.addTask { try await place.put(sample).sha256 } }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(stored == [sha256(sample)])
        #expect(try place.spoolFiles.isEmpty)
    }

    @Test func aFullDiskIsUnavailable() throws {
        // Linux's device that is always full.
        let path = "/dev/full"
        try #require(FileManager.default.fileExists(atPath: path))
        let descriptor = try FileSystem.open(path, O_WRONLY)
        defer { close(descriptor) }
        #expect { try [UInt8](repeating: 1, count: 10).withUnsafeBytes { try FileSystem.write($0, to: descriptor, path: path) } } throws: {
            if case .unavailable(let reason) = $0 as? BlobError { reason.contains(path) } else { false }
        }
    }

    @Test func aRootThatCannotBeMadeIsUnavailable() throws {
        let place = try Place()
        let file = place.root.appendingPathComponent("file")
        try Data([1]).write(to: file)
        #expect { try BlobStore(root: file) } throws: {
            if case .unavailable = $0 as? BlobError { true } else { false }
        }
    }
}

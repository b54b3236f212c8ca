import Crypto
package import Foundation

/// Immutable bytes on a local disk, named by their digest and kept apart by organization:
/// `root/blobs/<organization>/<first two digits>/<sha256>`. Bytes arrive in `root/spool` and are moved into place, so that a blob is
/// there completely or not at all, after a power failure too.
package struct BlobStore: Sendable {
    let blobs: String
    private let spools: String
    let disk = DiskQueue()

    /// Bytes read at a time while a file is hashed or copied.
    private static let copyChunkSize = 1 << 20

    /// Opens the store below `root`, making its folders, and removes spool files that an earlier process left. Blocks for a moment.
    /// Only one process may use a root (`ProcessLock`). Throws `BlobError.unavailable`.
    package init(root: URL) throws {
        blobs = root.appendingPathComponent("blobs").path
        spools = root.appendingPathComponent("spool").path
        do {
            for folder in [blobs, spools] {
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            }
            for name in try FileManager.default.contentsOfDirectory(atPath: spools) { try FileSystem.remove("\(spools)/\(name)") }
        } catch let error as BlobError {
            throw error
        } catch {
            throw BlobError.unavailable("opening \(root.path): \(error.localizedDescription)")
        }
    }

    /// An empty file to stream an upload into.
    package func makeSpool() async throws -> BlobSpool {
        let disk = self.disk
        let path = "\(spools)/\(Self.randomName())"
        return try await disk.run { try BlobSpool(path: path, disk: disk) }
    }

    /// Moves a spool into place and returns once that survives a power failure. If the organization has these bytes already, they are
    /// kept and the spool is dropped.
    package func store(_ spool: BlobSpool, organization: String) async throws -> StoredBlob {
        try await disk.run { try put(spool, organization: organization) }
    }

    /// Hashes a finished local file and moves it in; it must not change meanwhile and is gone afterwards. A file on another file
    /// system is copied.
    package func adopt(_ file: URL, organization: String) async throws -> StoredBlob {
        let source = file.path
        return try await disk.run {
            let descriptor = try FileSystem.open(source, O_RDONLY, key: source)
            defer { close(descriptor) }
            var hasher = SHA256()
            var size: Int64 = 0
            try forEachChunk(of: descriptor, path: source) { bytes in
                hasher.update(bufferPointer: bytes)
                size += Int64(bytes.count)
            }
            let sha256 = hasher.finalize().hexadecimal
            let target = try location(of: BlobKey(organization: organization, sha256: sha256))
            if try FileSystem.size(target.file) == size {
                try FileSystem.remove(source)
                return StoredBlob(sha256: sha256, size: size, alreadyPresent: true)
            }
            try makeFolders(for: target)
            try FileSystem.flush(descriptor, path: source)
            if try FileSystem.rename(source, to: target.file) {
                try FileSystem.flushFolder(target.folder)
                return StoredBlob(sha256: sha256, size: size, alreadyPresent: false)
            }
            let stored = try put(try copy(descriptor, path: source), organization: organization)
            try FileSystem.remove(source)
            return stored
        }
    }

    /// The blob's file, for a reader that maps or opens it and never writes. Throws `BlobError.notFound`.
    package func localFile(_ key: BlobKey) throws -> URL {
        let file = try location(of: key).file
        guard try FileSystem.size(file) != nil else { throw BlobError.notFound(key.path) }
        return URL(fileURLWithPath: file)
    }

    /// Whether the blob is there and can be looked at.
    package func exists(_ key: BlobKey) -> Bool {
        (try? localFile(key)) != nil
    }

    /// The blob's size in bytes. Throws `BlobError.notFound`.
    package func size(_ key: BlobKey) throws -> Int64 {
        guard let size = try FileSystem.size(try location(of: key).file) else { throw BlobError.notFound(key.path) }
        return size
    }

    /// The blob's bytes, or those of `range`, in pieces of at most `chunkSize` bytes. A piece is read when it is asked for, so nothing
    /// piles up behind a slow reader. The stream throws `BlobError.notFound` or `.invalidRange`. In a cancelled task it ends early.
    package func read(_ key: BlobKey, range: Range<Int64>?, chunkSize: Int) -> AsyncThrowingStream<[UInt8], any Error> {
        let reader = BlobReader(store: self, key: key, range: range, chunkSize: max(1, chunkSize))
        let disk = self.disk
        return AsyncThrowingStream {
            try Task.checkCancellation()
            return try await disk.run { try reader.next() }
        }
    }

    /// Removes a blob; one that is not there is fine. Readers that have it open are not disturbed.
    package func delete(_ key: BlobKey) async throws {
        try await disk.run {
            let target = try location(of: key)
            if try FileSystem.remove(target.file) { try FileSystem.flushFolder(target.folder) }
        }
    }

    /// The same as `store`, blocking.
    private func put(_ spool: BlobSpool, organization: String) throws -> StoredBlob {
        let (sha256, size) = try spool.finished()
        let target = try location(of: BlobKey(organization: organization, sha256: sha256))
        // A blob of another size can only be damage from outside; the new bytes replace it.
        if try FileSystem.size(target.file) == size {
            try spool.drop()
            return StoredBlob(sha256: sha256, size: size, alreadyPresent: true)
        }
        try makeFolders(for: target)
        try spool.move(to: target.file)
        try FileSystem.flushFolder(target.folder)
        return StoredBlob(sha256: sha256, size: size, alreadyPresent: false)
    }

    /// A spool with the bytes of an open file, from its beginning.
    private func copy(_ descriptor: Int32, path: String) throws -> BlobSpool {
        let spool = try BlobSpool(path: "\(spools)/\(Self.randomName())", disk: disk)
        try FileSystem.seek(descriptor, to: 0, path: path)
        try forEachChunk(of: descriptor, path: path) { try spool.append($0) }
        return spool
    }

    private func forEachChunk(of descriptor: Int32, path: String, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        while true {
            let bytes = try FileSystem.read(Self.copyChunkSize, from: descriptor, path: path)
            if bytes.isEmpty { return }
            try bytes.withUnsafeBytes(body)
        }
    }

    private func makeFolders(for target: Location) throws(BlobError) {
        try FileSystem.makeFolder(target.organizationFolder, in: blobs)
        try FileSystem.makeFolder(target.folder, in: target.organizationFolder)
    }

    private struct Location {
        let organizationFolder: String
        let folder: String
        let file: String
    }

    /// The only place where a key becomes a path.
    private func location(of key: BlobKey) throws(BlobError) -> Location {
        guard key.isWellFormed else { throw .invalidKey }
        let organizationFolder = "\(blobs)/\(key.organization)"
        let folder = "\(organizationFolder)/\(key.sha256.prefix(2))"
        return Location(organizationFolder: organizationFolder, folder: folder, file: "\(folder)/\(key.sha256)")
    }

    private static func randomName() -> String {
        String(UInt64.random(in: .min ... .max), radix: 16) + String(UInt64.random(in: .min ... .max), radix: 16)
    }
}

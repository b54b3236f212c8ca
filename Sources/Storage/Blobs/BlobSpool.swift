import Crypto
import Foundation
import Synchronization

/// Bytes on their way into the store: written to a file of their own and hashed as they come. One writer at a time.
package final class BlobSpool: Sendable {
    private struct State {
        /// Nil once the file has been moved or removed.
        var descriptor: Int32?
        var hasher = SHA256()
        var digest: String?
        /// Bytes that the disk may not have yet.
        var unflushed = 0
    }

    /// From so many bytes on they are flushed while more arrive: whoever sends two gigabytes must not wait for the disk at the end, when many
    /// clients give up after five silent seconds.
    private static let flushSize = 64 << 20

    let path: String
    private let disk: DiskQueue
    private let state: Mutex<State>
    /// Beside the lock, which is held while the disk works.
    private let written = Atomic<Int64>(0)

    /// Opens a new file at `path`; blocks.
    init(path: String, disk: DiskQueue) throws(BlobError) {
        self.path = path
        self.disk = disk
        state = Mutex(State(descriptor: try FileSystem.open(path, O_WRONLY | O_CREAT | O_EXCL)))
    }

    /// A spool that nobody stored leaves nothing on the disk.
    deinit {
        state.withLock { state in
            guard let descriptor = state.descriptor else { return }
            Foundation.close(descriptor)
            unlink(path)
        }
    }

    /// Appends bytes; returns once they are with the operating system, so that a caller who waits never runs ahead of the disk.
    /// Throws `BlobError.unavailable`, for instance for a full disk.
    package func write(_ bytes: [UInt8]) async throws {
        try await disk.run { try bytes.withUnsafeBytes { try self.append($0) } }
    }

    /// Bytes written so far.
    package var size: Int64 { written.load(ordering: .relaxed) }

    /// Ends writing, and tells the digest (lowercase hexadecimal) and the size. May be called again.
    package func finish() async throws -> (sha256: String, size: Int64) {
        try await disk.run { try self.finished() }
    }

    /// Throws the bytes away. Doing so twice, or after storing, is fine.
    package func discard() async {
        // What cannot be removed now goes when the store is next opened.
        try? await disk.run { try self.drop() }
    }

    /// The same as `write`, blocking.
    func append(_ bytes: UnsafeRawBufferPointer) throws(BlobError) {
        try state.withLock { (state) throws(BlobError) in
            guard let descriptor = state.descriptor, state.digest == nil else { throw .spoolClosed }
            try FileSystem.write(bytes, to: descriptor, path: path)
            state.hasher.update(bufferPointer: bytes)
            written.add(Int64(bytes.count), ordering: .relaxed)
            state.unflushed += bytes.count
            if state.unflushed >= Self.flushSize {
                try FileSystem.flush(descriptor, path: path)
                state.unflushed = 0
            }
        }
    }

    /// The same as `finish`, blocking.
    func finished() throws(BlobError) -> (sha256: String, size: Int64) {
        try state.withLock { (state) throws(BlobError) in
            guard state.descriptor != nil else { throw .spoolClosed }
            let digest = state.digest ?? state.hasher.finalize().hexadecimal
            state.digest = digest
            return (digest, size)
        }
    }

    /// Flushes the bytes to the disk and moves the file to `target`; blocks.
    func move(to target: String) throws(BlobError) {
        try state.withLock { (state) throws(BlobError) in
            guard let descriptor = state.descriptor else { throw .spoolClosed }
            try FileSystem.flush(descriptor, path: path)
            guard try FileSystem.rename(path, to: target) else { throw .unavailable("blobs and spool are on different file systems") }
            Foundation.close(descriptor)
            state.descriptor = nil
        }
    }

    /// The same as `discard`, blocking.
    func drop() throws(BlobError) {
        try state.withLock { (state) throws(BlobError) in
            guard let descriptor = state.descriptor else { return }
            Foundation.close(descriptor)
            state.descriptor = nil
            try FileSystem.remove(path)
        }
    }
}

extension SHA256Digest {
    /// Lowercase hexadecimal digits.
    var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

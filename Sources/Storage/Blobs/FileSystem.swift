import Foundation

/// The few calls of the file system that blobs need, with errors as `BlobError`. They block: call them on `DiskQueue` only.
enum FileSystem {
    /// Opens a file; the descriptor is not inherited by child processes. `key` names a missing file in the error.
    static func open(_ path: String, _ flags: Int32, key: String? = nil) throws(BlobError) -> Int32 {
        while true {
            let descriptor = Foundation.open(path, flags | O_CLOEXEC, 0o600)
            if descriptor >= 0 { return descriptor }
            if errno == ENOENT, let key { throw .notFound(key) }
            if errno != EINTR { throw failure("opening", path) }
        }
    }

    /// Writes all of `bytes`.
    static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, path: String) throws(BlobError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Foundation.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw failure("writing", path)
            }
            rest = rest.dropFirst(count)
        }
    }

    /// Reads up to `count` bytes; an empty array is the end of the file.
    static func read(_ count: Int, from descriptor: Int32, path: String) throws(BlobError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        while true {
            let read = bytes.withUnsafeMutableBytes { Foundation.read(descriptor, $0.baseAddress, $0.count) }
            if read >= 0 {
                bytes.removeLast(count - read)
                return bytes
            }
            if errno != EINTR { throw failure("reading", path) }
        }
    }

    /// Moves the place where the next read begins.
    static func seek(_ descriptor: Int32, to offset: Int64, path: String) throws(BlobError) {
        guard lseek(descriptor, off_t(offset), SEEK_SET) >= 0 else { throw failure("reading", path) }
    }

    /// Returns once the bytes of an open file are on the disk.
    static func flush(_ descriptor: Int32, path: String) throws(BlobError) {
        guard fsync(descriptor) == 0 else { throw failure("flushing", path) }
    }

    /// Returns once the names in a folder are on the disk.
    static func flushFolder(_ path: String) throws(BlobError) {
        let descriptor = try open(path, O_RDONLY | O_DIRECTORY)
        defer { Foundation.close(descriptor) }
        try flush(descriptor, path: path)
    }

    /// Makes a folder inside one that exists, and sees to it that it stays after a power failure. One that is there is fine.
    static func makeFolder(_ path: String, in parent: String) throws(BlobError) {
        if mkdir(path, 0o700) == 0 { return try flushFolder(parent) }
        if errno != EEXIST { throw failure("making", path) }
    }

    /// Gives a file another name, replacing what has it. Returns false if that name is on another file system.
    static func rename(_ path: String, to target: String) throws(BlobError) -> Bool {
        if Foundation.rename(path, target) == 0 { return true }
        if errno == EXDEV { return false }
        throw failure("moving", path)
    }

    /// Removes a file; one that is not there is fine. Returns whether it was there.
    @discardableResult
    static func remove(_ path: String) throws(BlobError) -> Bool {
        if unlink(path) == 0 { return true }
        if errno == ENOENT { return false }
        throw failure("removing", path)
    }

    /// The size of a regular file in bytes, nil if there is none.
    static func size(_ path: String) throws(BlobError) -> Int64? {
        var status = stat()
        if stat(path, &status) == 0 { return status.st_mode & S_IFMT == S_IFREG ? Int64(status.st_size) : nil }
        if errno == ENOENT || errno == ENOTDIR { return nil }
        throw failure("looking at", path)
    }

    private static func failure(_ action: String, _ path: String) -> BlobError {
        let reason = String(cString: strerror(errno))
        return .unavailable("\(action) \(path): \(reason)")
    }
}

/// Where blocking file calls run: a few threads of our own, so that a slow disk never holds up the cooperative pool.
struct DiskQueue: Sendable {
    /// Calls that run at once; the others wait in order.
    static let maximumConcurrentCalls = 8

    private let queue: OperationQueue

    init() {
        queue = OperationQueue()
        queue.maxConcurrentOperationCount = Self.maximumConcurrentCalls
    }

    /// Runs `body` on one of the threads and returns what it returned.
    func run<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            queue.addOperation { continuation.resume(with: Result { try body() }) }
        }
    }
}

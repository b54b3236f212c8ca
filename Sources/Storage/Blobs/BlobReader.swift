import Foundation
import Synchronization

/// One reading of a blob: opened at the first piece, closed at the end or when nobody holds it any more.
final class BlobReader: Sendable {
    private struct State {
        var descriptor: Int32?
        /// Bytes still to come; nil before the file is open.
        var remaining: Int64?
    }

    private let store: BlobStore
    private let key: BlobKey
    private let range: Range<Int64>?
    private let chunkSize: Int
    private let state = Mutex(State())

    init(store: BlobStore, key: BlobKey, range: Range<Int64>?, chunkSize: Int) {
        self.store = store
        self.key = key
        self.range = range
        self.chunkSize = chunkSize
    }

    deinit {
        state.withLock { Self.close(&$0) }
    }

    /// The next piece, nil at the end; blocks.
    func next() throws -> [UInt8]? {
        try state.withLock { state in
            if state.remaining == nil { try open(&state) }
            guard let descriptor = state.descriptor, let remaining = state.remaining, remaining > 0 else {
                Self.close(&state)
                return nil
            }
            let wanted = Int(min(Int64(chunkSize), remaining))
            let bytes = try FileSystem.read(wanted, from: descriptor, path: key.path)
            guard !bytes.isEmpty else { throw BlobError.unavailable("the blob \(key.path) is shorter than it was") }
            state.remaining = remaining - Int64(bytes.count)
            return bytes
        }
    }

    private func open(_ state: inout State) throws {
        let size = try store.size(key)
        let range = self.range ?? 0..<size
        guard range.lowerBound >= 0, range.upperBound <= size else { throw BlobError.invalidRange(size: size) }
        let descriptor = try FileSystem.open(try store.localFile(key).path, O_RDONLY, key: key.path)
        state.descriptor = descriptor
        try FileSystem.seek(descriptor, to: range.lowerBound, path: key.path)
        state.remaining = range.upperBound - range.lowerBound
    }

    private static func close(_ state: inout State) {
        if let descriptor = state.descriptor { Foundation.close(descriptor) }
        state.descriptor = nil
    }
}

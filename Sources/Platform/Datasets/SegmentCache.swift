import Retrieval
import Storage
import Synchronization

/// The segments that searches use, read once and kept while there is room. Least recently used go first.
final class SegmentCache: Sendable {
    /// Bytes of segments kept before the least recently used are dropped.
    static let defaultCapacity = 512 * 1024 * 1024

    private struct Entry { let segment: Segment; var lastUse: UInt64 }
    private struct State { var entries: [BlobKey: Entry] = [:]; var bytes = 0; var clock: UInt64 = 0 }
    private let state = Mutex(State())
    private let blobs: BlobStore
    private let capacity: Int

    init(blobs: BlobStore, capacity: Int = SegmentCache.defaultCapacity) {
        self.blobs = blobs
        self.capacity = capacity
    }

    /// The segments with the given names, in their order. Blocks: reads from disk what is not there yet.
    func segments(_ keys: [BlobKey]) throws -> [Segment] {
        var found: [Segment?] = state.withLock { state in
            state.clock += 1
            let use = state.clock
            return keys.map { key in
                state.entries[key]?.lastUse = use
                return state.entries[key]?.segment
            }
        }
        for (index, key) in keys.enumerated() where found[index] == nil {
            let segment = try Segment(contentsOf: blobs.localFile(key))
            found[index] = segment
            keep(segment, key)
        }
        return found.compactMap { $0 }
    }

    private func keep(_ segment: Segment, _ key: BlobKey) {
        state.withLock { state in
            if state.entries[key] != nil { return }
            state.entries[key] = Entry(segment: segment, lastUse: state.clock)
            state.bytes += segment.byteSize
            guard state.bytes > capacity else { return }
            for (oldKey, old) in state.entries.sorted(by: { $0.value.lastUse < $1.value.lastUse }) where oldKey != key {
                state.entries[oldKey] = nil
                state.bytes -= old.segment.byteSize
                if state.bytes <= capacity * 3 / 4 { break }
            }
        }
    }
}

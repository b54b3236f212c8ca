import Dispatch
import Foundation
import Logging
import Storage
import Synchronization

/// The indexes of the datasets that were searched lately, and their merging in the background.
final class DatasetIndexes: Sendable {
    /// Datasets whose indexes are kept open; beyond, the least recently searched are closed.
    static let mostOpen = 1_024

    struct Key: Hashable, Sendable {
        let organization: OrganizationID
        let dataset: DatasetID
    }

    private struct Entry {
        let shelf: DatasetShelf
        var lastUse: UInt64
        var isMerging = false
    }

    private struct State {
        var entries: [Key: Entry] = [:]
        var clock: UInt64 = 0
    }

    /// The plans over these indexes.
    let plans = SearchPlans()
    private let folder: URL
    private let blobs: BlobStore
    private let family: String?
    private let logger: Logger
    private let state = Mutex(State())
    /// Merging takes one thread, and less urgently than anything that somebody waits for.
    private let merging = DispatchQueue(label: "quarry.index-merging", qos: .utility)

    /// - Parameters:
    ///   - folder: for merged units; kept from one process to the next.
    ///   - family: the encoder's; nil without one.
    init(folder: URL, blobs: BlobStore, family: String?, logger: Logger) {
        self.folder = folder
        self.blobs = blobs
        self.family = family
        self.logger = logger
    }

    /// Where a dataset's index is kept.
    func shelf(_ key: Key) -> DatasetShelf {
        state.withLock { state in
            state.clock += 1
            if let entry = state.entries[key] {
                state.entries[key]?.lastUse = state.clock
                return entry.shelf
            }
            if state.entries.count >= Self.mostOpen {
                let idle = state.entries.filter { !$0.value.isMerging }.min { $0.value.lastUse < $1.value.lastUse }
                if let idle { state.entries[idle.key] = nil }
            }
            let shelf = DatasetShelf(organization: key.organization, folder: folder(of: key), blobs: blobs, family: family)
            state.entries[key] = Entry(shelf: shelf, lastUse: state.clock)
            return shelf
        }
    }

    /// Merges what is worth it, unless that is going on already.
    func mergeInBackground(_ key: Key, _ index: DatasetIndex) {
        guard MergeChoice.next(index.units) != nil else { return }
        let isOurs = state.withLock { state in
            guard state.entries[key]?.isMerging == false else { return false }
            state.entries[key]?.isMerging = true
            return true
        }
        guard isOurs else { return }
        let shelf = shelf(key)
        merging.async { [self] in
            do {
                try shelf.merge()
            } catch {
                logger.warning("segments could not be merged", metadata: ["dataset": "\(key.dataset)", "error": "\(error)"])
            }
            plans.forgetAll()
            state.withLock { $0.entries[key]?.isMerging = false }
        }
    }

    /// Waits until all merging begun so far has ended.
    func waitForMerging() async { await withCheckedContinuation { continuation in merging.async { continuation.resume() } } }

    /// Removes every merged copy of the datasets' passages. Blocks.
    func forget(_ datasets: [DatasetID], of organization: OrganizationID) {
        for dataset in datasets { shelf(Key(organization: organization, dataset: dataset)).forget() }
        plans.forgetAll()
    }

    private func folder(of key: Key) -> URL { folder.appending(path: key.organization.text).appending(path: key.dataset.text) }
}

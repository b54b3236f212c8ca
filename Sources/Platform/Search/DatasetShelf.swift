import Foundation
import Retrieval
import Storage
import Synchronization

/// The index of one dataset as this process has it, and the merged units that it keeps on disk for it. Every call blocks.
final class DatasetShelf: Sendable {
    /// Merges of one call; what is left then waits for the next search.
    static let mostMerges = 64

    private let organization: OrganizationID
    private let folder: URL
    private let blobs: BlobStore
    private let family: String?
    /// Held while an index is made, which takes time; `current` never is.
    private let making = Mutex(())
    private let current = Mutex<DatasetIndex?>(nil)
    /// Grows with each `forget`, so that a merge can tell that one came in between.
    private let forgettings = Mutex(0)

    /// - Parameters:
    ///   - folder: for the dataset's merged units, kept from one process to the next.
    ///   - family: the encoder's; nil without one.
    init(organization: OrganizationID, folder: URL, blobs: BlobStore, family: String?) {
        self.organization = organization
        self.folder = folder
        self.blobs = blobs
        self.family = family
    }

    /// The index for a state; nil when another one is at hand.
    func index(for state: DatasetState) -> DatasetIndex? {
        current.withLock { $0?.state == state ? $0 : nil }
    }

    /// Makes the index for a state of what is visible then.
    ///
    /// - Throws: errors of files.
    func makeIndex(for state: DatasetState, of contents: [VisibleContent]) throws -> DatasetIndex {
        try making.withLock { _ in
            if let index = index(for: state) { return index }
            return try replace(known: current.withLock { $0?.units.map(\.unit) } ?? openMerged(), state, contents)
        }
    }

    /// Merges until nothing is worth it.
    ///
    /// - Throws: errors of files.
    func merge() throws {
        for _ in 0..<Self.mostMerges {
            let forgettings = forgettings.withLock { $0 }
            guard let index = current.withLock({ $0 }), let chosen = MergeChoice.next(index.units) else { return }
            let parts = try chosen.flatMap { try wholeUnits(of: $0, in: index) }
            let merged = try MergedFolder.write(parts, in: folder)
            try making.withLock { _ in
                guard let index = current.withLock({ $0 }), self.forgettings.withLock({ $0 }) == forgettings else {
                    // Forgotten meanwhile, and perhaps made anew: what was merged may hold what must be gone.
                    merged.folder?.remove()
                    return
                }
                _ = try replace(known: [merged] + index.units.map(\.unit), index.state, index.contents)
            }
        }
    }

    /// Removes the merged copies of everything: called when something of it was erased.
    func forget() {
        making.withLock { _ in
            forgettings.withLock { $0 += 1 }
            current.withLock { $0 = nil }
            try? FileManager.default.removeItem(at: folder)
        }
    }

    /// Makes and keeps the index, and removes those merged units that are of no use to it.
    private func replace(known: [IndexUnit], _ state: DatasetState, _ contents: [VisibleContent]) throws -> DatasetIndex {
        let index = try DatasetIndex(state: state, contents: contents, family: family, known: known, open: open)
        let used = Set(index.units.map { ObjectIdentifier($0.unit) })
        for unit in known where !used.contains(ObjectIdentifier(unit)) { unit.folder?.remove() }
        current.withLock { $0 = index }
        return index
    }

    /// A unit of which all is visible is merged as it is; of any other one, the visible contents' own files are.
    private func wholeUnits(of visible: DatasetIndex.VisibleUnit, in index: DatasetIndex) throws -> [IndexUnit] {
        if visible.mask == nil { return [visible.unit] }
        return try visible.parts.map { try open(index.contents[$0.content]) }
    }

    private func open(_ content: VisibleContent) throws -> IndexUnit {
        let segment = try Segment(contentsOf: blobs.localFile(key(content.segmentSHA256)))
        var vectors: VectorFile?
        if let family, content.hasVectors(of: family), let sha256 = content.vectorsSHA256 {
            vectors = try VectorFile(contentsOf: blobs.localFile(key(sha256)))
        }
        return IndexUnit(
            segment: segment, vectors: vectors, parts: [.init(segmentSHA256: content.segmentSHA256, passages: 0..<segment.passageCount)])
    }

    private func key(_ sha256: String) -> BlobKey { BlobKey(organization: organization.text, sha256: sha256) }

    /// What an earlier process merged, largest first; what is damaged is removed.
    private func openMerged() -> [IndexUnit] {
        let folders = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
        let units = folders.compactMap { url -> IndexUnit? in
            let merged = MergedFolder(url: url)
            guard let unit = try? merged.open() else {
                merged.remove()
                return nil
            }
            return unit
        }
        return units.sorted { $0.segment.passageCount > $1.segment.passageCount }
    }
}

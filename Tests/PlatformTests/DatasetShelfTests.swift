import Foundation
import Retrieval
import Storage
import TestSupport
import Testing

@testable import Platform

/// The merged copies of one dataset on disk: nothing of them outlives what was erased, whatever happens at the same time.
@Suite(.timeLimit(.minutes(5))) struct DatasetShelfTests {
    private let root = TemporaryFolder()
    private let organization = OrganizationID.make(at: Timestamp(milliseconds: 1))
    private let dataset = DatasetID.make(at: Timestamp(milliseconds: 1))
    private let blobs: BlobStore
    private var folder: URL { root.url.appending(path: "index") }

    init() throws { blobs = try BlobStore(root: root.url) }

    private func shelf() -> DatasetShelf { DatasetShelf(organization: organization, folder: folder, blobs: blobs, family: nil) }

    /// Contents with one passage each, which says `marker` and their number.
    private func contents(_ count: Int) async throws -> [VisibleContent] {
        var contents: [VisibleContent] = []
        for number in 0..<count {
            let text = "marker\(number) and more"
            let url = root.url.appending(path: "draft")
            var builder = SegmentBuilder(language: .english)
            try builder.append(Passage(text: text, start: 0, end: text.unicodeScalars.count, tokens: 3))
            _ = try builder.write(to: url)
            let stored = try await blobs.adopt(url, organization: organization.text)
            let time = Timestamp(milliseconds: Int64(number))
            contents.append(
                VisibleContent(
                    dataset: dataset, file: .make(at: time), filename: "\(number).txt", contentType: "text/plain", content: .make(at: time),
                    segmentSHA256: stored.sha256, vectorsSHA256: nil, vectorFamily: nil))
        }
        return contents
    }

    private func state(_ version: Int64) -> DatasetState { DatasetState(version: version, indexRevision: 0) }

    private func holds(_ marker: String) -> Bool {
        let files = (FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.allObjects ?? []).compactMap {
            $0 as? URL
        }
        return files.contains { (try? Data(contentsOf: $0))?.range(of: Data(marker.utf8)) != nil }
    }

    @Test func anIndexIsKeptForItsStateAlone() async throws {
        let contents = try await contents(3)
        let shelf = shelf()
        #expect(shelf.index(for: state(1)) == nil)
        let first = try shelf.makeIndex(for: state(1), of: contents)
        #expect(shelf.index(for: state(1)) === first)
        #expect(try shelf.makeIndex(for: state(1), of: contents) === first)
        #expect(shelf.index(for: DatasetState(version: 1, indexRevision: 1)) == nil)
        let second = try shelf.makeIndex(for: state(2), of: Array(contents[1...]))
        #expect(shelf.index(for: state(1)) == nil && shelf.index(for: state(2)) === second)
        #expect(second.units.count == 2)
    }

    @Test func whatIsForgottenIsGoneFromDiskAndMadeAnewWhenItIsWanted() async throws {
        let contents = try await contents(MergeChoice.mostUnits + 1)
        let shelf = shelf()
        _ = try shelf.makeIndex(for: state(1), of: contents)
        try shelf.merge()
        #expect(shelf.index(for: state(1))?.units.count == 1)
        #expect(holds("marker0 "))
        shelf.forget()
        #expect(shelf.index(for: state(1)) == nil)
        #expect(!holds("marker"))
        try shelf.merge()
        #expect(!holds("marker"), "nothing is left to merge")
        #expect(try shelf.makeIndex(for: state(2), of: contents).units.count == MergeChoice.mostUnits + 1)
    }

    @Test func anUnfinishedMergeOfADeadProcessIsRemoved() async throws {
        let contents = try await contents(MergeChoice.mostUnits + 1)
        let shelf = shelf()
        _ = try shelf.makeIndex(for: state(1), of: contents)
        try shelf.merge()
        let merged = try #require(try FileManager.default.contentsOfDirectory(atPath: folder.path).first)
        let torn = folder.appending(path: "0000.partial")
        try FileManager.default.createDirectory(at: torn, withIntermediateDirectories: true)
        try Data("marker0 ".utf8).write(to: torn.appending(path: "segment.partial"))
        let restarted = self.shelf()
        #expect(try restarted.makeIndex(for: state(1), of: contents).units.count == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [merged])
    }

    /// The erasing comes while a merge is being written, and a search makes the next index before the merge is done: whenever that is,
    /// no merged copy may bring back what was erased.
    @Test func aMergeThatIsUnderWayDoesNotBringBackWhatIsForgotten() async throws {
        let contents = try await contents(MergeChoice.mostUnits + 8)
        for round in 0..<60 {
            let shelf = shelf()
            _ = try shelf.makeIndex(for: state(1), of: contents)
            let merging = Task { await BlockingWork.run { try? shelf.merge() } }
            // At another moment of the merge in each round.
            try await Task.sleep(for: .microseconds(100 * round))
            shelf.forget()
            _ = try shelf.makeIndex(for: state(2), of: Array(contents[1...]))
            _ = await merging.value
            #expect(!holds("marker0 "), "round \(round)")
            shelf.forget()
            if holds("marker0 ") { break }
        }
    }
}

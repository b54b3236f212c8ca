import Foundation
import Retrieval
import Storage
import TestSupport
import Testing

@testable import Platform

/// Small files are merged in the background so that a search touches few, and nobody can tell by what is found.
@Suite(.timeLimit(.minutes(5))) struct MergingConformance {
    private static let count = 3 * MergeChoice.mostUnits / 2

    private struct Corpus {
        let installation: TestInstallation
        let encoder: SentenceEncoder
        let ada: Principal
        let dataset: DatasetID
        let files: [File]

        func sources(_ search: WatchedSearch) async throws -> [[Source]] {
            try await search.sources(MergingTexts.queries, in: dataset, for: ada)
        }

        func units(_ search: WatchedSearch) async throws -> [DatasetIndex.VisibleUnit] {
            try await search.units(of: dataset, ada.organization)
        }

        /// The merged folders on disk, and for each when its segment was written; those that are not finished yet are left out.
        var folders: [String: Date] {
            let parent = installation.indexFolder.appending(path: ada.organization.text).appending(path: dataset.text)
            let names = (try? FileManager.default.contentsOfDirectory(atPath: parent.path)) ?? []
            let finished = names.filter { !$0.hasSuffix("partial") }.map { name in
                let segment = parent.appending(path: name).appending(path: "segment")
                let attributes = try? FileManager.default.attributesOfItem(atPath: segment.path)
                return (name, attributes?[.modificationDate] as? Date ?? .distantPast)
            }
            return Dictionary(uniqueKeysWithValues: finished)
        }
    }

    private func corpus(_ backend: Backend, _ texts: [(name: String, text: String)]? = nil) async throws -> Corpus {
        let installation = try await TestInstallation(backend)
        let encoder = try TestEncoder.shared()
        let ada = try await installation.caller()
        let dataset = try await installation.process().dataset(for: ada)
        let files = try await installation.ingest(texts ?? MergingTexts.texts(Self.count), into: dataset, encoder: encoder, for: ada)
        return Corpus(installation: installation, encoder: encoder, ada: ada, dataset: dataset, files: files)
    }

    @Test(arguments: Backend.all) func mergingChangesNothingThatIsFoundNeitherAtOnceNorAfterARestart(_ backend: Backend) async throws {
        let corpus = try await corpus(backend)
        let search = try WatchedSearch(corpus.installation, encoder: corpus.encoder)
        // Nothing is merged yet when the first one is answered.
        let first = try await search.sources([MergingTexts.queries[0]], in: corpus.dataset, for: corpus.ada)
        await search.waitForMerging()
        let merged = try await corpus.units(search)
        #expect(merged.count <= MergeChoice.mostUnits)
        #expect(merged.map(\.visiblePassages).reduce(0, +) == Self.count)
        #expect(merged.contains { $0.unit.parts.count >= MergeChoice.fewestMerged })
        let after = try await corpus.sources(search)
        #expect(after.allSatisfy { !$0.isEmpty })
        #expect(after[0] == first[0])
        // Beside one that cannot merge because its folder cannot be written.
        let blocked = corpus.installation.root.appending(path: "blocked")
        try Data().write(to: blocked)
        let unmerged = try WatchedSearch(corpus.installation, encoder: corpus.encoder, folder: blocked)
        #expect(try await corpus.sources(unmerged) == after)
        await unmerged.waitForMerging()
        #expect(try await corpus.units(unmerged).count == Self.count, "the comparison is with files that are not merged")
        #expect(try await corpus.sources(unmerged) == after)

        let folders = corpus.folders
        #expect(!folders.isEmpty && folders.count <= MergeChoice.mostUnits)
        let restarted = try WatchedSearch(corpus.installation, encoder: corpus.encoder)
        #expect(try await corpus.sources(restarted) == after)
        await restarted.waitForMerging()
        #expect(corpus.folders == folders, "what was merged is used again, and nothing is merged anew")
        #expect(try await corpus.units(restarted).compactMap(\.unit.folder).count == folders.count)
    }

    @Test(arguments: Backend.all) func filesThatComeOneByOneAreMergedWithThoseBefore(_ backend: Backend) async throws {
        let corpus = try await corpus(backend, Array(MergingTexts.texts(Self.count)[..<18]))
        let search = try WatchedSearch(corpus.installation, encoder: corpus.encoder)
        _ = try await corpus.sources(search)
        await search.waitForMerging()
        let names = Set(corpus.folders.keys)
        try await corpus.installation.ingest(
            Array(MergingTexts.texts(Self.count)[18...]), into: corpus.dataset, encoder: corpus.encoder, for: corpus.ada)
        let grown = try await corpus.sources(search)
        await search.waitForMerging()
        #expect(try await corpus.units(search).count <= MergeChoice.mostUnits)
        #expect(Set(corpus.folders.keys) == names, "a few new ones are not worth it")
        #expect(try await corpus.sources(search) == grown)
        let fresh = try WatchedSearch(
            corpus.installation, encoder: corpus.encoder, folder: corpus.installation.root.appending(path: "fresh"))
        #expect(try await corpus.sources(fresh) == grown)
    }

    @Test(arguments: Backend.all) func takingFilesOutHidesThemAtOnceAndAWornUnitIsWrittenAnew(_ backend: Backend) async throws {
        let corpus = try await corpus(backend)
        let search = try WatchedSearch(corpus.installation, encoder: corpus.encoder)
        _ = try await corpus.sources(search)
        await search.waitForMerging()
        let before = corpus.folders
        let platform = try corpus.installation.process(encoder: corpus.encoder)
        func remove(_ files: ArraySlice<File>) async throws {
            for file in files { try await platform.files.dissociate(file.id, from: .dataset(corpus.dataset), for: corpus.ada) }
        }
        func expectOnly(_ left: ArraySlice<File>) async throws {
            for sources in try await corpus.sources(search) { #expect(Set(sources.map(\.file)).isSubset(of: left.map(\.id))) }
            let fresh = try WatchedSearch(
                corpus.installation, encoder: corpus.encoder, folder: corpus.installation.root.appending(path: "fresh \(left.count)"))
            #expect(try await corpus.sources(fresh) == corpus.sources(search), "statistics are of what is visible")
        }
        // Less than a quarter: masked, and the merged copy stays.
        try await remove(corpus.files[..<3])
        try await expectOnly(corpus.files[3...])
        await search.waitForMerging()
        #expect(corpus.folders == before)
        #expect(try await corpus.units(search).contains { $0.mask != nil })
        try await expectOnly(corpus.files[3...])
        // More: the copy is rewritten without them.
        try await remove(corpus.files[3..<10])
        try await expectOnly(corpus.files[10...])
        await search.waitForMerging()
        let units = try await corpus.units(search)
        #expect(units.allSatisfy { $0.mask == nil })
        #expect(units.map(\.unit.segment.passageCount).reduce(0, +) == Self.count - 10)
        #expect(Set(corpus.folders.keys).isDisjoint(with: before.keys))
        try await expectOnly(corpus.files[10...])
        #expect(corpus.installation.files(holding: "marker2 ").allSatisfy { !$0.path.hasPrefix(corpus.installation.indexFolder.path) })
        // A file that comes back is found again.
        _ = try await platform.files.associate(
            corpus.files[0].id, with: .dataset(corpus.dataset), namedAt: ["body"], for: corpus.ada, receipt: nil)
        let back = try await search.sources([SearchQuery("marker0")], in: corpus.dataset, for: corpus.ada)
        #expect(back.first?.first?.file == corpus.files[0].id)
    }

    @Test(arguments: Backend.all) func purgingRemovesEveryCopyOfTheTextFromDisk(_ backend: Backend) async throws {
        let corpus = try await corpus(backend)
        let search = try WatchedSearch(corpus.installation, encoder: corpus.encoder)
        _ = try await corpus.sources(search)
        await search.waitForMerging()
        let index = corpus.installation.indexFolder.path
        let holding = corpus.installation.files(holding: "marker7 ")
        #expect(holding.contains { $0.path.hasPrefix(index) }, "or the search below proves nothing")
        // By another process on the same folder, as after a restart: it has searched nothing.
        let platform = try corpus.installation.process(encoder: corpus.encoder)
        try await platform.files.delete(corpus.files[7].id, purge: true, for: corpus.ada)
        #expect(corpus.installation.files(holding: "marker7 ") == [])
        let found = try await platform.search.search(SearchQuery("marker7"), in: corpus.dataset, limit: 30, for: corpus.ada)
        #expect(!found.hits.contains { $0.source.file == corpus.files[7].id } && !found.hits.isEmpty)
        // Others are merged again, without it.
        try await until("the rest is merged") { !corpus.folders.isEmpty }
        #expect(corpus.installation.files(holding: "marker7 ") == [])
        #expect(corpus.installation.files(holding: "marker8 ").contains { $0.path.hasPrefix(index) })
    }

    @Test(arguments: Backend.all) func deletingADatasetRemovesItsMergedCopies(_ backend: Backend) async throws {
        let corpus = try await corpus(backend)
        let search = try WatchedSearch(corpus.installation, encoder: corpus.encoder)
        _ = try await corpus.sources(search)
        await search.waitForMerging()
        #expect(!corpus.folders.isEmpty)
        try await corpus.installation.process(encoder: corpus.encoder).datasets.delete(corpus.dataset, for: corpus.ada)
        #expect(corpus.folders.isEmpty)
    }

    @Test(arguments: [false, true]) func damagedMergedFilesAreDroppedAndMadeAnew(isVectors: Bool) async throws {
        let corpus = try await corpus(.sqlite)
        let search = try WatchedSearch(corpus.installation, encoder: corpus.encoder)
        _ = try await corpus.sources(search)
        await search.waitForMerging()
        let expected = try await corpus.sources(search)
        let folders = corpus.folders
        let name = try #require(folders.keys.first)
        let file = corpus.installation.indexFolder.appending(path: corpus.ada.organization.text).appending(path: corpus.dataset.text)
            .appending(path: name).appending(path: isVectors ? "vectors" : "segment")
        var bytes = try Data(contentsOf: file)
        for place in stride(from: bytes.count / 2, to: bytes.count, by: 97) { bytes[place] ^= 0x55 }
        // In a file of its own: the open one is mapped.
        try FileManager.default.removeItem(at: file)
        try bytes.write(to: file)
        let restarted = try WatchedSearch(corpus.installation, encoder: corpus.encoder)
        #expect(try await corpus.sources(restarted) == expected)
        await restarted.waitForMerging()
        #expect(try await corpus.units(restarted).count <= MergeChoice.mostUnits)
        #expect(!corpus.folders.isEmpty)
        #expect((try? Data(contentsOf: file)) != bytes, "the damaged file is still there")
        #expect(try await corpus.sources(restarted) == expected)
    }

    @Test func passagesThatFitEquallyWellKeepTheirOrderWhenTheyAreMerged() async throws {
        let corpus = try await corpus(.sqlite, [])
        // The first table is the largest and so would be merged last; trailing lines make the bytes differ.
        let tables = (0..<20).map { number in
            (
                name: "\(number).csv",
                text: "text\nBees dance.\n" + (number == 0 ? "Wasps sting.\nAnts march.\n" : "") + String(repeating: "\n", count: number)
            )
        }
        try await corpus.installation.ingest(tables, into: corpus.dataset, encoder: nil, for: corpus.ada)
        let search = try WatchedSearch(corpus.installation, encoder: nil)
        let query = [SearchQuery("bees dance")]
        let before = try await search.sources(query, in: corpus.dataset, limit: 5, for: corpus.ada)
        await search.waitForMerging()
        let after = try await search.sources(query, in: corpus.dataset, limit: 5, for: corpus.ada)
        #expect(after.first?.map(\.filename) == before.first?.map(\.filename))
    }

    /// Merged units with and without vectors are kept apart, and those without go once their contents have some.
    @Test(arguments: Backend.all) func unitsWithoutVectorsGiveWayToThoseWith(_ backend: Backend) async throws {
        let corpus = try await corpus(backend, [])
        let tables = MergingTexts.texts(Self.count).enumerated().map { (name: "\($0).csv", text: "text\n\"\($1.text)\"\n") }
        try await corpus.installation.ingest(tables, into: corpus.dataset, encoder: corpus.encoder, for: corpus.ada)
        let search = try WatchedSearch(corpus.installation, encoder: corpus.encoder)
        let words = try await corpus.sources(search)
        await search.waitForMerging()
        #expect(try await corpus.units(search).count <= MergeChoice.mostUnits)
        #expect(try await corpus.units(search).allSatisfy { $0.unit.vectors == nil })
        #expect(try await corpus.sources(search) == words)
        try await corpus.installation.finishJobs(encoder: corpus.encoder)
        let both = try await corpus.sources(search)
        #expect(both.joined().filter { $0.vectorScore == nil }.isEmpty == false, "the keyword mode has no cosines")
        #expect(both[0].allSatisfy { $0.vectorScore != nil })
        await search.waitForMerging()
        let units = try await corpus.units(search)
        #expect(units.count <= MergeChoice.mostUnits && units.allSatisfy { $0.unit.vectors?.family == SentenceEncoder.family })
        #expect(try await corpus.sources(search) == both)
    }
}

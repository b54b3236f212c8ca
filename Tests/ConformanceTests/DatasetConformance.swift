import Foundation
import Ingestion
import Storage
import TestSupport
import Testing

@testable import Platform

/// Files, contents, items and versions on both engines, with the real extraction process.
@Suite(.timeLimit(.minutes(5))) struct DatasetConformance {
    private func version(_ platform: Platform, _ dataset: DatasetID, _ principal: Principal) async throws -> Int64 {
        try await platform.datasets.get(dataset, for: principal).version
    }

    private func filenames(_ platform: Platform, finding query: String, in dataset: DatasetID, _ principal: Principal) async throws
        -> [String]
    {
        try await platform.search.search(SearchQuery(query), in: dataset, limit: 10, for: principal).hits.map(\.source.filename).sorted()
    }

    private func listed(_ platform: Platform, in dataset: DatasetID, _ principal: Principal) async throws -> [FileID] {
        try await platform.files.page(PageRequest(), filter: FileFilter(resource: .dataset(dataset)), for: principal).elements.map(\.id)
    }

    @Test(arguments: Backend.all) func anItemIsVisibleOnlyOnceItsContentIsReady(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let platform = try installation.process()
        let ada = try await installation.caller()
        let dataset = try await platform.dataset(for: ada)
        let first = try await platform.upload("Bees dance.", named: "first.txt", into: dataset, for: ada)
        let second = try await platform.upload("Bees sleep.", named: "second.txt", into: dataset, for: ada)
        #expect(first.content.status == .uploaded)
        #expect(try await version(platform, dataset, ada) == 0)
        #expect(try await filenames(platform, finding: "bees", in: dataset, ada).isEmpty)
        #expect(try await listed(platform, in: dataset, ada).count == 2)

        try await installation.working(platform) {
            for file in [first, second] {
                let ready = try await platform.settled(file.id, for: ada)
                #expect((ready.content.status, ready.content.progress, ready.content.error) == (.ready, 100, nil))
            }
        }
        #expect(try await version(platform, dataset, ada) == 2, "one version for each")
        #expect(try await filenames(platform, finding: "bees", in: dataset, ada) == ["first.txt", "second.txt"])
        #expect(try await installation.query("SELECT added_in FROM item ORDER BY added_in").map { try $0.int64("added_in") } == [1, 2])
    }

    @Test(arguments: Backend.all) func removingRaisesTheVersionAndHidesTheItem(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let platform = try installation.process()
        let ada = try await installation.caller()
        let dataset = try await platform.dataset(for: ada)
        let file = try await installation.working(platform) {
            try await platform.settled(platform.upload("Bees dance.", into: dataset, for: ada).id, for: ada)
        }
        try await platform.files.dissociate(file.id, from: .dataset(dataset), for: ada)
        #expect(try await version(platform, dataset, ada) == 2)
        #expect(try await filenames(platform, finding: "bees", in: dataset, ada).isEmpty)
        #expect(try await listed(platform, in: dataset, ada).isEmpty)
        await #expect(throws: PlatformError.self) { try await platform.files.dissociate(file.id, from: .dataset(dataset), for: ada) }
        #expect(try await version(platform, dataset, ada) == 2, "a refusal changes nothing")

        _ = try await platform.files.associate(file.id, with: .dataset(dataset), namedAt: ["body"], for: ada, receipt: nil)
        _ = try await platform.files.associate(file.id, with: .dataset(dataset), namedAt: ["body"], for: ada, receipt: nil)
        #expect(try await version(platform, dataset, ada) == 3, "linking twice is the same as once")
        #expect(try await filenames(platform, finding: "bees", in: dataset, ada) == ["notes.txt"])
        // What an earlier version could see stays recorded.
        let items = try await installation.query("SELECT added_in, removed_in FROM item ORDER BY added_in")
        #expect(try items.map { [try $0.optionalInt64("added_in"), try $0.optionalInt64("removed_in")] } == [[1, 2], [3, nil]])
    }

    @Test(arguments: Backend.all) func deletingAFileTakesItOutOfEveryDataset(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let platform = try installation.process()
        let ada = try await installation.caller()
        let one = try await platform.dataset(for: ada)
        let two = try await platform.dataset(for: ada)
        let file = try await installation.working(platform) {
            try await platform.settled(platform.upload("Bees dance.", into: one, for: ada).id, for: ada)
        }
        _ = try await platform.files.associate(file.id, with: .dataset(two), namedAt: ["body"], for: ada, receipt: nil)
        try await platform.files.delete(file.id, purge: false, for: ada)
        for dataset in [one, two] {
            #expect(try await version(platform, dataset, ada) == 2)
            #expect(try await filenames(platform, finding: "bees", in: dataset, ada).isEmpty)
        }
        await #expect(throws: PlatformError.self) { try await platform.files.get(file.id, for: ada) }
        await #expect(throws: PlatformError.self) { try await platform.files.delete(file.id, purge: false, for: ada) }
        #expect(try await installation.query("SELECT id FROM item").count == 2, "earlier versions keep them")
    }

    @Test(arguments: Backend.all) func purgingErasesItemsBytesAndWhatWasMadeOfThemAndKeepsARecord(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let platform = try installation.process()
        let ada = try await installation.caller()
        let dataset = try await platform.dataset(for: ada)
        let file = try await installation.working(platform) {
            try await platform.settled(platform.upload("a,b\n1,bees\n", named: "table.csv", into: dataset, for: ada).id, for: ada)
        }
        #expect(try installation.blobs(of: ada.organization).count == 4, "bytes, text, rows, segment")
        try await platform.files.delete(file.id, purge: true, for: ada)
        #expect(try installation.blobs(of: ada.organization).isEmpty)
        for table in ["SELECT id FROM item", "SELECT id FROM file", "SELECT id FROM content"] as [SQL] {
            #expect(try await installation.query(table).isEmpty)
        }
        #expect(try await version(platform, dataset, ada) == 2)
        #expect(try await filenames(platform, finding: "bees", in: dataset, ada).isEmpty)
        let record = try #require(try await installation.query("SELECT file_id, sha256, purged_by FROM purge").first)
        #expect(
            try [record.text("file_id"), record.text("sha256"), record.text("purged_by")] == [
                file.id.text, file.content.sha256, ada.member.text,
            ])
    }

    @Test(arguments: Backend.all) func purgingKeepsBytesThatAnotherFileNames(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let platform = try installation.process()
        let ada = try await installation.caller()
        let dataset = try await platform.dataset(for: ada)
        // The same bytes as another format are another content: they share the bytes alone, or what was made of them too.
        let (first, second, markdown) = try await installation.working(platform) {
            let first = try await platform.upload("Bees dance.", named: "a.txt", into: dataset, for: ada)
            let second = try await platform.upload("Bees dance.", named: "b.txt", into: dataset, for: ada)
            let markdown = try await platform.upload("Bees dance.", named: "c.md", into: dataset, for: ada)
            for file in [first, second, markdown] {
                let ready = try await platform.settled(file.id, for: ada)
                #expect(ready.content.status == .ready)
            }
            return (first, second, markdown)
        }
        let before = try installation.blobs(of: ada.organization)
        try await platform.files.delete(first.id, purge: true, for: ada)
        #expect(try installation.blobs(of: ada.organization) == before)
        #expect(try await filenames(platform, finding: "bees", in: dataset, ada).first == "b.txt")
        try await platform.files.delete(second.id, purge: true, for: ada)
        #expect(try installation.blobs(of: ada.organization).contains(markdown.content.sha256))
        #expect(try await filenames(platform, finding: "bees", in: dataset, ada) == ["c.md"])
        try await platform.files.delete(markdown.id, purge: true, for: ada)
        #expect(try installation.blobs(of: ada.organization).isEmpty)
    }

    @Test(arguments: Backend.all) func duplicateUploadsShareOneContent(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let platform = try installation.process()
        let ada = try await installation.caller()
        let dataset = try await platform.dataset(for: ada)
        let files = try await withThrowingTaskGroup(of: File.self) { group in
            for number in 0..<6 {
                group.addTask { try await platform.upload("Bees dance.", named: "\(number).txt", into: dataset, for: ada) }
            }
            return try await group.reduce(into: [File]()) { $0.append($1) }
        }
        #expect(Set(files.map(\.content.id)).count == 1)
        #expect(files.filter { !$0.isDuplicate }.map(\.storageCharged) == [11], "the first is charged, the others are not")
        #expect(files.filter(\.isDuplicate).map(\.storageCharged) == [0, 0, 0, 0, 0])
        #expect(try await installation.query("SELECT id FROM job").count == 1, "processed once")
        try await installation.working(platform) {
            for file in files {
                let ready = try await platform.settled(file.id, for: ada)
                #expect(ready.content.status == .ready)
            }
        }
        #expect(try await version(platform, dataset, ada) == 6)
        let later = try await platform.upload("Bees dance.", named: "later.txt", into: dataset, for: ada)
        #expect((later.content.status, later.isDuplicate) == (.ready, true))
        #expect(try await version(platform, dataset, ada) == 7, "visible at once, as its content is ready")
        #expect(try await installation.query("SELECT id FROM job").count == 1)
        #expect(try await filenames(platform, finding: "bees", in: dataset, ada).count == 1, "bytes that several files share count once")

        let elsewhere = try await installation.caller(organization: "two")
        let theirs = try await platform.upload("Bees dance.", for: elsewhere)
        #expect(!theirs.isDuplicate, "another organization learns nothing of what this one holds")
        #expect(theirs.content.id != later.content.id)
    }

    @Test(arguments: Backend.all) func aFailedContentIsTriedAgainWhenItsBytesComeAgain(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let strict = try installation.process { $0.extractionLimits.outputBytes = 10_000 }
        let ada = try await installation.caller()
        let text = String(repeating: "Bees dance all day.\n\n", count: 1_000)
        let dataset = try await strict.dataset(for: ada)
        let first = try await installation.working(strict) {
            try await strict.settled(strict.upload(text, named: "a.txt", into: dataset, for: ada).id, for: ada)
        }
        #expect(first.content.status == .failed)
        #expect(first.content.error?.isEmpty == false)
        #expect(try await version(strict, dataset, ada) == 0)

        let lenient = try installation.process()
        let second = try await lenient.upload(text, named: "b.txt", into: dataset, for: ada)
        #expect((second.content.status, second.content.error, second.content.progress) == (.uploaded, nil, 0))
        try await installation.working(lenient) {
            let ready = try await lenient.settled(second.id, for: ada)
            #expect(ready.content.status == .ready)
        }
        #expect(try await lenient.files.get(first.id, for: ada).content.status == .ready)
        #expect(try await version(lenient, dataset, ada) == 2, "the first file, too, becomes visible")
    }

    @Test(arguments: Backend.all) func whatCannotBeReadFailsWithAReasonAndStaysUnseen(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let platform = try installation.process()
        let ada = try await installation.caller()
        let dataset = try await platform.dataset(for: ada)
        try await installation.working(platform) {
            let failed = try await platform.settled(platform.upload("a,b\n1,\"2\n", named: "bad.csv", into: dataset, for: ada).id, for: ada)
            #expect(failed.content.status == .failed)
            #expect(failed.content.error?.contains("never closed") == true)
        }
        #expect(try await version(platform, dataset, ada) == 0)
        await #expect(throws: PlatformError.self) { try await platform.upload("", for: ada) }
    }

    @Test(arguments: Backend.all) func deletingADatasetDetachesItAndKeepsItsFiles(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let platform = try installation.process()
        let ada = try await installation.caller()
        let dataset = try await platform.dataset(for: ada)
        let other = try await platform.dataset(for: ada)
        let model = try await platform.model(reading: [(dataset, 1), (other, 2)], for: ada)
        let file = try await installation.working(platform) {
            try await platform.settled(platform.upload("Bees dance.", into: dataset, for: ada).id, for: ada)
        }
        try await platform.datasets.delete(dataset, for: ada)
        let left = try await platform.associations.page(PageRequest(), of: model, for: ada)
        #expect(left.page.elements.map(\.dataset) == [other])
        #expect(left.total == 1)
        let kept = try await platform.files.get(file.id, for: ada)
        #expect((kept.content.status, kept.associations) == (.ready, []))
        await #expect(throws: PlatformError.self) { try await platform.datasets.delete(dataset, for: ada) }
        await #expect(throws: PlatformError.self) { try await platform.search.search(SearchQuery("bees"), in: dataset, limit: 5, for: ada) }
        #expect(
            try await platform.search.search(SearchQuery("bees"), in: [[dataset]], limit: 5, organization: ada.organization).groups.joined()
                .isEmpty)
        await #expect(throws: PlatformError.self) {
            try await platform.files.associate(file.id, with: .dataset(dataset), namedAt: ["body"], for: ada, receipt: nil)
        }
    }

    @Test(arguments: Backend.all) func nothingOfAnotherOrganizationIsFound(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let platform = try installation.process()
        let ada = try await installation.caller()
        let eve = try await installation.caller(organization: "two")
        let dataset = try await platform.dataset(for: ada)
        let model = try await platform.model(reading: [(dataset, 1)], for: ada)
        let file = try await installation.working(platform) {
            try await platform.settled(platform.upload("Bees dance.", into: dataset, for: ada).id, for: ada)
        }
        let own = try await platform.dataset(for: eve)
        let attempts: [@Sendable () async throws -> Void] = [
            { _ = try await platform.datasets.get(dataset, for: eve) },
            {
                _ = try await platform.datasets.update(
                    dataset, DatasetChanges(name: .value("x"), description: .absent), for: eve, receipt: nil)
            },
            { try await platform.datasets.delete(dataset, for: eve) },
            { _ = try await platform.search.search(SearchQuery("bees"), in: dataset, limit: 5, for: eve) },
            { _ = try await platform.files.get(file.id, for: eve) },
            { try await platform.files.delete(file.id, purge: false, for: eve) },
            { try await platform.files.delete(file.id, purge: true, for: eve) },
            { _ = try await platform.files.associate(file.id, with: .dataset(own), namedAt: ["body"], for: eve, receipt: nil) },
            { _ = try await platform.files.page(PageRequest(), filter: FileFilter(resource: .dataset(dataset)), for: eve) },
            { _ = try await platform.upload("x", into: dataset, for: eve) },
            { _ = try await platform.models.get(model, for: eve) },
            { _ = try await platform.models.update(model, ModelChanges(), for: eve, receipt: nil) },
            { try await platform.models.delete(model, for: eve) },
            { _ = try await platform.associations.page(PageRequest(), of: model, for: eve) },
            { try await platform.associations.delete(model, dataset, for: eve) },
        ]
        for (number, attempt) in attempts.enumerated() {
            await #expect(throws: PlatformError.self, "attempt \(number)") { try await attempt() }
        }
        #expect(try await platform.files.page(PageRequest(), filter: FileFilter(), for: eve).elements.isEmpty)
        #expect(try await platform.datasets.page(PageRequest(), for: eve).elements.map(\.id) == [own])
        #expect(try await platform.models.page(PageRequest(), for: eve).elements.isEmpty)
        #expect(
            try await platform.search.search(SearchQuery("bees"), in: [[dataset]], limit: 5, organization: eve.organization).groups.joined()
                .isEmpty)
        #expect(try await filenames(platform, finding: "bees", in: dataset, ada) == ["notes.txt"], "and nothing was lost")
    }
}

import Foundation
import Storage
import TestSupport
import Testing

@testable import Platform

/// What happens to a file while it is being ingested: one party is held in the middle of its work, and the other one acts.
@Suite(.timeLimit(.minutes(5))) struct IngestionRaces {
    /// Ingests one file into a dataset, held between two of its writes while `meanwhile` runs.
    private func ingesting(
        _ backend: Backend, _ meanwhile: (TestInstallation, Platform, File, DatasetID, Principal) async throws -> Void
    ) async throws -> (TestInstallation, Platform, File, DatasetID, Principal) {
        let installation = try await TestInstallation(backend)
        let database = InterposedDatabase(installation.database)
        let (begun, mayGoOn) = (Door(), Door())
        database.afterCommit { statements in
            guard statements.contains(where: { $0.contains("SET status = 'processing'") }), !begun.isOpen else { return }
            begun.open()
            await mayGoOn.wait()
        }
        let platform = try installation.process(database: database)
        let ada = try await installation.caller()
        let dataset = try await platform.dataset(for: ada)
        let file = try await platform.upload("Bees dance.", into: dataset, for: ada)
        try await installation.working(platform) {
            await begun.wait()
            do {
                try await meanwhile(installation, platform, file, dataset, ada)
            } catch {
                mayGoOn.open()
                throw error
            }
            mayGoOn.open()
            try await installation.jobsEnded()
        }
        return (installation, platform, file, dataset, ada)
    }

    @Test(arguments: Backend.all) func aFileDeletedMeanwhileNeverBecomesVisible(_ backend: Backend) async throws {
        let (installation, platform, _, dataset, ada) = try await ingesting(backend) { _, platform, file, _, ada in
            try await platform.files.delete(file.id, purge: false, for: ada)
        }
        #expect(try await platform.datasets.get(dataset, for: ada).version == 0)
        #expect(try await platform.search.search(SearchQuery("bees"), in: dataset, limit: 5, for: ada).hits.isEmpty)
        #expect(try await installation.query("SELECT id FROM item").isEmpty)
    }

    @Test(arguments: Backend.all) func aFilePurgedMeanwhileLeavesNoBytesBehind(_ backend: Backend) async throws {
        let (installation, platform, _, dataset, ada) = try await ingesting(backend) { _, platform, file, _, ada in
            try await platform.files.delete(file.id, purge: true, for: ada)
        }
        #expect(try await platform.datasets.get(dataset, for: ada).version == 0)
        #expect(try await installation.query("SELECT id FROM content").isEmpty)
        #expect(try installation.blobs(of: ada.organization).isEmpty, "the text of a purged file is still stored")
    }

    /// Held later: the text was extracted, nothing of it is published yet.
    @Test(arguments: Backend.all) func aFilePurgedJustBeforePublishingLeavesNoBytesBehind(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let database = InterposedDatabase(installation.database)
        let (begun, mayGoOn, reports) = (Door(), Door(), Tally<Int>())
        database.afterCommit { statements in
            guard statements.contains(where: { $0.contains("SET status = 'processing'") }) else { return }
            reports.add(1)
            // Extracting, indexing, publishing.
            guard reports.elements.count == 3 else { return }
            begun.open()
            await mayGoOn.wait()
        }
        let platform = try installation.process(database: database)
        let ada = try await installation.caller()
        let file = try await platform.upload("Bees dance.", for: ada)
        try await installation.working(platform) {
            await begun.wait()
            try await platform.files.delete(file.id, purge: true, for: ada)
            mayGoOn.open()
            try await installation.jobsEnded()
        }
        #expect(try installation.blobs(of: ada.organization).isEmpty, "the text of a purged file is still stored")
    }

    @Test(arguments: Backend.all) func aDuplicateThatComesMeanwhileBecomesVisibleToo(_ backend: Backend) async throws {
        let (_, platform, _, dataset, ada) = try await ingesting(backend) { _, platform, _, dataset, ada in
            let twin = try await platform.upload("Bees dance.", named: "twin.txt", into: dataset, for: ada)
            #expect(twin.content.status == .processing)
        }
        #expect(try await platform.datasets.get(dataset, for: ada).version == 2)
    }

    @Test(arguments: Backend.all) func aDatasetDeletedMeanwhileStaysDeleted(_ backend: Backend) async throws {
        let (_, platform, file, dataset, ada) = try await ingesting(backend) { _, platform, _, dataset, ada in
            try await platform.datasets.delete(dataset, for: ada)
        }
        #expect(try await platform.files.get(file.id, for: ada).content.status == .ready)
        await #expect(throws: PlatformError.self) { try await platform.datasets.get(dataset, for: ada) }
    }

    private static let waiting: SQL = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"

    /// PostgreSQL has many writers: the ingestion publishes while the link of another file to the same content is being written.
    @Test(arguments: Backend.all.filter { $0 == .postgres }, [true, false])
    func aLinkWrittenWhileItsContentIsPublishedBecomesVisible(_ backend: Backend, isUpload: Bool) async throws {
        let installation = try await TestInstallation(backend)
        let platform = try installation.process()
        let ada = try await installation.caller()
        let dataset = try await platform.dataset(for: ada)
        let first = try await platform.upload("Bees dance.", named: "first.txt", for: ada)
        let held = InterposedDatabase(installation.database)
        let (linking, published) = (Door(), Door())
        held.beforeStatement { statement in
            guard statement.contains("INSERT INTO item") else { return }
            linking.open()
            published.waitBlocking(atMostSeconds: 60)
        }
        let slow = try installation.process(database: held)
        let link = Task {
            if isUpload {
                _ = try await slow.upload("Bees dance.", named: "twin.txt", into: dataset, for: ada)
            } else {
                _ = try await slow.files.associate(first.id, with: .dataset(dataset), namedAt: ["body"], for: ada, receipt: nil)
            }
        }
        await linking.wait()
        try await installation.working(platform) {
            // Where the link's transaction has locked the content, it cannot be published meanwhile, which is right too.
            try await until("the content is published, or its publication waits for the link") {
                if try await platform.files.get(first.id, for: ada).content.status == .ready { return true }
                return try await !installation.query(Self.waiting).isEmpty
            }
            published.open()
            try await link.value
            try await installation.jobsEnded()
        }
        #expect(try await platform.datasets.get(dataset, for: ada).version == 1, "the file is ready, linked, and never found")
        #expect(try await platform.search.search(SearchQuery("bees"), in: dataset, limit: 5, for: ada).hits.count == 1)
    }
}

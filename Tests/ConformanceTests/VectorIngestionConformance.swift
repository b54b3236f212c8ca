import Foundation
import Ingestion
import Retrieval
import Storage
import TestSupport
import Testing

@testable import Platform

/// A document is ready once it is found by its words and by its meaning, and never says so before.
@Suite(.timeLimit(.minutes(5))) struct VectorIngestionConformance {
    private static let text = "Customers receive reimbursement within five working days."
    private static let paraphrase = SearchQuery("How do I get my money back?")

    /// A document whose ingestion was held after its keywords were published and before its vectors were.
    private struct Held {
        let installation: TestInstallation
        let encoder: SentenceEncoder
        let ada: Principal
        let dataset: DatasetID
        let file: File

        /// How any process sees it.
        func seen() async throws -> File { try await installation.process(encoder: encoder).files.get(file.id, for: ada) }

        /// The ids of the files that the list shows with this status.
        func listed(_ status: String) async throws -> [FileID] {
            try await installation.process().files.page(PageRequest(), filter: FileFilter(status: status), for: ada).elements.map(\.id)
        }

        func found(_ query: SearchQuery, encoder: SentenceEncoder?) async throws -> [FileID] {
            try await installation.process(encoder: encoder).search.search(query, in: dataset, limit: 5, for: ada).hits
                .filter(\.qualifies).map(\.source.file)
        }
    }

    /// Runs `meanwhile` while the job is held, and then stops the job's process, which gives the job back.
    private func held(_ backend: Backend, _ meanwhile: (Held) async throws -> Void = { _ in }) async throws -> Held {
        let installation = try await TestInstallation(backend)
        let encoder = try TestEncoder.shared()
        let ada = try await installation.caller()
        let database = InterposedDatabase(installation.database)
        let (published, mayGoOn) = (Door(), Door())
        database.afterCommit { statements in
            guard statements.contains(where: { $0.contains("SET status = 'ready'") }) else { return }
            published.open()
            await mayGoOn.wait()
        }
        let platform = try installation.process(database: database, encoder: encoder)
        let dataset = try await platform.dataset(for: ada)
        let file = try await platform.upload(Self.text, into: dataset, for: ada)
        let held = Held(installation: installation, encoder: encoder, ada: ada, dataset: dataset, file: file)
        let jobs = Task { await platform.jobs.run() }
        await published.wait()
        let outcome = await Result.of { try await meanwhile(held) }
        // The door lets a cancelled task through.
        await platform.jobs.stop(grace: .zero)
        mayGoOn.open()
        await jobs.value
        try outcome.get()
        return held
    }

    @Test(arguments: Backend.all) func aDocumentIsNotReadyBeforeItsVectorsAreThere(_ backend: Backend) async throws {
        let held = try await held(backend) { held in
            let early = try await held.seen()
            #expect((early.status, early.content.status, early.content.vectorStatus) == (.processing, .ready, .ingesting))
            #expect(early.content.progress == 100 || (50..<100).contains(early.content.progress))
            #expect(early.content.processedAt == nil && early.error == nil)
            #expect(try await held.listed("processing") == [held.file.id])
            #expect(try await held.listed("ready").isEmpty)
            #expect(try await held.found(SearchQuery("reimbursement"), encoder: held.encoder) == [held.file.id], "its words are found")
            #expect(try await held.found(Self.paraphrase, encoder: held.encoder).isEmpty)
        }
        try await held.installation.finishJobs(encoder: held.encoder)
        let ready = try await held.seen()
        #expect((ready.status, ready.content.progress, ready.content.vectorStatus) == (.ready, 100, nil))
        #expect(ready.content.vectorsSHA256 != nil && ready.content.processedAt != nil)
        #expect(try await held.listed("ready") == [held.file.id])
        #expect(try await held.listed("processing").isEmpty)
        #expect(try await held.found(Self.paraphrase, encoder: held.encoder) == [held.file.id])
    }

    @Test(arguments: Backend.all) func aJobThatDiedBeforeTheVectorsGoesOnWithoutExtractingAgain(_ backend: Backend) async throws {
        let held = try await held(backend)
        let version = try await held.installation.process().datasets.get(held.dataset, for: held.ada).version
        // What would be extracted again now would be refused.
        try await held.installation.finishJobs(encoder: held.encoder) { $0.extractionLimits.outputBytes = 1 }
        let ready = try await held.seen()
        #expect(ready.status == .ready && ready.content.vectorsSHA256 != nil, "\(ready.error ?? "")")
        #expect(try await held.installation.process().datasets.get(held.dataset, for: held.ada).version == version)
    }

    @Test(arguments: Backend.all) func aServerWithoutAnEncoderLetsAWaitingContentBeReady(_ backend: Backend) async throws {
        let held = try await held(backend)
        try await held.installation.finishJobs()
        let ready = try await held.seen()
        #expect((ready.status, ready.content.progress) == (.ready, 100))
        #expect(ready.content.vectorsSHA256 == nil && ready.content.processedAt != nil)
        #expect(try await held.found(SearchQuery("reimbursement"), encoder: nil) == [held.file.id])
    }

    @Test(arguments: Backend.all) func vectorsThatCannotBeMadeFailTheFileUntilItsBytesComeAgain(_ backend: Backend) async throws {
        let held = try await held(backend)
        let content = try await held.seen().content
        let segment = try #require(content.segmentSHA256.flatMap(held.installation.blobFile))
        let aside = segment.appendingPathExtension("aside")
        try FileManager.default.moveItem(at: segment, to: aside)
        try await held.installation.finishJobs(encoder: held.encoder)
        let failed = try await held.seen()
        #expect((failed.status, failed.content.status) == (.failed, .ready))
        #expect(failed.error?.isEmpty == false)
        #expect(try await held.listed("failed") == [held.file.id])
        #expect(try await held.listed("ready").isEmpty)
        #expect(try await held.listed("processing").isEmpty)

        try FileManager.default.moveItem(at: aside, to: segment)
        #expect(try await held.found(SearchQuery("reimbursement"), encoder: held.encoder) == [held.file.id], "still found by its words")
        let platform = try held.installation.process(encoder: held.encoder)
        let again = try await platform.upload(Self.text, named: "again.txt", into: held.dataset, for: held.ada)
        #expect((again.status, again.error) == (.processing, nil))
        try await held.installation.finishJobs(encoder: held.encoder)
        for id in [held.file.id, again.id] {
            let mended = try await platform.files.get(id, for: held.ada)
            #expect(mended.status == .ready && mended.error == nil && mended.content.vectorsSHA256 != nil)
        }
        #expect(try await held.found(Self.paraphrase, encoder: held.encoder) == [held.file.id], "the first file cites the bytes")
    }

    /// A search asks for what is missing, and so heals a file whose own attempts were used up.
    @Test(arguments: Backend.all) func vectorsMadeOnDemandMakeAFailedFileReady(_ backend: Backend) async throws {
        let held = try await held(backend)
        let segment = try #require(try await held.seen().content.segmentSHA256.flatMap(held.installation.blobFile))
        let aside = segment.appendingPathExtension("aside")
        try FileManager.default.moveItem(at: segment, to: aside)
        try await held.installation.finishJobs(encoder: held.encoder)
        try FileManager.default.moveItem(at: aside, to: segment)
        #expect(try await held.seen().status == .failed)
        _ = try await held.found(SearchQuery("reimbursement"), encoder: held.encoder)
        try await held.installation.finishJobs(encoder: held.encoder)
        let mended = try await held.seen()
        #expect((mended.status, mended.error) == (.ready, nil))
    }

    @Test(arguments: Backend.all) func purgingErasesTheVectorsToo(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let encoder = try TestEncoder.shared()
        let ada = try await installation.caller()
        let platform = try installation.process(encoder: encoder)
        let dataset = try await platform.dataset(for: ada)
        let files = try await installation.ingest([("a.txt", Self.text)], into: dataset, encoder: encoder, for: ada)
        let vectors = try #require(files[0].content.vectorsSHA256)
        #expect(try installation.blobs(of: ada.organization).contains(vectors))
        try await platform.files.delete(files[0].id, purge: true, for: ada)
        #expect(try installation.blobs(of: ada.organization).isEmpty)
    }

    @Test(arguments: Backend.all) func aFilePurgedWhileItIsEncodedLeavesNoBytesBehind(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let encoder = try TestEncoder.shared()
        let ada = try await installation.caller()
        let database = InterposedDatabase(installation.database)
        let (published, mayGoOn) = (Door(), Door())
        database.afterCommit { statements in
            guard statements.contains(where: { $0.contains("SET status = 'ready'") }) else { return }
            published.open()
            await mayGoOn.wait()
        }
        let platform = try installation.process(database: database, encoder: encoder)
        let file = try await platform.upload(Self.text, into: try await platform.dataset(for: ada), for: ada)
        try await installation.working(platform) {
            await published.wait()
            let outcome = await Result.of { try await installation.process().files.delete(file.id, purge: true, for: ada) }
            mayGoOn.open()
            try outcome.get()
            try await installation.jobsEnded()
        }
        #expect(try installation.blobs(of: ada.organization).isEmpty)
        #expect(try await installation.query("SELECT id FROM content").isEmpty)
    }

    @Test(arguments: Backend.all) func theBlobSweepKeepsVectorsInUse(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let encoder = try TestEncoder.shared()
        let ada = try await installation.caller()
        let dataset = try await installation.process().dataset(for: ada)
        let files = try await installation.ingest([("a.txt", Self.text)], into: dataset, encoder: encoder, for: ada)
        let vectors = try #require(files[0].content.vectorsSHA256)
        let sweep = BlobSweep(
            database: installation.database, blobs: try BlobStore(root: installation.root), blobLock: SharedExclusiveLock())
        #expect(try await sweep.run(patience: .seconds(-60)) == 0)
        #expect(try installation.blobs(of: ada.organization).contains(vectors))
        // Without a name they go.
        try await installation.execute("UPDATE content SET vectors_sha256 = NULL")
        #expect(try await sweep.run(patience: .seconds(-60)) == 1)
        #expect(try !installation.blobs(of: ada.organization).contains(vectors))
    }

    @Test(arguments: Backend.all) func aTableOfEmptyRowsNeedsNoVectorsAndDisturbsNobody(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let encoder = try TestEncoder.shared()
        let ada = try await installation.caller()
        let platform = try installation.process(encoder: encoder)
        let dataset = try await platform.dataset(for: ada)
        try await installation.ingest([("empty.csv", "a,b\n,\n"), ("a.txt", Self.text)], into: dataset, encoder: encoder, for: ada)
        _ = try await platform.search.search(Self.paraphrase, in: dataset, limit: 5, for: ada)
        try await installation.finishJobs(encoder: encoder)
        let found = try await platform.search.search(Self.paraphrase, in: dataset, limit: 5, for: ada)
        #expect(found.hits.map(\.source.filename) == ["a.txt"] && !found.vectorsPending)
    }
}

extension Result where Failure == any Error {
    /// What became of the work.
    static func of(_ body: () async throws -> Success) async -> Self {
        do {
            return .success(try await body())
        } catch {
            return .failure(error)
        }
    }
}

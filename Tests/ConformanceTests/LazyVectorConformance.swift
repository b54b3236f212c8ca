import Foundation
import Retrieval
import Storage
import TestSupport
import Testing

@testable import Platform

/// The rows of a table get their vectors when somebody wants to search them, and keywords answer until then.
@Suite(.timeLimit(.minutes(5))) struct LazyVectorConformance {
    private static let rows = """
        question,answer
        Refunds,Customers receive reimbursement within five working days.
        Canteen,The canteen opens at eight and serves lunch until two.
        Bees,Honey bees swarm in May when the hive grows crowded.

        """
    private static let table = (name: "faq.csv", text: rows)
    private static let paraphrase = SearchQuery("How do I get my money back?")
    private static let words = SearchQuery("honey bees")

    private func search(
        _ platform: Platform, _ query: SearchQuery, in dataset: DatasetID, _ principal: Principal
    ) async throws -> (found: [String], hasVectors: Bool, isPending: Bool) {
        let found = try await platform.search.search(query, in: dataset, limit: 3, for: principal)
        let sources = found.hits.filter(\.qualifies).map(\.source)
        return (sources.map { "\($0.filename) \($0.row ?? 0)" }, found.hits.contains { $0.source.vectorScore != nil }, found.vectorsPending)
    }

    @Test(arguments: Backend.all) func keywordsAnswerUntilTheVectorsOfATableAreMade(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let encoder = try TestEncoder.shared()
        let ada = try await installation.caller()
        let platform = try installation.process(encoder: encoder)
        let dataset = try await platform.dataset(for: ada)
        let files = try await installation.ingest([Self.table], into: dataset, encoder: encoder, for: ada)
        #expect(files.map(\.content.vectorsSHA256) == [nil], "a table is ready without vectors")
        #expect(try await installation.jobs("encode") == 0, "nobody wanted to search it")

        for _ in 0..<2 {
            let early = try await search(platform, Self.words, in: dataset, ada)
            #expect(early == (["faq.csv 3"], false, true))
            let vain = try await search(platform, Self.paraphrase, in: dataset, ada)
            #expect(vain == ([], false, true))
        }
        #expect(try await installation.jobs("encode") == 1, "one job for all who wait")
        try await installation.finishJobs(encoder: encoder)
        #expect(try await search(platform, Self.words, in: dataset, ada) == (["faq.csv 3"], true, false))
        #expect(try await search(platform, Self.paraphrase, in: dataset, ada) == (["faq.csv 1"], true, false))
        #expect(try await installation.jobs("encode") == 1)
        let file = try await platform.files.get(files[0].id, for: ada)
        #expect(file.status == .ready && file.content.vectorsSHA256 != nil && file.content.vectorFamily == SentenceEncoder.family)
    }

    @Test func anAnswerSaysThatVectorsArePending() async throws {
        let installation = try await TestInstallation(.sqlite)
        let encoder = try TestEncoder.shared()
        let ada = try await installation.caller()
        let platform = try installation.process(encoder: encoder)
        let dataset = try await platform.dataset(for: ada)
        try await installation.ingest([Self.table], into: dataset, encoder: encoder, for: ada)
        let model = try await platform.model(reading: [(dataset, priority: 50)], for: ada)
        func metadata() async throws -> JSONValue? {
            let turn = try await platform.turns.start(
                TurnSupport.request("When do honey bees swarm?", model: model), for: ada, receipt: nil)
            return try await TurnSupport.outcome(turn).message.metadata
        }
        #expect(try await metadata() == .object(["grounded": .bool(true), "finishReason": .string("stop"), "vectorsPending": .bool(true)]))
        try await installation.finishJobs(encoder: encoder)
        #expect(try await metadata() == .object(["finishReason": .string("stop"), "grounded": .bool(true)]))
    }

    @Test(arguments: Backend.all) func searchesAtOnceMakeOneJob(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let encoder = try TestEncoder.shared()
        let ada = try await installation.caller()
        let dataset = try await installation.process().dataset(for: ada)
        try await installation.ingest([Self.table], into: dataset, encoder: encoder, for: ada)
        let processes = try (0..<2).map { _ in try installation.process(encoder: encoder) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<8 {
                group.addTask { _ = try await processes[number % 2].search.search(Self.words, in: dataset, limit: 3, for: ada) }
            }
            try await group.waitForAll()
        }
        #expect(try await installation.jobs("encode") == 1)
    }

    @Test(arguments: Backend.all, [false, true]) func associatingWithAModelAsksForVectors(_ backend: Backend, asBatch: Bool) async throws {
        let installation = try await TestInstallation(backend)
        let encoder = try TestEncoder.shared()
        let ada = try await installation.caller()
        let platform = try installation.process(encoder: encoder)
        let dataset = try await platform.dataset(for: ada)
        try await installation.ingest([Self.table], into: dataset, encoder: encoder, for: ada)
        let model = try await platform.model(for: ada)
        let draft = AssociationDraft(dataset: dataset, usageType: "rag", snapshotID: nil, priority: 1)
        if asBatch {
            _ = try await platform.associations.createBatch([draft], on: model, for: ada, receipt: nil)
        } else {
            _ = try await platform.associations.create(draft, on: model, for: ada, receipt: nil)
        }
        #expect(try await installation.jobs("encode") == 1)
        try await installation.finishJobs(encoder: encoder)
        #expect(try await search(platform, Self.paraphrase, in: dataset, ada) == (["faq.csv 1"], true, false), "the first search has them")
        #expect(try await installation.jobs("encode") == 1)
    }

    @Test(arguments: Backend.all) func aServerWithoutAnEncoderAsksForNothing(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let ada = try await installation.caller()
        let platform = try installation.process()
        let dataset = try await platform.dataset(for: ada)
        try await installation.ingest([Self.table], into: dataset, encoder: nil, for: ada)
        _ = try await platform.model(reading: [(dataset, 1)], for: ada)
        #expect(try await search(platform, Self.words, in: dataset, ada) == (["faq.csv 3"], false, false))
        #expect(try await installation.jobs("encode") == 0)
        // An encoder that comes later finds out by itself, documents included.
        try await installation.ingest([("refunds.txt", "The money comes back after five days.")], into: dataset, encoder: nil, for: ada)
        let later = try installation.process(encoder: TestEncoder.shared())
        #expect(try await search(later, Self.words, in: dataset, ada).isPending)
        try await installation.finishJobs(encoder: TestEncoder.shared())
        let found = try await search(later, Self.paraphrase, in: dataset, ada)
        #expect(!found.isPending && found.found.contains("faq.csv 1") && found.found.contains("refunds.txt 0"))
    }

    @Test(arguments: Backend.all) func aTableThatComesIntoASearchedDatasetIsEncodedWithItsIngestion(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let encoder = try TestEncoder.shared()
        let ada = try await installation.caller()
        let platform = try installation.process(encoder: encoder)
        let dataset = try await platform.dataset(for: ada)
        let other = try await platform.dataset("other", for: ada)
        try await installation.ingest([("bees.txt", "Bees dance.")], into: dataset, encoder: encoder, for: ada)
        _ = try await platform.model(reading: [(dataset, 1)], for: ada)
        try await installation.finishJobs(encoder: encoder)
        let before = try await installation.jobs("encode")
        let files = try await installation.ingest([Self.table], into: dataset, encoder: encoder, for: ada)
        #expect(files.allSatisfy { $0.content.vectorsSHA256 != nil })
        #expect(try await search(platform, Self.paraphrase, in: dataset, ada) == (["faq.csv 1"], true, false))
        #expect(try await installation.jobs("encode") == before, "ingestion has done it")
        // Of another dataset's table nobody spoke.
        let quiet = try await installation.ingest([("other.csv", "a,b\n1,wasps\n")], into: other, encoder: encoder, for: ada)
        #expect(quiet.map(\.content.vectorsSHA256) == [nil])
    }

    /// The vectors of a content serve every dataset that holds it, also one whose index was made before.
    @Test(arguments: Backend.all) func vectorsServeEveryDatasetWithTheSameBytes(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let encoder = try TestEncoder.shared()
        let ada = try await installation.caller()
        let platform = try installation.process(encoder: encoder)
        let (one, two) = (try await platform.dataset("one", for: ada), try await platform.dataset("two", for: ada))
        try await installation.ingest([Self.table], into: one, encoder: encoder, for: ada)
        try await installation.ingest([("again.csv", Self.table.text)], into: two, encoder: encoder, for: ada)
        #expect(try await search(platform, Self.words, in: two, ada).isPending)
        #expect(try await search(platform, Self.words, in: one, ada).isPending)
        try await installation.finishJobs(encoder: encoder)
        #expect(try await search(platform, Self.paraphrase, in: one, ada) == (["faq.csv 1"], true, false))
        #expect(try await search(platform, Self.paraphrase, in: two, ada) == (["again.csv 1"], true, false))
    }

    @Test(arguments: Backend.all) func vectorsThatCouldNotBeMadeAreAskedForAgain(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let encoder = try TestEncoder.shared()
        let ada = try await installation.caller()
        let platform = try installation.process(encoder: encoder)
        let dataset = try await platform.dataset(for: ada)
        let files = try await installation.ingest([Self.table], into: dataset, encoder: encoder, for: ada)
        #expect(try await search(platform, Self.words, in: dataset, ada).isPending)
        // Without its segment nothing can be encoded; this process has it open and answers on.
        let segment = try #require(files[0].content.segmentSHA256.flatMap(installation.blobFile))
        let aside = segment.appendingPathExtension("aside")
        try FileManager.default.moveItem(at: segment, to: aside)
        try await installation.finishJobs(encoder: encoder)
        #expect(try await installation.query("SELECT id FROM job WHERE kind = 'encode' AND state = 'failed'").count == 1)
        try FileManager.default.moveItem(at: aside, to: segment)
        #expect(try await search(platform, Self.words, in: dataset, ada) == (["faq.csv 3"], false, true))
        #expect(try await installation.jobs("encode") == 2, "the next search asks again")
        try await installation.finishJobs(encoder: encoder)
        #expect(try await search(platform, Self.paraphrase, in: dataset, ada) == (["faq.csv 1"], true, false))
    }

    /// Held after the last passage was encoded, before the vectors are published.
    @Test(arguments: Backend.all) func aTablePurgedWhileItIsEncodedLeavesNoBytesBehind(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let encoder = try TestEncoder.shared()
        let ada = try await installation.caller()
        let dataset = try await installation.process().dataset(for: ada)
        let files = try await installation.ingest([Self.table], into: dataset, encoder: encoder, for: ada)
        let database = InterposedDatabase(installation.database)
        let (encoded, mayGoOn) = (Door(), Door())
        database.afterCommit { statements in
            guard statements.contains(where: { $0.contains("UPDATE job SET progress") }) else { return }
            encoded.open()
            await mayGoOn.wait()
        }
        let platform = try installation.process(database: database, encoder: encoder)
        _ = try await platform.search.search(Self.words, in: dataset, limit: 3, for: ada)
        try await installation.working(platform) {
            await encoded.wait()
            let outcome = await Result.of { try await installation.process().files.delete(files[0].id, purge: true, for: ada) }
            mayGoOn.open()
            try outcome.get()
            try await installation.jobsEnded()
        }
        #expect(try installation.blobs(of: ada.organization).isEmpty, "the vectors of a purged table are still stored")
    }

    @Test(arguments: Backend.all) func whatAnotherOrganizationHasIsNeitherEncodedNorSeen(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let encoder = try TestEncoder.shared()
        let (ada, eve) = (try await installation.caller(), try await installation.caller(organization: "two"))
        let platform = try installation.process(encoder: encoder)
        let mine = try await platform.dataset(for: ada)
        let theirs = try await platform.dataset(for: eve)
        try await installation.ingest([Self.table], into: mine, encoder: encoder, for: ada)
        try await installation.ingest([Self.table], into: theirs, encoder: encoder, for: eve)
        await #expect(throws: PlatformError.self) { try await platform.search.search(Self.words, in: mine, limit: 3, for: eve) }
        let foreign = try await platform.search.search(Self.words, in: [[mine], [theirs]], limit: 3, organization: eve.organization)
        #expect(foreign.groups.map { $0.map(\.source.dataset) } == [[], [theirs]])
        let jobs = try await installation.query("SELECT organization_id, payload FROM job WHERE kind = 'encode'")
        #expect(try jobs.map { [try $0.text("organization_id"), try $0.text("payload")] } == [[eve.organization.text, theirs.text]])
        try await installation.finishJobs(encoder: encoder)
        let encoded = try await installation.query("SELECT organization_id FROM content WHERE vectors_sha256 IS NOT NULL")
        #expect(try encoded.map { try $0.text("organization_id") } == [eve.organization.text])
        #expect(try await search(platform, Self.paraphrase, in: theirs, eve) == (["faq.csv 1"], true, false))
        #expect(try await search(platform, Self.paraphrase, in: mine, ada) == ([], false, true))
    }
}

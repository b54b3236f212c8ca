import Foundation
import Retrieval
import Storage
import TestSupport
import Testing

@testable import Platform

/// What a search over words and meaning finds, in which order and with which figures.
@Suite(.timeLimit(.minutes(5))) struct HybridSearchConformance {
    private static let handbook: [(name: String, text: String)] = [
        ("refunds.txt", "Customers receive reimbursement within five working days."),
        ("canteen.txt", "The canteen opens at eight and serves lunch until two."),
        ("parking.txt", "Visitors leave their cars on the upper deck behind the gate."),
        ("bees.txt", "Honey bees swarm in May when the hive grows crowded."),
    ]

    private func names(_ hits: [PassageSearch.Hit]) -> [String] { hits.map(\.source.filename) }

    @Test(arguments: Backend.all) func aParaphraseWithoutASharedWordIsFound(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let encoder = try TestEncoder.shared()
        let ada = try await installation.caller()
        let search = try installation.process(encoder: encoder).search
        let dataset = try await installation.process().dataset(for: ada)
        try await installation.ingest(Self.handbook, into: dataset, encoder: encoder, for: ada)
        let question = "How do I get my money back?"
        let found = try await search.search(SearchQuery(question), in: dataset, limit: 10, for: ada)
        #expect(!found.vectorsPending)
        let best = try #require(found.hits.first)
        #expect((best.source.filename, best.source.keywordScore, best.matchedShare) == ("refunds.txt", 0, 0))
        #expect(best.qualifies, "its meaning is enough")
        #expect(names(found.hits.filter(\.qualifies)) == ["refunds.txt"])
        #expect(try await search.search(SearchQuery(question, mode: .keyword), in: dataset, limit: 10, for: ada).hits.isEmpty)
        // Each leg alone, and the words still count.
        let words = try await search.search(SearchQuery("crowded hive", mode: .keyword), in: dataset, limit: 10, for: ada)
        #expect(names(words.hits) == ["bees.txt"])
        #expect(words.hits.allSatisfy { $0.source.vectorScore == nil && $0.source.keywordScore > 0 })
        let meaning = try await search.search(SearchQuery(question, mode: .vector), in: dataset, limit: 2, for: ada)
        #expect(meaning.hits.count == 2 && meaning.hits.first?.source.filename == "refunds.txt")
        #expect(meaning.hits.allSatisfy { $0.source.vectorScore != nil && $0.source.keywordScore == 0 })
    }

    @Test(arguments: Backend.all) func theScoreIsTheCosineCutToZeroAndOne(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let encoder = try TestEncoder.shared()
        let ada = try await installation.caller()
        let search = try installation.process(encoder: encoder).search
        let dataset = try await installation.process().dataset(for: ada)
        try await installation.ingest(Self.handbook, into: dataset, encoder: encoder, for: ada)
        let question = "When do insects leave the hive?"
        let vector = encoder.encode(query: question)
        let found = try await search.search(SearchQuery(question), in: dataset, limit: 10, for: ada)
        #expect(found.hits.count == Self.handbook.count)
        for source in found.hits.map(\.source) {
            let own = try #require(encoder.encode([source.text]).first)
            let cosine = zip(vector, own).reduce(0) { $0 + Double($1.0) * Double($1.1) }
            let vectorScore = try #require(source.vectorScore)
            #expect(abs(vectorScore - cosine) < 0.005, "\(source.filename)")
            #expect(source.score == min(1, max(0, vectorScore)))
        }
        // A vector takes the place of the text's own, whatever its length; the opposite of a passage is shown as 0, not as less.
        let passage = try #require(encoder.encode([Self.handbook[3].text]).first)
        let opposite = SearchQuery("", vector: passage.map { $0 * -70 })
        let far = try await search.search(opposite, in: dataset, limit: 10, for: ada).hits.map(\.source)
        let last = try #require(far.first { $0.filename == "bees.txt" })
        #expect(try #require(last.vectorScore) < -0.99 && last.score == 0)
        let near = try await search.search(SearchQuery("", vector: passage.map { $0 * 1e30 }), in: dataset, limit: 1, for: ada).hits
        #expect(names(near) == ["bees.txt"])
        #expect(try #require(near.first?.source.vectorScore) > 0.99)
    }

    @Test(arguments: Backend.all) func withoutAnEncoderThereAreNoVectorScores(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let ada = try await installation.caller()
        let platform = try installation.process()
        let dataset = try await platform.dataset(for: ada)
        try await installation.ingest(Self.handbook, into: dataset, encoder: nil, for: ada)
        let found = try await platform.search.search(SearchQuery("crowded bees"), in: dataset, limit: 10, for: ada)
        #expect(names(found.hits) == ["bees.txt"])
        #expect(!found.vectorsPending, "nobody will ever make them")
        #expect(found.hits.first?.source.vectorScore == nil)
        #expect(found.hits.first?.source.score == found.hits.first?.matchedShare)
        #expect(try await installation.jobs("encode") == 0)
        #expect(try await installation.query("SELECT id FROM content WHERE vectors_sha256 IS NOT NULL").isEmpty)
    }

    /// Vectors that were made once are not shown by a server that cannot encode the question.
    @Test(arguments: Backend.all) func vectorsOfAnotherServerDoNotDisturbOneWithoutAnEncoder(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let encoder = try TestEncoder.shared()
        let ada = try await installation.caller()
        let dataset = try await installation.process().dataset(for: ada)
        try await installation.ingest(Self.handbook, into: dataset, encoder: encoder, for: ada)
        let found = try await installation.process().search.search(SearchQuery("crowded bees"), in: dataset, limit: 10, for: ada)
        #expect(names(found.hits) == ["bees.txt"])
        #expect(found.hits.first?.source.vectorScore == nil && !found.vectorsPending)
    }

    @Test(arguments: Backend.all) func bytesInSeveralDatasetsCountOnceAndTheHigherGroupCitesThem(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let encoder = try TestEncoder.shared()
        let ada = try await installation.caller()
        let platform = try installation.process(encoder: encoder)
        let (one, two) = (try await platform.dataset("one", for: ada), try await platform.dataset("two", for: ada))
        let shared = Self.handbook[3].text
        let files = try await installation.ingest(
            [("first.txt", shared), ("canteen.txt", Self.handbook[1].text)], into: one, encoder: encoder, for: ada)
        try await installation.ingest(
            [("second.txt", shared), ("parking.txt", Self.handbook[2].text)], into: two, encoder: encoder, for: ada)
        func groups(_ datasets: [[DatasetID]]) async throws -> [[String]] {
            try await platform.search.search(SearchQuery("When do bees swarm?"), in: datasets, limit: 10, organization: ada.organization)
                .groups.map { $0.filter(\.qualifies).map { "\($0.source.filename) of \($0.source.dataset == one ? "one" : "two")" } }
        }
        #expect(try await groups([[one], [two]]) == [["first.txt of one"], []])
        #expect(try await groups([[two], [one]]) == [["second.txt of two"], []])
        #expect(try await groups([[one, two]]) == [["first.txt of one"]])
        #expect(try await groups([[two, one]]) == [["second.txt of two"]])
        #expect(try await groups([[one], [one]]) == [["first.txt of one"], []], "a dataset named twice")
        // Taken out of the higher group, the lower one cites it at once.
        try await platform.files.dissociate(#require(files.first).id, from: .dataset(one), for: ada)
        #expect(try await groups([[one], [two]]) == [[], ["second.txt of two"]])
        #expect(try await groups([[one, two]]) == [["second.txt of two"]])
    }

    @Test(arguments: Backend.all) func aFileThatIsTakenOutIsNotFoundAnyMore(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let encoder = try TestEncoder.shared()
        let ada = try await installation.caller()
        let platform = try installation.process(encoder: encoder)
        let elsewhere = try installation.process(encoder: encoder)
        let dataset = try await platform.dataset(for: ada)
        let files = try await installation.ingest(Self.handbook, into: dataset, encoder: encoder, for: ada)
        let queries = [SearchQuery("When do bees swarm?"), SearchQuery("bees", mode: .keyword), SearchQuery("bees", mode: .vector)]
        for process in [platform, elsewhere] {
            for query in queries {
                #expect(try await process.search.search(query, in: dataset, limit: 1, for: ada).hits.first?.source.filename == "bees.txt")
            }
        }
        try await platform.files.dissociate(files[3].id, from: .dataset(dataset), for: ada)
        for process in [platform, elsewhere] {
            for query in queries {
                let hits = try await process.search.search(query, in: dataset, limit: 10, for: ada).hits
                #expect(!names(hits).contains("bees.txt"))
            }
        }
        _ = try await platform.files.associate(files[3].id, with: .dataset(dataset), namedAt: ["body"], for: ada, receipt: nil)
        for process in [platform, elsewhere] {
            for query in queries {
                #expect(try await process.search.search(query, in: dataset, limit: 1, for: ada).hits.first?.source.filename == "bees.txt")
            }
        }
    }

    @Test(arguments: Backend.all) func manyDatasetsAreSearchedAsOneWithAllTheirFiles(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let encoder = try TestEncoder.shared()
        let ada = try await installation.caller()
        let platform = try installation.process(encoder: encoder)
        let all = try await platform.dataset("all", for: ada)
        let texts = MergingTexts.texts(10)
        let files = try await installation.ingest(texts, into: all, encoder: encoder, for: ada)
        var parts: [DatasetID] = []
        for pair in 0..<5 {
            let part = try await platform.dataset("part \(pair)", for: ada)
            for file in files[(2 * pair)..<(2 * pair + 2)] {
                _ = try await platform.files.associate(file.id, with: .dataset(part), namedAt: ["body"], for: ada, receipt: nil)
            }
            parts.append(part)
        }
        for query in MergingTexts.queries {
            let together = try await platform.search.search(query, in: [[all]], limit: 6, organization: ada.organization).groups
            let apart = try await platform.search.search(query, in: [parts], limit: 6, organization: ada.organization).groups
            #expect(!together.joined().isEmpty)
            #expect(apart.map { $0.map(Figures.init) } == together.map { $0.map(Figures.init) }, "\(query.text)")
        }
    }

    /// All that a hit says, except which dataset it was found in.
    private struct Figures: Equatable {
        let id: String
        let score: Double
        let keywordScore: Double
        let vectorScore: Double?
        let matchedShare: Double
        let qualifies: Bool

        init(_ hit: PassageSearch.Hit) {
            (id, score, keywordScore) = (hit.source.id, hit.source.score, hit.source.keywordScore)
            (vectorScore, matchedShare, qualifies) = (hit.source.vectorScore, hit.matchedShare, hit.qualifies)
        }
    }

    @Test(arguments: Backend.all) func theHigherPriorityFillsFirstAndWhatDoesNotQualifyTakesNoPlace(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let encoder = try TestEncoder.shared()
        let ada = try await installation.caller()
        let platform = try installation.process(providers: ["scripted": ScriptedProvider(saying: ["Noted."])], encoder: encoder)
        let (high, low) = (try await platform.dataset("high", for: ada), try await platform.dataset("low", for: ada))
        try await installation.ingest(Array(Self.handbook[..<3]), into: high, encoder: encoder, for: ada)
        let months = ["March", "April", "May", "June", "July", "August", "September", "October", "November"]
        let swarms = months.map { (name: "\($0).txt", text: "In \($0) the honey bees swarm again.") }
        try await installation.ingest(swarms, into: low, encoder: encoder, for: ada)
        let model = try await platform.model(from: "scripted", reading: [(high, 90), (low, 10)], for: ada)
        func cited(_ question: String) async throws -> [String] {
            let outcome = try await TurnSupport.outcome(
                platform.turns.start(TurnSupport.request(question, model: model), for: ada, receipt: nil))
            return outcome.message.sources?.map(\.filename) ?? []
        }
        // Nothing of the higher group is near the question: the lower one fills all the places.
        let bees = try await cited("When do honey bees swarm?")
        #expect(bees.count == TurnPreparation.mostPassages)
        #expect(Set(bees).isSubset(of: Set(swarms.map(\.name))))
        // What qualifies in the higher group comes first, however well the lower one fits.
        let both = try await cited("When do honey bees swarm, and when does the canteen serve lunch?")
        #expect(both.first == "canteen.txt" && both.count == TurnPreparation.mostPassages)
        #expect(!both.contains("parking.txt"))
        // A higher group with enough leaves nothing to the lower one.
        _ = try await platform.associations.update(
            model, low, AssociationChanges(usageType: .absent, snapshotID: .absent, priority: .value(95)), for: ada, receipt: nil)
        let filled = try await cited("When do honey bees swarm, and when does the canteen serve lunch?")
        #expect(filled.count == TurnPreparation.mostPassages && !filled.contains("canteen.txt"))
    }
}

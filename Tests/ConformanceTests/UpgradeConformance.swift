import Foundation
import Storage
import TestSupport
import Testing

@testable import Platform

/// A database and blobs that an earlier version left behind.
@Suite(.timeLimit(.minutes(5))) struct UpgradeConformance {
    @Test(arguments: Backend.all) func whatWasFindableIsMadeAnewAndFoundAgain(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let ada = try await installation.caller()
        let first = try installation.process()
        let dataset = try await first.dataset(for: ada)
        let file = try await installation.working(first) {
            let file = try await first.upload("Bees dance to tell where the flowers are.", into: dataset, for: ada)
            return try await first.settled(file.id, for: ada)
        }
        #expect(try await first.search.search(SearchQuery("dance"), in: dataset, limit: 5, for: ada).hits.count == 1)
        let version = try await first.datasets.get(dataset, for: ada).version

        // The last two steps of migration 2: what it does to contents that are there already.
        for statement in VectorColumns.statements.suffix(2) { try await installation.execute(statement) }
        let second = try installation.process()
        #expect(try await second.files.get(file.id, for: ada).status == .uploaded)
        #expect(try await second.search.search(SearchQuery("dance"), in: dataset, limit: 5, for: ada).hits.isEmpty)

        try await installation.working(second) { _ = try await second.settled(file.id, for: ada) }
        let found = try await second.search.search(SearchQuery("dance"), in: dataset, limit: 5, for: ada)
        #expect(found.hits.map(\.source.file) == [file.id])
        #expect(try await second.datasets.get(dataset, for: ada).version == version)
    }
}

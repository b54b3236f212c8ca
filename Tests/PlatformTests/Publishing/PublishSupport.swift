import Foundation
import TestSupport
import Testing

@testable import Platform

/// What the tests of publishing share.
struct Publishing: Sendable {
    static let rows = "a,b\n" + String(repeating: "1,2\n", count: 6)

    private let folder = TemporaryFolder()
    let clock = TestClock()
    let client = WebClient(allowsPrivate: true)

    func subject(_ contents: [(name: String, text: String)] = [("rows.csv", Publishing.rows)]) async throws -> PublishSubject {
        var files: [PublishFile] = []
        for (name, text) in contents {
            let file = folder.url.appending(path: name)
            try Data(text.utf8).write(to: file)
            files.append(try await PublishFile.reading(file, name: name))
        }
        return PublishSubject(
            publishID: "p1", dataset: DatasetID("d1"), name: "Refunds", rowCount: 6, format: .csv, files: files,
            downloadURL: "https://quarry.example/download")
    }

    func spec(_ target: PublishTarget, _ fields: [String: JSONValue]) throws -> PublishSpec {
        try PublishSpec(target, fields, at: ["body", "target_spec"])
    }

    func publisher(_ site: ScriptedSite) throws -> Publisher {
        var sites = RemoteSites()
        sites.huggingFace = try WebAddress(site.base)
        sites.kaggle = try WebAddress(site.base)
        return Publisher(client: client, sites: sites, clock: clock)
    }

    func failure(_ body: () async throws -> Void) async throws -> PublishFailure {
        try #require(await #expect(throws: PublishFailure.self) { try await body() })
    }
}

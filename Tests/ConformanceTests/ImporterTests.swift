import Foundation
import TestSupport
import Testing

@testable import Platform

/// Files fetched from a stand-in site, with the credentials of the organization that asks.
@Suite(.timeLimit(.minutes(5))) struct ImporterTests {
    private struct Fetched: Sendable { let text: String; let requests: [ScriptedSite.Request] }

    /// Fetches the one file of an import from a site that answers by `script`.
    private func fetch(
        _ page: String, _ file: String, credentials: IntegrationCredentials? = nil, allowsPrivate: Bool = true, limit: Int64 = 1_000,
        _ script: @escaping ScriptedSite.Script
    ) async throws -> Fetched {
        try await ScriptedSite.run(script) { site in
            let installation = try await TestInstallation(.sqlite)
            let base = try WebAddress(site.base)
            let platform = try installation.process()
            let ada = try await installation.caller()
            if let credentials { _ = try await platform.integrations.set(credentials, for: ada, receipt: nil) }
            var sites = RemoteSites()
            sites.huggingFace = base
            if page.contains("kaggle") { (sites.kaggle, sites.huggingFace) = (base.at(path: ["kaggle"]), RemoteSites.defaultHuggingFace) }
            let plan = try ImportPlan(url: site.base + page, files: page.hasSuffix(".csv") ? nil : [file], sites: sites, at: ["body"])
            let bytes = Tally<[UInt8]>()
            let first = try #require(plan.files.first)
            let importer = Importer(
                client: WebClient(allowsPrivate: allowsPrivate), sites: sites, integrations: platform.integrations)
            _ = try await importer.fetch(first, of: plan, for: ada.organization, limit: limit) { bytes.add($0) }
            return Fetched(text: String(decoding: bytes.elements.flatMap { $0 }, as: UTF8.self), requests: site.requests)
        }
    }

    private func failure(_ body: () async throws -> Void) async throws -> WebFailure {
        try #require(await #expect(throws: WebFailure.self) { try await body() })
    }

    @Test func aPrivateDatasetIsReadWithTheOrganizationsToken() async throws {
        let fetched = try await fetch(
            "/datasets/team/refunds", "data/rows.csv", credentials: .huggingFace(token: "hf_test")
        ) { request, _ in request.path.hasPrefix("/datasets") ? .redirect("/cdn/rows?sig=1") : .text("a,b\n") }
        #expect(fetched.text == "a,b\n")
        #expect(fetched.requests.map(\.path) == ["/datasets/team/refunds/resolve/main/data/rows.csv", "/cdn/rows?sig=1"])
        #expect(fetched.requests.first?.headers["authorization"] == "Bearer hf_test")
    }

    @Test func kaggleIsAskedAsItsOwnClientAsks() async throws {
        let fetched = try await fetch(
            "/kaggle/datasets/ada/refunds/versions/2", "rows.csv", credentials: .kaggle(username: "ada", key: "k-secret")
        ) { request, _ in request.method == "POST" ? .redirect("/store/rows.csv?sig=1") : .text("a,b\n") }
        #expect(fetched.text == "a,b\n")
        #expect(
            fetched.requests.map { "\($0.method) \($0.path)" } == [
                "POST /kaggle/api/v1/datasets.DatasetApiService/DownloadDataset", "GET /store/rows.csv?sig=1",
            ])
        #expect(fetched.requests.first?.headers["authorization"] == "Basic YWRhOmstc2VjcmV0")
        #expect(
            fetched.requests.first?.json == [
                "ownerSlug": "ada", "datasetSlug": "refunds", "fileName": "rows.csv", "raw": true, "datasetVersionNumber": 2,
            ])
    }

    @Test func aPlainUrlGetsNoCredentials() async throws {
        let fetched = try await fetch("/exports/rows.csv", "", credentials: .huggingFace(token: "hf_test")) { _, _ in .text("a\n") }
        #expect(fetched.requests.first?.headers["authorization"] == nil)
    }

    @Test func aRefusalSaysWhatToDo() async throws {
        let without = try await failure { _ = try await fetch("/datasets/team/refunds", "x.csv") { _, _ in .status(401) } }
        #expect(
            without.description.contains("answered 401")
                && without.description.contains("set credentials with PUT /v1/integrations/huggingface"))
        let with = try await failure {
            _ = try await fetch("/datasets/team/refunds", "x.csv", credentials: .huggingFace(token: "hf_test")) { _, _ in .status(404) }
        }
        #expect(with.description.contains("still good") && !with.description.contains("hf_test"))
    }

    @Test(arguments: ["text/html; charset=utf-8", "application/zip"]) func whatIsNoTableIsToldForWhatItIs(_ type: String) async throws {
        let failure = try await failure { _ = try await fetch("/exports/rows.csv", "") { _, _ in .text("<html>", type: type) } }
        #expect(failure.kind == .malformed && failure.description.contains("not csv"))
    }

    @Test func theNetworkSettingDecides() async throws {
        let failure = try await failure { _ = try await fetch("/exports/rows.csv", "", allowsPrivate: false) { _, _ in .text("a\n") } }
        #expect(failure.kind == .refused && failure.description.contains("127.0.0.1 is loopback"))
    }
}

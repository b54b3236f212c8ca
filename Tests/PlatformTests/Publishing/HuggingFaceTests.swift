import Foundation
import TestSupport
import Testing

@testable import Platform

/// The requests are those that huggingface_hub 2.4.0 sent to a recording server for the same files (`HF_ENDPOINT`, Xet off), save that it
/// also asks whether a README's header is valid.
@Suite(.timeLimit(.minutes(5))) struct HuggingFaceTests {
    private static let oid = "7ccd5c775ac1306c2d3f9b2dd7349d41032fe2a1b5066be4d3f2001ab3e863e7"
    private let publishing = Publishing()
    private let token = IntegrationCredentials.huggingFace(token: "hf_test")

    /// How the site behaves.
    private struct Site: Sendable {
        var create = 200
        var mode = "lfs"
        var parts = false
        var isThere = false
        var faults: [String: ScriptedSite.Answer] = [:]

        func answer(_ request: ScriptedSite.Request, _ site: ScriptedSite) -> ScriptedSite.Answer {
            for (part, answer) in faults where request.path.contains(part) { return answer }
            if request.path == "/api/repos/create" {
                return .json(["url": .string("\(site.base)/datasets/team/refunds"), "error": "You already created this"], status: create)
            }
            if request.path.contains("/preupload/") {
                let files = request.json["files"].elements.map { file -> JSONValue in
                    ["path": file["path"], "uploadMode": .string(mode), "shouldIgnore": false]
                }
                return .json(["files": .array(files)])
            }
            if request.path.hasSuffix("/objects/batch") { return batch(request, site) }
            if request.path.hasPrefix("/part/") { return .status(200, headers: ["ETag": "\"e\(request.path.suffix(1))\""]) }
            if request.path.contains("/commit/") { return .json(["commitUrl": .string("\(site.base)/datasets/team/refunds/commit/abc")]) }
            return .json([:])
        }

        private func batch(_ request: ScriptedSite.Request, _ site: ScriptedSite) -> ScriptedSite.Answer {
            let object = request.json["objects"][0]
            if isThere { return .json(["objects": [["oid": object["oid"], "size": object["size"]]]]) }
            var upload: JSONValue = ["href": .string("\(site.base)/store/\(object["oid"].text)?sig=1%2B")]
            if parts {
                upload = [
                    "href": .string("\(site.base)/complete?u=1"),
                    "header": [
                        "chunk_size": "10", "00001": .string("\(site.base)/part/1"), "00003": .string("\(site.base)/part/3"),
                        "00002": .string("\(site.base)/part/2"),
                    ],
                ]
            }
            let actions: JSONValue = ["upload": upload, "verify": ["href": .string("\(site.base)/verify")]]
            return .json(["objects": [["oid": object["oid"], "size": object["size"], "actions": actions]]])
        }
    }

    private func publish(
        _ site: Site, _ fields: [String: JSONValue] = ["repository": .string("team/refunds"), "path": .string("data/rows.csv")],
        _ contents: [(name: String, text: String)] = [("rows.csv", Publishing.rows)]
    ) async throws -> (outcome: PublishOutcome, requests: [ScriptedSite.Request], base: String) {
        try await ScriptedSite.run { request, server in
            site.answer(request, server)
        } _: { server in
            let outcome = try await publishing.publisher(server).publish(
                publishing.subject(contents), by: publishing.spec(.huggingFace, fields), credentials: token)
            return (outcome, server.requests, server.base)
        }
    }

    private func failure(_ site: Site) async throws -> PublishFailure { try await publishing.failure { _ = try await publish(site) } }

    private func lines(_ request: ScriptedSite.Request?) throws -> [JSONValue] {
        try (request?.text ?? "").split(separator: "\n").map { try JSONValue.parse(Data($0.utf8)) }
    }

    @Test func theRequestsAreThoseOfTheSitesOwnClient() async throws {
        let (outcome, requests, base) = try await publish(Site())
        #expect(
            requests.map { "\($0.method) \($0.path)" } == [
                "POST /api/repos/create", "POST /api/datasets/team/refunds/preupload/main",
                "POST /datasets/team/refunds.git/info/lfs/objects/batch", "PUT /store/\(Self.oid)?sig=1%2B", "POST /verify",
                "POST /api/datasets/team/refunds/commit/main",
            ])
        #expect(
            requests.map { $0.headers["authorization"] } == [
                "Bearer hf_test", "Bearer hf_test", "Bearer hf_test", nil, "Bearer hf_test", "Bearer hf_test",
            ])
        #expect(
            requests.map { $0.headers["content-type"] } == [
                "application/json", "application/json", "application/vnd.git-lfs+json", nil, "application/json", "application/x-ndjson",
            ])
        #expect(requests[0].json == ["name": "refunds", "organization": "team", "visibility": "private", "type": "dataset"])
        #expect(
            requests[1].json == ["files": [["path": "data/rows.csv", "sample": "YSxiCjEsMgoxLDIKMSwyCjEsMgoxLDIKMSwyCg==", "size": 28]]])
        #expect(requests[2].headers["accept"] == "application/vnd.git-lfs+json")
        #expect(
            requests[2].json == [
                "operation": "upload", "transfers": ["basic", "multipart"], "objects": [["oid": .string(Self.oid), "size": 28]],
                "hash_algo": "sha256", "ref": ["name": "main"],
            ])
        #expect(requests[3].text == Publishing.rows)
        #expect(requests[4].json == ["oid": .string(Self.oid), "size": 28])
        let lines = try lines(requests.last)
        #expect(lines.first == ["key": "header", "value": ["summary": "Publish Refunds", "description": ""]])
        #expect(
            lines.last == [
                "key": "lfsFile", "value": ["path": "data/rows.csv", "algo": "sha256", "oid": .string(Self.oid), "size": 28],
            ])
        #expect(lines.count == 3 && lines[1]["key"] == "file")
        #expect((lines[1]["value"]["path"], lines[1]["value"]["encoding"]) == ("README.md", "base64"))
        let card = try #require(Data(base64Encoded: lines[1]["value"]["content"].text))
        #expect(String(decoding: card, as: UTF8.self).hasPrefix("---\npretty_name: \"Refunds\"\nconfigs:\n"))
        #expect(outcome.url == "\(base)/datasets/team/refunds")
    }

    @Test func largeFilesGoUpInTheParts() async throws {
        var site = Site()
        site.parts = true
        let requests = try await publish(site).requests
        #expect(requests.filter { $0.method == "PUT" }.map(\.text) == ["a,b\n1,2\n1,", "2\n1,2\n1,2\n", "1,2\n1,2\n"])
        let completion = try #require(requests.first { $0.path == "/complete?u=1" })
        #expect(completion.headers["authorization"] == nil)
        #expect(completion.headers["content-type"] == "application/vnd.git-lfs+json")
        #expect(
            completion.json == [
                "oid": .string(Self.oid),
                "parts": [
                    ["partNumber": 1, "etag": "\"e1\""], ["partNumber": 2, "etag": "\"e2\""], ["partNumber": 3, "etag": "\"e3\""],
                ],
            ])
    }

    @Test func aRepositoryThatIsThereKeepsItsCard() async throws {
        var site = Site()
        site.create = 409
        let lines = try lines(try await publish(site).requests.last)
        #expect(lines.map { $0["key"].text } == ["header", "lfsFile"])
    }

    @Test func anOwnRepositorysOwnerIsToldByTheSite() async throws {
        for status in [200, 409] {
            var site = Site()
            site.create = status
            let (_, requests, _) = try await publish(
                site, ["repo_id": .string("refunds"), "private": .bool(false), "revision": .string("v2/x")])
            #expect(requests[0].json == ["name": "refunds", "organization": nil, "visibility": "public", "type": "dataset"])
            #expect(requests[1].path == "/api/datasets/team/refunds/preupload/v2%2Fx")
            #expect(requests[2].json["ref"]["name"] == "v2/x")
        }
    }

    @Test func aTokenThatMayNotCreateMayStillWrite() async throws {
        var site = Site()
        site.create = 403
        let requests = try await publish(site).requests
        #expect(requests[1].method == "GET" && requests[1].path == "/api/datasets/team/refunds")
        #expect(requests.last?.path == "/api/datasets/team/refunds/commit/main")
    }

    @Test func anObjectThatIsThereIsNotSentAgain() async throws {
        var site = Site()
        site.isThere = true
        #expect(try await publish(site).requests.allSatisfy { $0.method == "POST" })
    }

    @Test func smallFilesGoIntoTheCommitWhereTheSiteWantsThatAndEmptyOnesAlways() async throws {
        var site = Site()
        site.mode = "regular"
        let lines = try lines(try await publish(site).requests.last)
        #expect(lines.last?["value"]["content"].text == Data(Publishing.rows.utf8).base64EncodedString())
        let empty = try await publish(Site(), ["repository": .string("team/refunds")], [("a.csv", Publishing.rows), ("b.csv", "")])
        let kinds = try self.lines(empty.requests.last).suffix(2)
        #expect(kinds.map { $0["key"].text } == ["lfsFile", "file"])
        #expect(kinds.map { $0["value"]["path"].text } == ["data/a.csv", "data/b.csv"])
    }

    @Test(arguments: [
        ("/api/repos/create", 401, false), ("/preupload/", 404, false), ("/objects/batch", 413, false), ("/store/", 500, true),
        ("/verify", 429, true), ("/commit/", 503, true), ("/commit/", 412, false),
    ]) func aRefusedStepIsNamedWithItsReason(_ part: String, _ status: Int, _ isWorthRetrying: Bool) async throws {
        var site = Site()
        site.faults = [
            part: .json(["error": "Because."], status: status, headers: ["Retry-After": "9"]), "/api/datasets/team/refunds?": .status(404),
        ]
        if part == "/api/repos/create" { site.faults["/api/datasets/team/refunds"] = .status(404) }
        let failure = try await failure(site)
        #expect(failure.description.contains("\(status): Because"), "\(failure)")
        #expect((failure.isWorthRetrying, failure.retryAfterSeconds) == (isWorthRetrying, status == 401 ? 9 : 9))
        #expect(!failure.description.contains("hf_test") && !failure.description.contains("sig="))
    }

    @Test func aCutConnectionIsWorthAnotherTry() async throws {
        var site = Site()
        site.faults = ["/commit/": .cut(after: "{")]
        let failure = try await failure(site)
        #expect(failure.isWorthRetrying)
        #expect(failure.description.hasPrefix("Committing: "))
    }

    @Test func aRefusedObjectIsTold() async throws {
        var site = Site()
        site.faults = [
            "/objects/batch": .json(["objects": [["oid": "x", "size": 1, "error": ["code": 422, "message": "Quota exceeded"]]]])
        ]
        #expect(try await failure(site).description.contains("Quota exceeded"))
    }
}

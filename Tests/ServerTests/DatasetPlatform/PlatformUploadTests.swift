import Crypto
import Foundation
import Platform
import TestSupport
import Testing

/// Uploads by signed URL: authority is in the URL alone, and what was said of the bytes must be true of them (contract B §3.5, §3.6).
@Suite(.timeLimit(.minutes(2))) struct PlatformUploadTests {
    private static let text = Tables.rows(3)
    private static let size = JSONValue.integer(Int64(text.utf8.count))
    private static var digest: String { SHA256.hash(data: Data(text.utf8)).map { String(format: "%02x", $0) }.joined() }

    private func complete(_ api: TestAPI, _ dataset: String, _ body: JSONValue) async throws -> TestAnswer {
        try await api.post("/api/v1/datasets/\(dataset)/upload/complete", body)
    }

    @Test func aUrlIsItsKeyAndNothingElseComesBack() async throws {
        try await ServedPlatform.run { served in
            for name in ["sums", "sums.csv", "../a b/ü%41?.csv", "CON", String(repeating: "n", count: 200)] {
                let answer = try await served.api.post("/api/v1/datasets/upload/initiate", ["name": .string(name), "file_format": "csv"])
                #expect(answer.status == 200 && answer.keys == ["upload_url"])
                let url = try #require(URLComponents(string: answer["upload_url"].text))
                #expect(url.scheme == "http" && url.path.hasPrefix("/uploads/"))
                #expect(url.percentEncodedPath == url.path && url.path.split(separator: "/").count == 3, "\(url.path)")
                #expect(Set((url.queryItems ?? []).map(\.name)) == ["expires", "signature"])
                #expect(try await served.api.put(answer["upload_url"].text, Self.text).status == 200)
                let made = try await served.api.post(
                    "/api/v1/datasets/upload/complete",
                    [
                        "s3_key": .string(String(url.path.dropFirst())), "name": .string(name), "file_format": "csv",
                        "file_size_bytes": Self.size,
                    ])
                #expect(made.status == 202 && made.keys == ["dataset_id", "status"], "\(made.text)")
                #expect(try await served.api.get("/api/v1/datasets/\(made["dataset_id"].text)")["name"].text == name)
            }
            let opened = try await served.api.post("/api/v1/datasets", ["source": ["name": "sums.csv"]])
            #expect(opened.status == 200 && opened.keys == ["dataset_id", "status", "upload_instructions"])
            let place = opened["upload_instructions"]
            #expect(place.keys == ["url", "method", "s3_key"] && place["method"] == "PUT")
            #expect(URLComponents(string: place["url"].text)?.path == "/" + place["s3_key"].text)
        }
    }

    @Test func theAddressIsThePublicOneWhereItIsKnown() async throws {
        try await ServedPlatform.run(configure: { $0.publicURL = "https://data.example.com" }) { served in
            let opened = try await served.api.openUpload("a.csv")
            #expect(opened.url.hasPrefix("https://data.example.com/uploads/"))
            #expect(try await served.api.put(opened.url, Self.text).status == 200)
        }
    }

    @Test func whatDoesNotAgreeIsNamedAndLeavesTheUploadOpen() async throws {
        try await ServedPlatform.run { served in
            let opened = try await served.api.openUpload("sums.csv")
            expectRefusal(try await complete(served.api, opened.dataset, ["file_size_bytes": Self.size]), 400, naming: "PUT")
            #expect(try await served.api.put(opened.url, "").status == 200)
            #expect(try await served.api.put(opened.url, Self.text).status == 200, "bytes may come again")
            let other = String(repeating: "0", count: 64)
            for (body, name) in [
                (["file_size_bytes": 1], "file_size_bytes"), (["file_size_bytes": 1, "sha256": .string(Self.digest)], "file_size_bytes"),
                (["file_size_bytes": Self.size, "sha256": .string(other)], "sha256"), ([:], "file_size_bytes"),
                (["file_size_bytes": -1], "file_size_bytes"), (["file_size_bytes": 2_147_483_649], "file_size_bytes"),
                (["file_size_bytes": "12"], "file_size_bytes"), (["file_size_bytes": 12.5], "file_size_bytes"),
                (["file_size_bytes": Self.size, "sha256": "abc"], "sha256"),
                (["file_size_bytes": Self.size, "sha256": .string(String(repeating: "x", count: 64))], "sha256"),
            ] as [(JSONValue, String)] {
                expectRefusal(try await complete(served.api, opened.dataset, body), 400, naming: name)
                #expect(try await served.api.get("/api/v1/datasets/\(opened.dataset)/status")["status"] == "pending", "it stays open")
            }
            let good: JSONValue = ["file_size_bytes": .number(Double(Self.text.utf8.count)), "sha256": .string(Self.digest.uppercased())]
            let first = try await complete(served.api, opened.dataset, good)
            #expect(first.status == 200, "\(first.text)")
            for body in [good, ["file_size_bytes": 1], ["file_size_bytes": Self.size, "sha256": .string(other)]] as [JSONValue] {
                let again = try await complete(served.api, opened.dataset, body)
                #expect(again.status == 200 && again.json == first.json, "after success it is answered alike")
            }
            #expect(try await served.api.put(opened.url, "other").status == 409, "and the bytes are what they are")
            try await served.platform.whileJobsRun { try await served.platform.waitForJobs() }
            #expect(try await served.api.get("/api/v1/datasets/\(opened.dataset)/status")["row_count"] == 3)
        }
    }

    @Test func aKeyIsTakenInTheFormsThatClientsSend() async throws {
        try await ServedPlatform.run { served in
            let body: JSONValue = ["name": "sums", "file_format": "csv", "file_size_bytes": Self.size]
            var made: [String] = []
            for prefix in ["", "/", "bucket/", "a.bucket/with/"] {
                let opened = try await served.api.post("/api/v1/datasets/upload/initiate", ["name": "sums", "file_format": "csv"])[
                    "upload_url"
                ].text
                try await served.api.put(opened, Self.text)
                let key = String(try #require(URLComponents(string: opened)).path.dropFirst())
                for name in ["sums", "again"] {
                    let named = body.with(["s3_key": .string(prefix + key), "name": .string(name)])
                    let answer = try await served.api.post("/api/v1/datasets/upload/complete", named)
                    #expect(answer.status == 202, "\(prefix): \(answer.text)")
                    made.append(answer["dataset_id"].text)
                }
            }
            #expect(Set(made).count == 4, "a second time is answered alike")
            #expect(try await served.api.get("/api/v1/datasets?q=again")["datasets"] == [])
            for key in ["", "uploads/x/y.csv", "x", "%00", "uploads/\u{0}"] {
                let answer = try await served.api.post("/api/v1/datasets/upload/complete", body.with(["s3_key": .string(key)]))
                #expect([400, 404].contains(answer.status), "\(key): \(answer.text)")
            }
            expectRefusal(try await served.api.post("/api/v1/datasets/upload/complete", body), 400, naming: "s3_key")
        }
    }

    @Test(arguments: Backend.all) func aUrlIsGoodForItsKeyAnHourAndItsSignatureAlone(_ backend: Backend) async throws {
        try await ServedPlatform.run(backend) { served in
            let (first, second) = (try await served.api.openUpload("a.csv"), try await served.api.openUpload("b.csv"))
            let theirs = try await served.caller(organization: "two", member: "eve").openUpload("c.csv")
            let parts = try #require(URLComponents(string: first.url))
            let expires = try #require(parts.queryItems?.first { $0.name == "expires" }?.value.flatMap(Int64.init))
            let signature = try #require(parts.queryItems?.first { $0.name == "signature" }?.value)
            let other = try #require(URLComponents(string: second.url)?.queryItems?.first { $0.name == "signature" }?.value)
            let flipped = (signature.hasPrefix("0") ? "1" : "0") + signature.dropFirst()
            for (key, expires, signature) in [
                (second.key, "\(expires)", signature), (theirs.key, "\(expires)", signature), (first.key, "\(expires + 1)", signature),
                (first.key, "\(expires - 1)", signature), (first.key, "x", signature), (first.key, "", signature),
                (first.key, "\(expires)", other), (first.key, "\(expires)", flipped), (first.key, "\(expires)", ""),
                (first.key, "\(expires)", String(signature.dropLast())), (first.key, "\(expires)", signature + "0"),
                (first.key + "x", "\(expires)", signature),
            ] {
                let answer = try await served.api.put("http://host/\(key)?expires=\(expires)&signature=\(signature)", Self.text)
                #expect(answer.status == 403, "\(key) \(expires) \(signature)")
                #expect(answer.mediaType == "application/problem+json")
            }
            #expect(try await served.api.put("http://host/\(first.key)", Self.text).status == 403)
            served.platform.clock.advance(by: .milliseconds(60 * 60 * 1_000 - 1))
            #expect(try await served.api.put(first.url, Self.text).status == 200, "the last moment")
            served.platform.clock.advance(by: .milliseconds(1))
            let late = try await served.api.put(first.url, Self.text)
            #expect(late.status == 403 && late["detail"].text.contains("expired"))
            #expect(try await complete(served.api, first.dataset, ["file_size_bytes": Self.size]).status == 200, "completing needs no URL")
        }
    }

    @Test func anotherOrganizationsUploadIsUnknown() async throws {
        try await ServedPlatform.run { served in
            let eve = try await served.caller(organization: "two", member: "eve")
            let opened = try await served.api.openUpload("a.csv")
            let url = try await served.api.post("/api/v1/datasets/upload/initiate", ["name": "b", "file_format": "csv"])["upload_url"].text
            for url in [opened.url, url] { #expect(try await served.api.put(url, Self.text).status == 200) }
            let stray = String(try #require(URLComponents(string: url)).path.dropFirst())
            for key in [opened.key, stray, "bucket/" + stray] {
                let body: JSONValue = ["s3_key": .string(key), "name": "mine", "file_format": "csv", "file_size_bytes": Self.size]
                expectRefusal(try await eve.post("/api/v1/datasets/upload/complete", body), 404)
            }
            expectRefusal(try await complete(eve, opened.dataset, ["file_size_bytes": Self.size]), 404)
            #expect(try await served.api.get("/api/v1/datasets/\(opened.dataset)/status")["status"] == "pending")
            #expect(try await complete(served.api, opened.dataset, ["file_size_bytes": Self.size]).status == 200)
        }
    }

    /// What is wrong with an empty file is told where every other fault of a file is, and nothing is left open.
    @Test func anEmptyFileIsAnImportThatFails() async throws {
        try await ServedPlatform.run { served in
            let opened = try await served.api.openUpload("sums.csv")
            try await served.api.put(opened.url, "")
            #expect(try await complete(served.api, opened.dataset, ["file_size_bytes": 0]).status == 200)
            try await served.platform.whileJobsRun { try await served.platform.waitForJobs() }
            let status = try await served.api.get("/api/v1/datasets/\(opened.dataset)/status")
            #expect(status["status"] == "failed" && status["error_data"]["code"] == "E0101", "\(status.text)")
        }
    }

    @Test func anUploadOfADatasetThatIsGoneCannotBeCompleted() async throws {
        try await ServedPlatform.run { served in
            let opened = try await served.api.openUpload("a.csv")
            try await served.api.put(opened.url, Self.text)
            #expect(try await served.api.send("DELETE", "/api/v1/datasets/\(opened.dataset)").json == ["message": "Dataset deleted."])
            expectRefusal(try await complete(served.api, opened.dataset, ["file_size_bytes": Self.size]), 404)
            let body: JSONValue = ["s3_key": .string(opened.key), "name": "a", "file_format": "csv", "file_size_bytes": Self.size]
            expectRefusal(try await served.api.post("/api/v1/datasets/upload/complete", body), 404)
            #expect(try await served.api.put(opened.url, Self.text).status == 403)
            #expect(try await served.api.get("/v1/files")["data"] == [])
        }
    }

    @Test func aSourceIsReadInBothDialects() async throws {
        try await ServedPlatform.run { served in
            for source in [
                ["type": "file", "name": "sums", "file_format": "csv"], ["name": "sums.parquet"],
                ["name": "sums.txt", "file_format": "jsonl"],
                ["name": "SUMS.CSV", "processing_mode": "adapt"],
                ["type": "file", "name": "sums.json", "processing_mode": "standard", "url": nil],
            ] as [JSONValue] {
                let answer = try await served.api.post("/api/v1/datasets", ["source": source, "defer_adaption": false])
                #expect(answer.status == 200 && answer["upload_instructions"] != .null, "\(answer.text)")
            }
            for source in [
                ["type": "huggingface", "url": "https://huggingface.co/datasets/a/b", "files": ["c.csv"]],
                ["url": "https://www.kaggle.com/datasets/a/b", "files": ["c.csv"], "name": "mine"], ["url": "https://example.com/c.jsonl"],
            ] as [JSONValue] {
                let answer = try await served.api.post("/api/v1/datasets", ["source": source])
                #expect(answer.status == 200 && answer["upload_instructions"] == .null, "\(answer.text)")
                #expect(try await served.api.get("/api/v1/datasets/\(answer["dataset_id"].text)")["status"] == "running")
            }
            for source in [["name": "a.XLSX"], ["name": "a", "file_format": "pdf"]] as [JSONValue] {
                expectRefusal(try await served.api.post("/api/v1/datasets", ["source": source]), 501, naming: "file_format")
            }
            for (source, name) in [
                (nil, "source"), ("a", "source"), ([:], "source.name"), (["name": 1], "source.name"),
                (["name": "sums"], "source.file_format"),
                (["name": "sums.exe"], "source.file_format"), (["name": "a.csv", "file_format": "exe"], "source.file_format"),
                (["type": "ftp", "name": "a.csv"], "source.type"), (["type": "kaggle"], "source.url"), (["url": "nonsense"], "url"),
                (["url": "https://huggingface.co/datasets/a/b"], "files"),
                (["url": "https://huggingface.co/datasets/a/b", "files": [1]], "files"),
                (["url": "https://huggingface.co/datasets/a/b", "files": ["../c.csv"]], "files"),
                (["name": "a.csv", "processing_mode": "fast"], "source.processing_mode"), (["url": "file:///etc/passwd"], "url"),
            ] as [(JSONValue, String)] {
                expectRefusal(try await served.api.post("/api/v1/datasets", ["source": source]), 400, naming: name)
            }
            for source in [["name": "a.csv", "processing_mode": "raw"], ["name": "a.pdf", "file_format": "pdf"]] as [JSONValue] {
                expectRefusal(try await served.api.post("/api/v1/datasets", ["source": source]), 501)
            }
        }
    }
}

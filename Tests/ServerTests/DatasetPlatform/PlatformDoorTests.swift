import Foundation
import Platform
import TestSupport
import Testing

/// The door of the dataset platform: downloads, refusals in its own shape, and what is not built yet.
@Suite(.timeLimit(.minutes(2))) struct PlatformDoorTests {
    @Test func whatIsNotBuiltYetSaysSoToEverybody() async throws {
        try await ServedPlatform.run { served in
            let id = UUID().uuidString.lowercased()
            for api in [served.api, served.api.with(key: nil)] {
                for (method, path) in [
                    ("POST", "datasets/\(id)/augment"), ("POST", "datasets/\(id)/translate"), ("POST", "datasets/\(id)/localize"),
                    ("POST", "datasets/invent"), ("GET", "datasets/invent/domains"), ("POST", "datasets/\(id)/extend-trajectories"),
                    ("POST", "datasets/combine"), ("POST", "datasets/combine/validate"), ("POST", "datasets/\(id)/custom-evals"),
                    ("GET", "datasets/\(id)/custom-evals"), ("GET", "datasets/\(id)/custom-evals/\(id)"),
                    ("GET", "datasets/\(id)/export-links"),
                    ("POST", "datasets/upload/initiate-batch"), ("POST", "datasets/upload/complete-batch"), ("GET", "models"),
                    ("GET", "tools"),
                    ("POST", "responses"), ("GET", "responses/x/input_items"), ("POST", "autoscientist"),
                    ("GET", "autoscientist/\(id)/download"),
                ] {
                    let answer = try await api.send(method, "/api/v1/\(path)")
                    expectRefusal(answer, 501, naming: "/api/v1/\(path)")
                    #expect(answer["error"] == "Not Implemented")
                }
            }
        }
    }

    @Test func whatIsUnknownIsRefusedInTheShapeOfTheDoor() async throws {
        try await ServedPlatform.run { served in
            for api in [served.api, served.api.with(key: nil)] {
                for path in ["/api/v1/x", "/api/v1/dataset", "/api/v1/datasets/a/b", "/api/v1/datasets/a/b/c/d", "/api/v1"] {
                    expectRefusal(try await api.get(path), 404, naming: path)
                }
                let answer = try await api.send("PATCH", "/api/v1/datasets")
                expectRefusal(answer, 405)
                #expect(answer.header("Allow") == "GET, POST")
            }
            for path in ["/api", "/api/v2/datasets", "/api/v11"] {
                #expect(try await served.api.get(path).mediaType == "application/problem+json", "\(path) is not of this door")
            }
        }
    }

    /// Some clients send no body with a POST, and then no media type (contract B §3.0).
    @Test func anEmptyBodyIsOneWithoutFields() async throws {
        try await ServedPlatform.run { served in
            let table = try await Tables.make(served, rows: 3)
            for (path, field) in [
                ("", "source"), ("/upload/initiate", "name"), ("/upload/complete", "s3_key"),
                ("/\(table)/upload/complete", "file_size_bytes"),
                ("/\(table)/run", "column_mapping"), ("/\(table)/publish", "target"),
            ] {
                let answer = try await served.api.send(TestRequest("POST", "/api/v1/datasets" + path))
                expectRefusal(answer, 400, naming: field)
            }
        }
    }

    /// One sentence, whatever is wrong: joined with semicolons, nothing said twice or against itself.
    @Test func severalFaultsAreOneSentence() async throws {
        try await ServedPlatform.run { served in
            let table = try await Tables.make(served, rows: 3)
            func message(_ path: String, _ body: JSONValue) async throws -> String {
                try await served.api.post("/api/v1/datasets" + path, body)["message"].text
            }
            #expect(
                try await message("/upload/initiate", ["name": 5]) == "name must be a string; file_format is required.")
            #expect(try await message("/\(table)/run", ["column_mapping": "question"]) == "column_mapping must be an object.")
            #expect(
                try await message("/\(table)/upload/complete", ["file_size_bytes": 1, "sha256": "ab"])
                    == "sha256 must have exactly 64 characters.")
        }
    }

    @Test func aMissingAndAWrongKeyAreRefusedAlike() async throws {
        try await ServedPlatform.run { served in
            for key in [nil, "qk_wrong", "pt_live_0123456789"] {
                for (method, path) in [
                    ("GET", "/api/v1/datasets"), ("GET", "/api/v1/datasets/x/status"), ("POST", "/api/v1/datasets/x/run"),
                ] {
                    let answer = try await served.api.with(key: key).send(method, path)
                    expectRefusal(answer, 401)
                    #expect(answer["error"] == "Unauthorized" && answer.header("WWW-Authenticate") == "Bearer")
                }
            }
            let reader = try await served.caller(member: "reader", scopes: [.datasetsRead])
            expectRefusal(try await reader.post("/api/v1/datasets", [:]), 403, naming: "datasets:write")
            expectRefusal(try await served.api.get("/api/v1/datasets/\(UUID().uuidString)"), 404)
        }
    }

    @Test func aDownloadIsTheBytesThemselves() async throws {
        try await ServedPlatform.run { served in
            let text = "question,answer,topic\n\"What, is it?\",\"It says \"\"no\"\".\",a\nHow many are there?,There are four of them.,\n"
            let ids = try await Tables.make(served, [("Q & A.csv", text), ("second.csv", Tables.rows(3))], runs: 1)
            let path = "/api/v1/datasets/\(ids[0])/download"
            var bodies: [String: TestAnswer] = [:]
            for format in ["csv", "json", "jsonl", "parquet"] {
                let answer = try await served.api.get("\(path)?fileFormat=\(format)", headers: ["Accept": "application/octet-stream"])
                #expect(answer.status == 200 && answer.header("Content-Type") == "application/octet-stream")
                #expect(try await served.api.get("\(path)?file_format=\(format)").status == 200)
                let ending = format == "parquet" ? "parquet.tar.gz" : format
                #expect(answer.header("Content-Disposition") == "attachment; filename=\"Q---A.\(ending)\"")
                bodies[format] = answer
            }
            let csv = try #require(bodies["csv"])
            #expect(try await served.api.get(path).body == csv.body, "CSV is the default")
            #expect(
                csv.text == """
                    question,answer,enhanced_prompt,enhanced_completion,topic
                    "What, is it?","It says ""no"".","What, is it?","It says ""no"".",a
                    How many are there?,There are four of them.,How many are there?,There are four of them.,

                    """)
            let rows = try #require(bodies["json"]).json.elements
            #expect(rows.count == 2 && rows[0]["question"] == "What, is it?" && rows[0]["enhanced_completion"] == "It says \"no\".")
            let lines = try #require(bodies["jsonl"]).text.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.count == 3 && lines.last == "", "a line for each row, and a final newline")
            #expect(lines.dropLast().map { try? JSONValue.parse(Data($0.utf8)) } == rows)
            #expect(try #require(bodies["parquet"]).body.starts(with: [0x1F, 0x8B]), "a gzipped archive")

            expectRefusal(try await served.api.get("\(path)?fileFormat=xlsx"), 400, naming: "fileFormat", "csv, json, jsonl, parquet")
            let other = "/api/v1/datasets/\(ids[1])"
            expectRefusal(try await served.api.get("\(other)/download"), 422, naming: "run")
            expectRefusal(try await served.api.get("\(other)/download?fileFormat=xlsx"), 400, naming: "fileFormat")
            #expect(try await served.api.post("\(other)/run", Tables.run).status == 200)
            expectRefusal(try await served.api.get("\(other)/download"), 409, naming: "finished")
            #expect(try await served.api.post("/api/v1/datasets/\(ids[0])/run", Tables.run).status == 200)
            #expect(try await served.api.get(path).body == csv.body, "a later run replaces nothing until it has written rows")
            expectRefusal(try await served.api.get("/api/v1/datasets/\(UUID().uuidString)/download?fileFormat=xlsx"), 404)
        }
    }
}

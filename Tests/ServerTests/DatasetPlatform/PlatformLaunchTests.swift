import Foundation
import Platform
import TestSupport
import Testing

/// Launching and quoting runs: what is refused, in which order, and what is answered again (contract B §3.7, §4.6, §6 row 14).
@Suite(.timeLimit(.minutes(2))) struct PlatformLaunchTests {
    @Test func checksComeInTheirOrder() async throws {
        try await ServedPlatform.run { served in
            let table = try await Tables.make(served, rows: 3)
            let path = "/api/v1/datasets/\(table)/run"
            let unread = "/api/v1/datasets/\(try await served.api.openUpload("later.csv").dataset)/run"
            let nowhere = "/api/v1/datasets/\(UUID().uuidString.lowercased())/run"
            let misshapen: JSONValue = ["column_mapping": 5]
            let misnamed: JSONValue = ["column_mapping": ["prompt": "nope", "completion": "answer"]]

            expectRefusal(try await served.api.with(key: nil).post(nowhere, misshapen), 401)
            expectRefusal(try await served.api.post(nowhere, misshapen), 404)
            expectRefusal(
                try await served.api.send(
                    TestRequest("POST", nowhere, headers: ["Content-Type": "application/json"], body: Data("{".utf8))), 404)
            expectRefusal(try await served.api.post(unread, misshapen), 400, naming: "column_mapping")
            expectRefusal(try await served.api.post(unread, misnamed), 409, naming: "import")
            let key: JSONValue = ["idempotency_key": "first"]
            let launched = try await served.api.post(path, Tables.run.with(["job_specification": key]))
            #expect(launched.status == 200)
            #expect(
                try await served.api.post(path, misshapen.with(["job_specification": key])).json == launched.json, "replay before shape")
            expectRefusal(try await served.api.post(path, misshapen), 400, naming: "column_mapping")
            expectRefusal(
                try await served.api.post(path, misnamed), 400, naming: "column_mapping.prompt", "\"nope\"", "question, answer, topic")
            expectRefusal(try await served.api.post(path, Tables.run), 409, naming: "active")
        }
    }

    @Test func everyWrongFieldIsNamed() async throws {
        try await ServedPlatform.run { served in
            let table = try await Tables.make(served, rows: 3)
            let mappings: [(JSONValue, String)] = [
                (["chat": "topic", "prompt": "question"], "column_mapping.prompt"),
                (["chat": "topic", "completion": "answer"], "column_mapping.completion"),
                (["chat": "topic", "context": ["answer"]], "column_mapping.context"),
                (["chat": "topic", "universal_prompt": "Sum up."], "column_mapping.universal_prompt"),
                (["universal_prompt": "Sum up.", "prompt": "question", "context": ["topic"]], "column_mapping.universal_prompt"),
                (["universal_prompt": "Sum up.", "completion": "answer"], "column_mapping.universal_prompt"),
                ([:], "column_mapping.prompt"), (["context": ["topic"]], "column_mapping.prompt"), ("question", "column_mapping"),
                (nil, "column_mapping"), ([], "column_mapping"), (["prompt": 5, "completion": "answer"], "column_mapping.prompt"),
                (["prompt": "", "completion": "answer"], "column_mapping.prompt"),
                (["prompt": "question", "completion": ["answer"]], "column_mapping.completion"),
                (["prompt": "question", "completion": "answer", "context": [1]], "column_mapping.context"),
                (["prompt": "question", "completion": "answer", "context": "topic"], "column_mapping.context"),
                (["prompt": "question", "completion": "answer", "context": ["gone"]], "column_mapping.context"),
                (["prompt": "Question", "completion": "answer"], "column_mapping.prompt"),
                (["prompt": "question", "completion": "a\\u0000"], "column_mapping.completion"),
            ]
            for (mapping, name) in mappings {
                expectRefusal(try await served.api.post("/api/v1/datasets/\(table)/run", ["column_mapping": mapping]), 400, naming: name)
            }
            let fields: [(JSONValue, String)] = [
                (["recipe_specification": ["recipes": ["deduplication": "yes"]]], "recipe_specification.recipes.deduplication"),
                (["recipe_specification": ["recipes": []]], "recipe_specification.recipes"),
                (["recipe_specification": 1], "recipe_specification"),
                (["job_specification": ["max_rows": 0]], "job_specification.max_rows"),
                (["job_specification": ["max_rows": 1.5]], "job_specification.max_rows"),
                (["job_specification": ["max_rows": "2"]], "job_specification.max_rows"),
                (["job_specification": ["idempotency_key": 5]], "job_specification.idempotency_key"),
                (["job_specification": ["idempotency_key": ""]], "job_specification.idempotency_key"),
                (["brand_controls": ["length": "tiny"]], "brand_controls.length"),
                (["brand_controls": ["safety_categories": ["rude"]]], "brand_controls.safety_categories"),
                (["brand_controls": ["hallucination_mitigation": true]], "brand_controls.hallucination_mitigation"),
                (["brand_controls": ["blueprint": 1]], "brand_controls.blueprint"), (["training_type": "reward"], "training_type"),
                (["estimate": "yes"], "estimate"),
            ]
            for (field, name) in fields {
                expectRefusal(try await served.api.post("/api/v1/datasets/\(table)/run", Tables.run.with(field.members)), 400, naming: name)
            }
            let several = try await served.api.post(
                "/api/v1/datasets/\(table)/run",
                ["column_mapping": ["prompt": 1], "training_type": 2, "job_specification": ["max_rows": 0]])
            expectRefusal(several, 400, naming: "column_mapping.prompt", "training_type", "job_specification.max_rows", "; ")
            #expect(try await served.api.get("/api/v1/datasets/\(table)")["run_id"] == .null, "nothing was launched")
        }
    }

    @Test func whatNeedsAGeneratorNamesTheSetting() async throws {
        try await ServedPlatform.run { served in
            let table = try await Tables.make(served, rows: 3)
            for (body, name) in [
                (["column_mapping": ["prompt": "question"]], "column_mapping.completion"),
                (["column_mapping": ["completion": "answer"]], "column_mapping.prompt"),
                (
                    Tables.run.with(["recipe_specification": ["recipes": ["prompt_rephrase": true]]]),
                    "recipe_specification.recipes.prompt_rephrase"
                ),
                (
                    Tables.run.with(["recipe_specification": ["recipes": ["reasoning_traces": true]]]),
                    "recipe_specification.recipes.reasoning_traces"
                ),
                (Tables.run.with(["training_type": "preference_pairs"]), "training_type"),
                (
                    Tables.run.with([
                        "language_expansion": ["type": "translate", "sample_rate": 0.5, "languages": ["de", "FIL", "zh-Hant"]]
                    ]), "language_expansion"
                ),
                (
                    Tables.run.with([
                        "language_expansion": ["type": "localize", "sample_rate": 1, "pairs": [["country": "at", "language": "de"]]]
                    ]), "language_expansion"
                ),
            ] as [(JSONValue, String)] {
                expectRefusal(try await served.api.post("/api/v1/datasets/\(table)/run", body), 400, naming: name, "runs.generator")
                let quote = try await served.api.post("/api/v1/datasets/\(table)/run", body.with(["estimate": true]))
                expectRefusal(quote, 400, naming: name, "runs.generator")
            }
        }
    }

    @Test func languagesToComeAreCheckedAlready() async throws {
        try await ServedPlatform.run { served in
            let table = try await Tables.make(served, rows: 3)
            let pair: JSONValue = ["country": "AT", "language": "de"]
            for (wish, words) in [
                ("de", ["language_expansion must be"]), ([:], ["language_expansion.type", "language_expansion.sample_rate"]),
                (["type": "speak", "sample_rate": 1], ["translate or localize"]),
                (["type": "translate", "sample_rate": 0, "languages": ["de"]], ["sample_rate"]),
                (["type": "translate", "sample_rate": 1], ["language_expansion.languages"]),
                (["type": "translate", "sample_rate": 1, "languages": ["xx"]], ["\"xx\"", "zh-Hans"]),
                (["type": "translate", "sample_rate": 1, "languages": ["de"], "pairs": [pair]], ["language_expansion.pairs"]),
                (["type": "localize", "sample_rate": 1, "pairs": [pair], "languages": ["de"]], ["language_expansion.languages"]),
                (["type": "localize", "sample_rate": 1, "pairs": [["country": "XX", "language": "de"]]], ["\"XX\""]),
                (["type": "localize", "sample_rate": 1, "pairs": ["de"]], ["country and language"]),
            ] as [(JSONValue, [String])] {
                let answer = try await served.api.post("/api/v1/datasets/\(table)/run", Tables.run.with(["language_expansion": wish]))
                expectRefusal(answer, 400)
                for word in words { #expect(answer["message"].text.contains(word), "\(answer.text)") }
                #expect(!answer["message"].text.contains("runs.generator"))
            }
        }
    }

    @Test func whatThisServerDoesNotKnowIsIgnored() async throws {
        try await ServedPlatform.run { served in
            let table = try await Tables.make(served, rows: 3)
            let body = Tables.run.with([
                "recipe_specification": [
                    "version": 3,
                    "recipes": ["preference_pairs": true, "prompt_metadata_injection": "x", "deduplication": false, "new": 1],
                ],
                "job_specification": ["max_rows": 2.0, "priority": "high"], "brand_controls": ["voice": 1], "novelty": [1],
                "language_expansion": nil,
            ])
            let launched = try await served.api.post("/api/v1/datasets/\(table)/run", body)
            #expect(launched.status == 200, "\(launched.text)")
            #expect(try await served.api.get("/api/v1/datasets/\(table)/status")["progress"]["total_rows"] == 2)
        }
    }

    @Test func aQuoteChecksEverythingAndStartsNothing() async throws {
        try await ServedPlatform.run { served in
            let table = try await Tables.make(served, rows: 101)
            let path = "/api/v1/datasets/\(table)/run"
            for (body, credits) in [
                (["estimate": true], 2), (["estimate": true, "job_specification": ["max_rows": 100]], 1),
                (["estimate": true, "job_specification": ["max_rows": 5_000]], 2), (Tables.run.with(["estimate": true]), 2),
            ] as [(JSONValue, Int)] {
                let quote = try await served.api.post(path, body)
                #expect(quote["estimatedCreditsConsumed"].int == credits && quote["estimate"] == true && quote["run_id"] == .null)
            }
            #expect(try await served.api.get("/api/v1/datasets/\(table)/status")["status"] == "pending")
            #expect(try await served.api.get("/v1/datasets/\(table)/runs")["data"] == [])
            expectRefusal(
                try await served.api.post(path, ["estimate": true, "column_mapping": ["prompt": "nope"]]), 400,
                naming: "column_mapping.prompt")
            let unread = try await served.api.openUpload("later.csv").dataset
            expectRefusal(try await served.api.post("/api/v1/datasets/\(unread)/run", ["estimate": true]), 409)

            let key: JSONValue = ["idempotency_key": "quoted"]
            let quote = try await served.api.post(path, ["estimate": true, "job_specification": key])
            let launched = try await served.api.post(path, Tables.run.with(["job_specification": key]))
            #expect(!launched["run_id"].text.isEmpty, "a quote takes no key")
            #expect(try await served.api.post(path, ["estimate": true, "job_specification": key]).json == quote.json, "nor is it replayed")
        }
    }

    @Test(arguments: Backend.all) func aKeyIsAnsweredAlikeForEver(_ backend: Backend) async throws {
        try await ServedPlatform.run(backend) { served in
            let key: JSONValue = ["job_specification": ["idempotency_key": "the same"]]
            let (ids, first) = try await served.platform.whileJobsRun {
                var ids: [String] = []
                for name in ["a.csv", "b.csv"] { ids.append(try await served.api.platformDataset(name, Tables.rows(3))) }
                try await served.platform.waitForJobs()
                let first = try await served.api.post("/api/v1/datasets/\(ids[0])/run", Tables.run.with(key.members))
                try await served.platform.waitForJobs()
                return (ids, first)
            }
            let path = "/api/v1/datasets/\(ids[0])/run"
            #expect(try await served.api.get("/api/v1/datasets/\(ids[0])/status")["status"] == "succeeded")
            for body in [Tables.run, [:], ["column_mapping": 1], ["column_mapping": ["chat": "gone"], "training_type": "x"]] as [JSONValue]
            {
                let again = try await served.api.post(path, body.with(key.members))
                #expect(again.status == 200 && again.json == first.json)
                let named = try await served.api.post(path.replacing("/run", with: "/adapt"), body.with(key.members))
                #expect(named.json == first.json)
            }
            let elsewhere = try await served.api.post("/api/v1/datasets/\(ids[1])/run", Tables.run.with(key.members))
            #expect(elsewhere.status == 200 && elsewhere["run_id"] != first["run_id"], "a key belongs to its dataset")
            let second = try await served.api.post(path, Tables.run)
            #expect(second.status == 200 && second["run_id"] != first["run_id"], "there may be any number of runs in sequence")
            #expect(try await served.api.post(path, Tables.run.with(key.members)).json == first.json, "also while another one is active")
            #expect(try await served.api.post(path, Tables.run.with(["job_specification": ["idempotency_key": "other"]])).status == 409)
            for key in ["a\u{0}b", String(repeating: "k", count: 300)] {
                let body = Tables.run.with(["job_specification": ["idempotency_key": .string(key)]])
                expectRefusal(try await served.api.post(path, body), 400, naming: "job_specification.idempotency_key")
            }
        }
    }
}

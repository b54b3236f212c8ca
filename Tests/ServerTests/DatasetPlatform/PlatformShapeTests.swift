import Foundation
import Platform
import TestSupport
import Testing

/// The exact shape of every answer under `/api/v1`, in every state of a dataset (contract B §3, §4.1, §7).
@Suite(.timeLimit(.minutes(2))) struct PlatformShapeTests {
    private static let datasetKeys: Set = [
        "dataset_id", "name", "status", "created_at", "updated_at", "row_count", "run_id", "configured_column_mapping", "progress", "error",
        "error_data", "evaluation_summary", "created_by_user_id", "kind", "source_dataset_id", "image_column_formats",
    ]
    private static let statusKeys: Set = ["dataset_id", "status", "row_count", "progress", "error", "error_data"]

    /// What the three resources say of one dataset, after their keys were checked.
    private func look(_ api: TestAPI, _ id: String) async throws -> (dataset: JSONValue, status: JSONValue, entry: JSONValue) {
        let dataset = try await api.get("/api/v1/datasets/\(id)")
        let status = try await api.get("/api/v1/datasets/\(id)/status")
        let list = try await api.get("/api/v1/datasets?limit=100")
        #expect(dataset.status == 200 && status.status == 200 && list.status == 200)
        #expect(dataset.keys == Self.datasetKeys)
        #expect(status.keys == Self.statusKeys)
        #expect(list.keys == ["datasets", "next_cursor"])
        let entry = try #require(list["datasets"].elements.first { $0["dataset_id"].text == id })
        #expect(entry.keys == ["dataset_id", "name", "status", "created_at", "updated_at", "row_count", "description"])
        for key in Self.statusKeys where key != "status" { #expect(dataset[key] == status[key], "\(key)") }
        for key in ["name", "created_at", "updated_at", "row_count"] { #expect(dataset[key] == entry[key], "\(key)") }
        #expect(entry["status"] == status["status"])
        return (dataset.json, status.json, entry)
    }

    @Test func aDatasetGoesThroughItsStates() async throws {
        try await ServedPlatform.run { served in
            let api = served.api
            let opened = try await api.openUpload("sums.csv")
            var now = try await look(api, opened.dataset)
            #expect(now.dataset["status"] == "pending" && now.dataset["row_count"] == .null && now.dataset["run_id"] == .null)
            #expect(now.dataset["name"] == "sums.csv" && now.dataset["kind"] == "uploaded", "the name is as it was given")
            #expect(now.dataset["created_at"] == "2026-11-20T12:00:00.000Z" && now.dataset["updated_at"] == "2026-11-20T12:00:00.000Z")
            #expect(now.dataset["created_by_user_id"] != .null)

            let text = Tables.rows(40)
            try await api.put(opened.url, text)
            let completed = try await api.post(
                "/api/v1/datasets/\(opened.dataset)/upload/complete", ["file_size_bytes": .integer(Int64(text.utf8.count))])
            #expect(completed.json == ["dataset_id": .string(opened.dataset), "status": "processing"])
            now = try await look(api, opened.dataset)
            #expect(now.status["status"] == "running" && now.status["row_count"] == .null && now.status["progress"] == .null, "importing")

            try await served.platform.whileJobsRun { try await served.platform.waitForJobs() }
            now = try await look(api, opened.dataset)
            #expect(now.status["status"] == "pending" && now.status["row_count"] == 40 && now.status["progress"] == .null, "imported")
            #expect(now.dataset["configured_column_mapping"] == .null)

            let launched = try await api.post("/api/v1/datasets/\(opened.dataset)/run", Tables.run)
            let run = launched["run_id"].text
            now = try await look(api, opened.dataset)
            #expect(now.status["status"] == "pending" && now.dataset["run_id"].text == run)
            #expect(now.status["progress"] == ["percent": 0, "processed_rows": 0, "total_rows": 40])
            #expect(
                now.dataset["configured_column_mapping"] == [
                    "prompt": "question", "completion": "answer", "chat": nil, "context": [], "image": nil, "universal_prompt": nil,
                ])

            try await served.platform.pretend(run: run, hasDone: 14)
            now = try await look(api, opened.dataset)
            #expect(
                now.status == [
                    "dataset_id": .string(opened.dataset), "status": "running", "row_count": 40,
                    "progress": ["percent": 35, "processed_rows": 14, "total_rows": 40], "error": nil, "error_data": nil,
                ], "as in §7")
        }
    }

    @Test func aRunThatSucceededLeavesItsMarksAndNothingActive() async throws {
        try await ServedPlatform.run { served in
            let id = try await Tables.make(served, rows: 12, runs: 1)
            let now = try await look(served.api, id)
            #expect(now.dataset["status"] == "succeeded" && now.dataset["row_count"] == 12, "a run does not change row_count")
            for key in ["run_id", "progress", "error", "error_data"] { #expect(now.dataset[key] == .null, "\(key)") }
            let summary = now.dataset["evaluation_summary"]
            #expect(summary.keys == ["grade_before", "grade_after", "score_before", "score_after", "improvement_percent"])

            let evaluation = try await served.api.get("/api/v1/datasets/\(id)/evaluation")
            #expect(evaluation.keys == ["dataset_id", "status", "quality", "raw_results"])
            #expect(evaluation["status"] == "succeeded")
            let quality = evaluation["quality"]
            #expect(
                quality.keys == ["grade_before", "grade_after", "score_before", "score_after", "percentile_after", "improvement_percent"])
            #expect(quality.without("percentile_after") == summary)
            #expect(quality["percentile_after"] == .null, "it has no population yet")
            #expect(["A", "B", "C", "D", "E"].contains(quality["grade_after"].text))
            let gains = evaluation["raw_results"]["gains"]
            #expect(
                gains.keys == [
                    "overall_percentage_gain", "message_quality_absolute_gain", "message_quality_percentage_gain",
                    "completion_quality_absolute_gain", "completion_quality_percentage_gain",
                ])
            #expect(evaluation["raw_results"]["rows_in"] == 12 && evaluation["raw_results"]["rows_out"] == 12)
        }
    }

    @Test func aFailedImportTellsItsReasonInBothDialects() async throws {
        try await ServedPlatform.run { served in
            let ids = try await Tables.make(served, [("broken.jsonl", "{\"a\": 1}\n{\"a\": \n"), ("empty.csv", "\n\n")])
            for (id, code) in zip(ids, ["E0100", "E0101"]) {
                let now = try await look(served.api, id)
                #expect(now.status["status"] == "failed" && now.dataset["status"] == "failed")
                #expect(now.status["row_count"] == .null && now.status["progress"] == .null)
                let message = now.status["error"]["message"]
                #expect(now.status["error"] == ["message": message])
                #expect(now.status["error_data"] == ["message": message, "code": .string(code), "level": "error"])
                if code == "E0100" { #expect(message.text.contains("2"), "it names the line: \(message)") }
            }
            let evaluation = try await served.api.get("/api/v1/datasets/\(ids[0])/evaluation")
            #expect(evaluation.json == ["dataset_id": .string(ids[0]), "status": nil, "quality": nil, "raw_results": nil])
        }
    }

    @Test func aRunThatDidNotSucceedIsAFailureWithItsRowCount() async throws {
        try await ServedPlatform.run { served in
            let id = try await served.platform.whileJobsRun {
                let id = try await served.api.platformDataset("chats.csv", "talk,note\nnothing,a\nno turns,b\n")
                try await served.platform.waitForJobs()
                #expect(try await served.api.post("/api/v1/datasets/\(id)/run", ["column_mapping": ["chat": "talk"]]).status == 200)
                try await served.platform.waitForJobs()
                return id
            }
            let now = try await look(served.api, id)
            #expect(now.status["status"] == "failed" && now.status["row_count"] == 2 && now.status["progress"] == .null)
            #expect(now.status["error_data"]["code"] == "E0200" && now.status["error_data"]["level"] == "error")
            #expect(now.status["error"]["message"] == now.status["error_data"]["message"])
            #expect(now.dataset["run_id"] == .null && now.dataset["evaluation_summary"] == .null)
            #expect(try await served.api.get("/api/v1/datasets/\(id)/evaluation")["status"] == "failed")
            #expect(try await served.api.get("/api/v1/datasets/\(id)/download").status == 200, "a failed run can be downloaded")
        }
    }

    /// Contract B §6 row 10: what is downloaded is what is evaluated.
    @Test func aLaterRunThatWroteNothingLeavesTheEvaluationOfTheRowsThatAreDownloaded() async throws {
        try await ServedPlatform.run { served in
            let (id, before, summary, rows) = try await served.platform.whileJobsRun {
                let id = try await served.api.platformDataset("sums.csv", Tables.rows(12))
                try await served.platform.waitForJobs()
                #expect(try await served.api.post("/api/v1/datasets/\(id)/run", Tables.run).status == 200)
                try await served.platform.waitForJobs()
                let before = try await served.api.get("/api/v1/datasets/\(id)/evaluation")
                let summary = try await served.api.get("/api/v1/datasets/\(id)")["evaluation_summary"]
                let rows = try await served.api.get("/api/v1/datasets/\(id)/download").text
                #expect(before["status"] == "succeeded" && summary != .null)
                #expect(try await served.api.post("/api/v1/datasets/\(id)/run", ["column_mapping": ["chat": "topic"]]).status == 200)
                try await served.platform.waitForJobs()
                return (id, before, summary, rows)
            }
            let now = try await look(served.api, id)
            #expect(now.status["status"] == "failed" && now.status["error_data"]["code"] == "E0200")
            #expect(try await served.api.get("/api/v1/datasets/\(id)/download").text == rows)
            #expect(now.dataset["evaluation_summary"] == summary)
            #expect(try await served.api.get("/api/v1/datasets/\(id)/evaluation").json == before.json)
        }
    }

    @Test func awaitingInputIsSaidOnlyWhereItIsAllowedAndSet() async throws {
        for shows in [false, true] {
            try await ServedPlatform.run(configure: { $0.showsAwaitingInput = shows }) { served in
                let id = try await Tables.make(served, rows: 3)
                let opened = try await served.api.openUpload("later.csv").dataset
                let now = try await look(served.api, id)
                #expect(now.status["status"].text == (shows ? "awaiting_input" : "pending"))
                #expect(now.dataset["status"] == "pending", "it stays within four values")
                #expect(try await look(served.api, opened).status["status"] == "pending")
                let found = try await served.api.get("/api/v1/datasets?status=awaiting_input")["datasets"].elements.map {
                    $0["dataset_id"].text
                }
                #expect(found == [id])
                let pending = try await served.api.get("/api/v1/datasets?status=pending")["datasets"].elements.map {
                    $0["dataset_id"].text
                }
                #expect(Set(pending) == (shows ? [opened] : [id, opened]), "a filter finds what the entries say")
            }
        }
    }

    @Test func launchesQuotesAndPublishingsHaveTheirKeys() async throws {
        try await ServedPlatform.run { served in
            let id = try await Tables.make(served, rows: 3, runs: 1)
            let quote = try await served.api.post("/api/v1/datasets/\(id)/run", ["estimate": true])
            #expect(
                quote.json == [
                    "run_id": nil, "estimatedMinutes": 1, "estimatedCreditsConsumed": 1, "estimate": true,
                    "multimodalPricingApplied": false,
                ], "as in §7")
            let launched = try await served.api.post("/api/v1/datasets/\(id)/adapt", Tables.run)
            #expect(launched.json.without("run_id") == quote.json.with(["estimate": false]).without("run_id"))
            #expect(!launched["run_id"].text.isEmpty)
            let missing = try await served.api.post(
                "/api/v1/datasets/\(id)/publish", ["target": "kaggle", "target_spec": ["repository": "ada/refunds"]])
            expectRefusal(missing, 400, naming: "/v1/integrations/kaggle")
            for (body, name) in [
                ([:], "target"), (["target": "ftp"], "target"), (["target": 1], "target"),
                (["target": "kaggle", "target_spec": 1], "target_spec"),
                (["target": "huggingface"], "target_spec.repository"),
            ] as [(JSONValue, String)] {
                expectRefusal(try await served.api.post("/api/v1/datasets/\(id)/publish", body), 400, naming: name)
            }
        }
    }
}

import Foundation
import Platform
import TestSupport
import Testing

/// Drives the dataset platform, runs and publishing to every answer that is more than a fault of form.
struct DatasetPlatformDrive {
    let api: TestAPI

    /// What is refused, or empty, as long as nothing was imported.
    func beforeAnythingIsRead(_ own: Belongings) async throws {
        let (table, run) = (own[.table], ["column_mapping": Belongings.mapping] as JSONValue)
        for (path, status) in [
            ("/v1/datasets/\(table)/rows", 409), ("/v1/datasets/\(table)/diff", 409), ("/v1/datasets/\(table)/runs", 200),
            ("/v1/datasets/\(table)/publications", 200), ("/api/v1/datasets/\(table)/download", 422),
            ("/api/v1/datasets/\(table)/evaluation", 200), ("/api/v1/datasets/\(table)/status", 200), ("/api/v1/datasets/\(table)", 200),
        ] { #expect(try await api.get(path).status == status, "\(path)") }
        for name in ["run", "adapt"] { #expect(try await api.post("/api/v1/datasets/\(table)/\(name)", run).status == 409) }
    }

    /// Everything that can be read of a dataset whose run has succeeded.
    func read(_ own: Belongings) async throws {
        let (table, run) = (own[.table], own[.run])
        for path in [
            "/v1/datasets/\(table)/runs", "/v1/datasets/\(table)/runs/\(run)", "/v1/datasets/\(table)/runs/\(run)/dropped",
            "/v1/datasets/\(table)/rows", "/v1/datasets/\(table)/rows?limit=1", "/v1/datasets/\(table)/diff",
            "/v1/datasets/\(table)/diff?limit=1&run_id=\(run)", "/api/v1/datasets/\(table)", "/api/v1/datasets/\(table)/status",
            "/api/v1/datasets/\(table)/evaluation", "/api/v1/datasets", "/api/v1/datasets?limit=1.0&sort=name&status=succeeded",
        ] { #expect(try await api.get(path).status == 200, "\(path)") }
        for format in ["csv", "json", "jsonl", "parquet"] {
            #expect(try await api.get("/api/v1/datasets/\(table)/download?fileFormat=\(format)").status == 200, "\(format)")
        }
        let finished = try await api.get("/v1/datasets/\(table)/runs/\(run)")
        #expect(finished["counts"] == ["rowsIn": 3, "rowsDuplicate": 1, "rowsFailed": 0, "rowsEmpty": 0, "rowsOut": 2])
        #expect(try await api.get("/v1/datasets/\(table)/runs/\(run)/dropped")["data"].elements.map { $0["row"] } == [3])
    }

    /// Launching, cancelling, publishing and uploading; what is begun here is never worked on.
    func change(_ own: Belongings, _ spare: Belongings) async throws {
        try await run(own, spare)
        try await publish(own, spare)
        try await upload(own, spare)
        #expect(try await api.send("DELETE", "/api/v1/datasets/\(spare[.opened])").status == 200)
        #expect(try await api.send("DELETE", "/api/v1/datasets/\(spare[.opened])").status == 404)
    }

    private func run(_ own: Belongings, _ spare: Belongings) async throws {
        let (table, path) = (spare[.table], "/api/v1/datasets/\(spare[.table])")
        let run: JSONValue = ["column_mapping": Belongings.mapping]
        for name in ["run", "adapt"] {
            #expect(try await api.post("\(path)/\(name)", ["estimate": true])["run_id"] == .null)
            let seeing: JSONValue = ["column_mapping": Belongings.mapping.with(["image": "picture"])]
            #expect(try await api.post("\(path)/\(name)", seeing).status == 501)
        }
        let launched = try await api.post("\(path)/run", run)["run_id"].text
        #expect(try await api.post("\(path)/adapt", run).status == 409)
        for path in [path, "\(path)/status", "\(path)/evaluation", "/v1/datasets/\(table)/runs/\(launched)"] {
            #expect(try await api.get(path)["status"] == "pending", "\(path)")
        }
        #expect(try await api.get("\(path)/download").status == 409)
        #expect(try await api.get("/v1/datasets/\(table)/runs/\(launched)/dropped").status == 409)
        #expect(try await api.post("/v1/datasets/\(table)/runs/\(launched)/cancel")["cancelRequested"] == true)
        #expect(try await api.post("/v1/datasets/\(own[.table])/runs/\(own[.run])/cancel").status == 409)
    }

    private func publish(_ own: Belongings, _ spare: Belongings) async throws {
        let body: JSONValue = ["target": "webhook", "target_spec": ["url": "https://example.com/hook"]]
        #expect(try await api.post("/api/v1/datasets/\(own[.table])/publish", body).status == 400, "there are no credentials")
        let secret: JSONValue = ["secret": "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"]
        #expect(try await api.send("PUT", "/v1/integrations/webhook", secret).status == 200)
        #expect(try await api.post("/api/v1/datasets/\(own[.dataset])/publish", body).status == 422)
        let taken = try await api.post("/api/v1/datasets/\(own[.table])/publish", body, headers: ["Idempotency-Key": "publish"])
        #expect(taken.status == 202 && taken["status"] == "queued")
        let again = try await api.post("/api/v1/datasets/\(own[.table])/publish", body, headers: ["Idempotency-Key": "publish"])
        #expect(again.header("Idempotency-Replayed") == "true")
        let listed = try await api.get("/v1/datasets/\(own[.table])/publications")
        #expect(listed["data"].elements.map { $0["id"] } == [taken["publish_id"]])
    }

    private func upload(_ own: Belongings, _ spare: Belongings) async throws {
        let (size, name) = (JSONValue.integer(Int64(Belongings.rows.utf8.count)), JSONValue.string("stray"))
        let whole: JSONValue = ["s3_key": .string(spare[.upload]), "name": name, "file_format": "csv", "file_size_bytes": size]
        #expect(try await api.post("/api/v1/datasets/upload/complete", whole).status == 202)
        #expect(try await api.put("http://host\(spare[.target])", Belongings.rows).status == 409)
        #expect(try await api.post("/api/v1/datasets/\(spare[.opened])/upload/complete", ["file_size_bytes": size]).status == 200)
        #expect(try await api.post("/api/v1/datasets/\(own[.dataset])/upload/complete", ["file_size_bytes": size]).status == 422)
        for path in ["initiate", "complete"] {
            let answer = try await api.post("/api/v1/datasets/upload/\(path)", whole.with(["file_format": "pdf"]))
            #expect(answer.status == 501, "\(path)")
        }
        let raw: JSONValue = ["source": ["name": "a.csv", "processing_mode": "raw"]]
        #expect(try await api.post("/api/v1/datasets", raw).status == 501)
        let imported = try await api.post("/api/v1/datasets", ["source": ["url": "https://example.com/rows.csv"]])
        #expect(imported.status == 200 && imported["upload_instructions"] == .null)
    }
}

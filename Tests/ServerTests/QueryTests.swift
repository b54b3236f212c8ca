import Foundation
import Platform
import TestSupport
import Testing

/// What a query may say, and what a list does with it.
@Suite(.timeLimit(.minutes(5))) struct QueryTests {
    @Test func limitsHoldAtTheirEdges() async throws {
        try await ServedPlatform.run { served in
            for limit in ["1", "100", "020"] { #expect(try await served.api.get("/v1/datasets?limit=\(limit)").status == 200, "\(limit)") }
            for limit in ["0", "101", "-1", "", "1.0", "x", "1%00", "99999999999999999999"] {
                let answer = try await served.api.get("/v1/datasets?limit=\(limit)")
                #expect(answer.status == 422, "\(limit)")
                #expect(answer.faults == ["query.limit"], "\(limit)")
            }
        }
    }

    @Test func filtersAndFlagsAreChecked() async throws {
        try await ServedPlatform.run { served in
            for (query, fault) in [
                ("statusFilter=done", "statusFilter"), ("statusFilter=", "statusFilter"), ("resourceType=dataset", "resourceId"),
                ("resourceId=a", "resourceType"),
                ("resourceType=model&resourceId=a", "resourceType"), ("resourceType=dataset&resourceId=", "resourceId"),
                ("resourceType=dataset&resourceId=a%00", "resourceId"),
            ] {
                let answer = try await served.api.get("/v1/files?\(query)")
                #expect(answer.status == 422, "\(query)")
                #expect(answer.faults == ["query.\(fault)"], "\(query)")
            }
            for status in ["uploading", "uploaded", "processing", "ready", "failed"] {
                #expect(try await served.api.get("/v1/files?statusFilter=\(status)").status == 200)
            }
            let file = try await served.api.upload("a.md", "a")["id"].text
            #expect(try await served.api.send("DELETE", "/v1/files/\(file)?purge=1").faults == ["query.purge"])
            #expect(try await served.api.send("DELETE", "/v1/files/\(file)?purge=false").status == 204)
        }
    }

    @Test func expandIsReadInEverySpellingAndUnknownValuesAreIgnored() async throws {
        try await ServedPlatform.run { served in
            let dataset = try await served.api.post("/v1/datasets", ["name": "a"])["id"].text
            for query in ["expand[]=items", "expand%5B%5D=items", "expand=items", "expand[]=other&expand[]=items", "x=1&&expand[]=items&"] {
                #expect(try await served.api.get("/v1/datasets/\(dataset)?\(query)")["items"] == [], "\(query)")
            }
            for query in ["", "expand[]=other", "expand[]=item%73x", "items=expand"] {
                #expect(try await served.api.get("/v1/datasets/\(dataset)?\(query)").json.members["items"] == nil, "\(query)")
            }
        }
    }

    /// Ids that nobody issued, of every odd form, find nothing and break nothing.
    @Test func oddIdsFindNothing() async throws {
        try await ServedPlatform.run { served in
            for id in ["a", "%00", "%2F", "..", "%E2%82%AC", "%FF", "'", "%27%20OR%201=1--", String(repeating: "a", count: 4_000)] {
                for path in ["datasets/\(id)", "files/\(id)", "chats/\(id)", "files/\(id)/text", "models/\(id)/datasets"] {
                    let answer = try await served.api.get("/v1/\(path)")
                    #expect(answer.status == 404, "\(path): \(answer.text)")
                }
            }
        }
    }

    @Test func systemModelsAndIdsAreFoundInAnyCase() async throws {
        try await ServedPlatform.run { served in
            let id = SystemModel.quoting.id.text
            let found = try await served.api.get("/v1/models/\(id.uppercased())")
            #expect(found["id"].text == id)
        }
    }
}

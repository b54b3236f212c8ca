import Foundation
import Platform
import TestSupport
import Testing

@testable import Server

/// Searching through HTTP: every answer is as the document says, with an encoder and without.
@Suite(.timeLimit(.minutes(5))) struct SearchContractTests {
    private static let vector = JSONValue.array((0..<384).map { .number(Double($0 % 7) - 3) })

    /// A dataset with a document and one with a table, ingested.
    private func prepared(
        hasEncoder: Bool, _ test: @escaping @Sendable (ServedPlatform, TestAPI, _ documents: String, _ table: String) async throws -> Void
    ) async throws {
        let encoder = hasEncoder ? try TestEncoder.shared() : nil
        try await ServedPlatform.run(encoder: encoder) { served in
            let api = try await Ledger(served).watching(served.api)
            var paths: [String] = []
            for (name, text) in [
                ("refunds.md", "# Money\n\nCustomers receive reimbursement within five working days.\n"),
                ("faq.csv", "question,answer\nBees,Honey bees swarm in May.\n"),
            ] {
                let dataset = try await api.post("/v1/datasets", ["name": .string(name)])["id"].text
                let uploaded = try await api.upload(name, text, fields: [("resource_type", "dataset"), ("resource_id", dataset)])
                #expect(uploaded.status == 201)
                paths.append("/v1/datasets/\(dataset)/search")
            }
            try await served.platform.whileJobsRun {
                try await served.platform.waitForJobs()
                try await test(served, api, paths[0], paths[1])
            }
        }
    }

    @Test func whatIsFoundByMeaningByVectorAndByModeIsAsDocumented() async throws {
        try await prepared(hasEncoder: true) { served, api, documents, _ in
            let found = try await api.post(documents, ["query": "How do I get my money back?"])
            #expect(found.status == 200 && found["vectorsPending"] == false)
            let source = try #require(found["data"].elements.first)
            #expect(source["filename"] == "refunds.md")
            #expect(source["score"] == source["vectorScore"] && source["score"] != .null)

            let byVector = try await api.post(documents, ["vector": Self.vector])
            #expect(byVector.status == 200 && byVector["data"].elements.count == 1)
            #expect(byVector["data"].elements.first?["vectorScore"] != .null)
            let both = try await api.post(documents, ["query": "reimbursement", "vector": Self.vector, "mode": "hybrid", "limit": 1])
            #expect(
                both["data"].elements.first?["vectorScore"] == byVector["data"].elements.first?["vectorScore"], "in place of the text's")
            #expect(both["data"].elements.first?["keywordScore"] != byVector["data"].elements.first?["keywordScore"])

            let words = try await api.post(documents, ["query": "reimbursement", "mode": "keyword"])
            #expect(words["data"].elements.map { $0["vectorScore"] } == [.null])
            let meaning = try await api.post(documents, ["query": "reimbursement", "mode": "vector"])
            #expect(meaning["data"].elements.map { $0["keywordScore"] } == [0])
            #expect(try await api.post(documents, ["query": "reimbursement", "mode": nil, "vector": nil]).status == 200)

            let files = try await api.get("/v1/files?statusFilter=ready")
            let shown = Dictionary(
                uniqueKeysWithValues: files["data"].elements.map { ($0["filename"].text, $0["processingStatus"]["searchable"]) })
            #expect(shown == ["refunds.md": "vector", "faq.csv": "keyword"])
        }
    }

    @Test func aTableSaysThatItsVectorsArePendingUntilTheyAreThere() async throws {
        try await prepared(hasEncoder: true) { served, api, _, table in
            let early = try await api.post(table, ["query": "bees"])
            #expect(early["vectorsPending"] == true)
            #expect(early["data"].elements.map { $0["vectorScore"] } == [.null] && early["data"].elements.first?["row"] == 1)
            try await until("the vectors are there") { try await api.post(table, ["query": "bees"])["vectorsPending"] == false }
            let late = try await api.post(table, ["query": "bees"])
            #expect(late["data"].elements.map { $0["vectorScore"] != .null } == [true])
            #expect(
                try await api.get("/v1/files?statusFilter=ready")["data"].elements.map { $0["processingStatus"]["searchable"] } == [
                    "vector", "vector",
                ])
        }
    }

    @Test func whatCannotBeSearchedForIsRefusedByItsName() async throws {
        try await prepared(hasEncoder: true) { _, api, documents, _ in
            let short = JSONValue.array(Array(Self.vector.elements.dropLast()))
            for (body, faults) in [
                (["vector": short], ["body.vector"]), (["vector": .array(Self.vector.elements + [1])], ["body.vector"]),
                (["vector": .array(.init(repeating: 0, count: 384))], ["body.vector"]),
                (["vector": .array(.init(repeating: "1", count: 384))], ["body.vector"]),
                (["vector": "1", "query": "bees"], ["body.vector"]), (["vector": [:], "query": "bees"], ["body.vector"]),
                (["query": "bees", "mode": "both"], ["body.mode"]), (["query": "bees", "mode": 1], ["body.mode"]),
                ([:], ["body.query"]), (["mode": "vector"], ["body.query"]), (["vector": nil], ["body.query"]),
                (["vector": short, "mode": "x", "limit": 0], ["body.limit", "body.mode", "body.vector"]),
            ] as [(JSONValue, [String])] {
                let answer = try await api.post(documents, body)
                #expect(answer.status == 422, "\(faults): \(answer.text.prefix(200))")
                #expect(answer.faults.sorted() == faults, "\(answer.text.prefix(400))")
            }
        }
    }

    @Test func withoutAnEncoderVectorsAreRefusedAndWordsAnswer() async throws {
        try await prepared(hasEncoder: false) { _, api, documents, table in
            for (body, faults) in [
                (["vector": Self.vector], ["body.vector"]), (["query": "bees", "mode": "vector"], ["body.mode"]),
                (["vector": Self.vector, "mode": "vector"], ["body.mode", "body.vector"]),
            ] as [(JSONValue, [String])] {
                let answer = try await api.post(documents, body)
                #expect(answer.status == 422)
                #expect(answer.faults.sorted() == faults)
                #expect(answer["detail"].text.contains("encoder"), "it says why: \(answer.text)")
            }
            for path in [documents, table] {
                let found = try await api.post(path, ["query": path == table ? "bees" : "reimbursement"])
                #expect(found.status == 200 && found["vectorsPending"] == false)
                #expect(found["data"].elements.map { $0["vectorScore"] } == [.null])
            }
            let shown = try await api.get("/v1/files")["data"].elements.map { $0["processingStatus"]["searchable"] }
            #expect(shown == ["keyword", "keyword"])
        }
    }
}

import Foundation
import Platform
import TestSupport
import Testing

/// A list is the same list however it is read.
@Suite(.timeLimit(.minutes(5))) struct PagingTests {
    /// Entries of each list: more than two pages of two.
    private static let count = 5

    @Test(arguments: Backend.all) func everyListIsTheSameByOneByTwoAndByAll(_ backend: Backend) async throws {
        try await ServedPlatform.run(backend, providers: ["a": ScriptedProviderSaying.short, "b": ScriptedProviderSaying.short]) { served in
            let lists = try await fill(served)
            for (list, expected) in lists {
                let all = try await read(served.api, list, limit: 100)
                if let expected { #expect(all == expected, "\(list)") }
                #expect(Set(all).count == all.count && all.count >= 3)
                for limit in [1, 2, all.count - 1, all.count] {
                    #expect(try await read(served.api, list, limit: limit) == all, "\(list) by \(limit)")
                }
                for (other, _) in lists where other != list {
                    let cursor = try await served.api.get(with(list, "limit=1"))["nextCursor"].text
                    #expect(try await served.api.get(with(other, "cursor=\(cursor)")).status == 400, "\(list) → \(other)")
                }
                for cursor in ["x", "", "%00", "MXxh", "e30", String(repeating: "A", count: 3_000)] {
                    let answer = try await served.api.get(with(list, "cursor=\(cursor)"))
                    #expect(answer.status == 400, "\(list) \(cursor)")
                    #expect(answer["detail"].text.contains("cursor"))
                }
            }
        }
    }

    @Test func aListGoesOnWhereItsLastEntryWasDeleted() async throws {
        try await ServedPlatform.run { served in
            var made: [String] = []
            for number in 0..<Self.count { made.insert(try await served.api.post("/v1/datasets", ["name": "\(number)"])["id"].text, at: 0) }
            let first = try await served.api.get("/v1/datasets?limit=2")
            #expect(try await served.api.send("DELETE", "/v1/datasets/\(made[1])").status == 204)
            _ = try await served.api.post("/v1/datasets", ["name": "newer"])
            let second = try await served.api.get("/v1/datasets?limit=2&cursor=\(first["nextCursor"].text)")
            #expect(second["data"].elements.map { $0["id"].text } == Array(made[2...3]))
        }
    }

    /// Every list, and its entries, newest first, where they are known.
    private func fill(_ served: ServedPlatform) async throws -> [(String, [String]?)] {
        let api = served.api
        var (datasets, models, files, chats, linked): ([String], [String], [String], [String], [String]) = ([], [], [], [], [])
        let parent = JSONValue.string(SystemModel.quoting.id.text)
        for number in 0..<Self.count {
            // Some in one millisecond, some not.
            if number > 2 { served.platform.clock.advance(by: .seconds(1)) }
            datasets.insert(try await api.post("/v1/datasets", ["name": "\(number)"])["id"].text, at: 0)
            models.insert(try await api.post("/v1/models", ["parentModelId": parent, "displayName": "\(number)"])["id"].text, at: 0)
            files.insert(try await api.upload("\(number).md", "\(number)")["id"].text, at: 0)
            chats.insert(
                try await api.post("/v1/chats", ["modelId": parent, "messages": [["role": "user", "content": "Hi"]]])["id"].text, at: 0)
        }
        let (dataset, model) = (datasets[0], models[0])
        for file in files.dropFirst() {
            #expect(try await api.post("/v1/files/\(file)/associations", ["datasetId": .string(dataset)]).status == 201)
            linked.append(file)
        }
        for dataset in datasets {
            #expect(try await api.post("/v1/models/\(model)/datasets", ["datasetId": .string(dataset)]).status == 201)
        }
        return [
            ("/v1/datasets", datasets), ("/v1/models", models), ("/v1/files", files), ("/v1/chats", chats), ("/v1/models/catalog", nil),
            ("/v1/models/\(model)/datasets", nil), ("/v1/files?statusFilter=uploaded", files),
            ("/v1/files?resourceType=dataset&resourceId=\(dataset)&statusFilter=uploaded", linked),
            ("/v1/datasets/\(dataset)/items", linked),
        ]
    }

    private func read(_ api: TestAPI, _ list: String, limit: Int) async throws -> [String] {
        var (ids, cursor): ([String], String?) = ([], nil)
        while ids.count <= 100 {
            let page = try await api.get(with(list, "limit=\(limit)" + (cursor.map { "&cursor=\($0)" } ?? "")))
            #expect(page.status == 200, "\(list)")
            let entries = page["data"].elements
            #expect(entries.count <= limit)
            ids += entries.map { $0.members["id"]?.text ?? $0["datasetId"].text }
            #expect(page["hasMore"] == .bool(page["nextCursor"] != .null))
            if page["hasMore"] != true { return ids }
            #expect(entries.count == limit)
            cursor = page["nextCursor"].text
        }
        Issue.record("\(list) has no end")
        return ids
    }

    private func with(_ list: String, _ query: String) -> String { list + (list.contains("?") ? "&" : "?") + query }
}

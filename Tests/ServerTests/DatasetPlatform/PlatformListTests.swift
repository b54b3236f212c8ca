import Foundation
import Platform
import TestSupport
import Testing

/// The list of the dataset platform: filters, order, and cursors that are good for exactly one of them (contract B §3.4).
@Suite(.timeLimit(.minutes(2))) struct PlatformListTests {
    /// Datasets of which some were made in the same moment and some have the same name.
    private func fill(_ served: ServedPlatform) async throws -> [String] {
        var ids: [String] = []
        for (index, name) in ["beta", "Alpha", "alpha", "Gamma", "beta", "100% sure", "delta"].enumerated() {
            if index.isMultiple(of: 2) { served.platform.clock.advance(by: .milliseconds(1_500)) }
            ids.append(try await served.api.post("/v1/datasets", ["name": .string(name)])["id"].text)
        }
        served.platform.clock.advance(by: .seconds(60))
        for id in [ids[5], ids[0]] {
            #expect(try await served.api.send("PATCH", "/v1/datasets/\(id)", ["description": "changed"]).status == 200)
        }
        return ids
    }

    private func entries(_ api: TestAPI, _ query: String, limit: String = "100") async throws -> [JSONValue] {
        var found: [JSONValue] = []
        var cursor: String?
        repeat {
            let answer = try await api.get("/api/v1/datasets?\(query)&limit=\(limit)" + (cursor.map { "&cursor=\($0)" } ?? ""))
            try #require(answer.status == 200, "\(query): \(answer.text)")
            found += answer["datasets"].elements
            cursor = answer["next_cursor"] == .null ? nil : answer["next_cursor"].text
        } while cursor != nil
        return found
    }

    private func ids(_ api: TestAPI, _ query: String, limit: String = "100") async throws -> [String] {
        try await entries(api, query, limit: limit).map { $0["dataset_id"].text }
    }

    @Test(arguments: Backend.all) func everyOrderIsTheSameByOneByTwoAndByAll(_ backend: Backend) async throws {
        try await ServedPlatform.run(backend) { served in
            let made = Set(try await fill(served))
            for sort in ["created_at", "updated_at", "name"] {
                let descending = try await ids(served.api, "sort=\(sort)&sort_direction=desc")
                #expect(Set(descending) == made && descending.count == made.count)
                #expect(try await ids(served.api, "sort=\(sort)") == descending, "desc is the default")
                let ascending = try await ids(served.api, "sort=\(sort)&sort_direction=asc")
                #expect(ascending == descending.reversed(), "ties are turned round too")
                for limit in ["1", "2", "1.0", "7", "7.0"] {
                    #expect(try await ids(served.api, "sort=\(sort)&sort_direction=asc", limit: limit) == ascending, "\(sort) by \(limit)")
                    #expect(
                        try await ids(served.api, "sort=\(sort)&sort_direction=desc", limit: limit) == descending, "\(sort) by \(limit)")
                }
            }
            #expect(try await ids(served.api, "") == ids(served.api, "sort=created_at&sort_direction=desc"))
        }
    }

    @Test(arguments: Backend.all) func entriesStandInTheOrderOfWhatTheyShow(_ backend: Backend) async throws {
        try await ServedPlatform.run(backend) { served in
            let table = try await Tables.make(served, rows: 3)
            _ = try await fill(served)
            served.platform.clock.advance(by: .seconds(5))
            #expect(try await served.api.post("/api/v1/datasets/\(table)/run", Tables.run).status == 200)
            for sort in ["created_at", "updated_at", "name"] {
                let shown = try await entries(served.api, "sort=\(sort)&sort_direction=asc").map {
                    [$0[sort].text.lowercased(), $0["dataset_id"].text]
                }
                #expect(shown == shown.sorted { $0.lexicographicallyPrecedes($1) }, "\(sort)")
            }
        }
    }

    @Test(arguments: Backend.all) func aCursorIsGoodForItsOwnListAlone(_ backend: Backend) async throws {
        try await ServedPlatform.run(backend) { served in
            _ = try await fill(served)
            let lists = [
                "sort=created_at", "sort=updated_at", "sort=name", "sort=created_at&sort_direction=asc", "q=a", "q=b", "status=pending",
                "created_after=2026-11-20T12:00:00Z", "created_before=2027-01-01T00:00:00Z",
            ]
            for list in lists {
                let cursor = try await served.api.get("/api/v1/datasets?\(list)&limit=1")["next_cursor"].text
                #expect(!cursor.isEmpty, "\(list)")
                #expect(try await served.api.get("/api/v1/datasets?\(list)&cursor=\(cursor)").status == 200)
                for other in lists where other != list {
                    expectRefusal(try await served.api.get("/api/v1/datasets?\(other)&cursor=\(cursor)"), 400, naming: "cursor")
                }
                expectRefusal(try await served.api.get("/api/v1/datasets?\(list)&cursor=\(cursor.dropLast(3))"), 400, naming: "cursor")
            }
            let foreign = try await served.api.get("/v1/datasets?limit=1")["nextCursor"].text
            expectRefusal(try await served.api.get("/api/v1/datasets?cursor=\(foreign)"), 400, naming: "cursor")
        }
    }

    @Test func limitIsAWholeNumberFromOneToAHundred() async throws {
        try await ServedPlatform.run { served in
            _ = try await fill(served)
            for (limit, count) in [("1", 1), ("1.0", 1), ("3", 3), ("100", 7), ("100.0", 7), ("", 7)] {
                #expect(try await served.api.get("/api/v1/datasets?limit=\(limit)")["datasets"].elements.count == count, "\(limit)")
            }
            for limit in ["0", "0.0", "101", "-1", "1.5", "x", "nan", "inf", "1e400"] {
                expectRefusal(try await served.api.get("/api/v1/datasets?limit=\(limit)"), 400, naming: "limit", "1 to 100")
            }
        }
    }

    @Test(arguments: Backend.all) func aSearchIsAPartOfTheNameWithoutRegardToCase(_ backend: Backend) async throws {
        try await ServedPlatform.run(backend) { served in
            let made = try await fill(served)
            let umlaut = try await served.api.post("/v1/datasets", ["name": "Ärzte"])["id"].text
            for (search, expected) in [
                ("ALPHA", [1, 2]), ("lph", [1, 2]), ("Ta", [0, 4, 6]), ("%25", [5]), ("0%25%20s", [5]), ("_", []), ("gamma%20", []),
                ("", nil),
            ] as [(String, [Int]?)] {
                let found = try await ids(served.api, "q=\(search)&sort_direction=asc")
                #expect(found == expected.map { $0.map { made[$0] } } ?? made + [umlaut], "\(search)")
            }
            #expect(try await ids(served.api, "q=%C3%A4RZ") == [umlaut])
        }
    }

    @Test(arguments: Backend.all) func boundsOfTimeAreExclusive(_ backend: Backend) async throws {
        try await ServedPlatform.run(backend) { served in
            let made = try await fill(served)
            // The first two were made at 12:00:01.500, the next two at 12:00:03.
            for (query, expected) in [
                ("created_after=2026-11-20T12:00:01.500Z", Array(2...6)), ("created_after=2026-11-20T12:00:01.499Z", Array(0...6)),
                ("created_before=2026-11-20T12:00:03.000Z", [0, 1]), ("created_before=2026-11-20T12:00:03.001Z", Array(0...3)),
                ("created_after=2026-11-20T13:00:01.500%2B01:00&created_before=2026-11-20T12:00:04Z", [2, 3]),
                ("created_after=&created_before=", Array(0...6)), ("created_after=2026-11-20", Array(0...6)),
                ("created_before=2026-11-20", []),
                ("created_after=2026-11-20%2012:00:01.499999", Array(0...6)), ("created_after=2026-11-20T12:00", Array(0...6)),
                ("created_after=2026-11-20%2012:00:01.500000%2B00:00", Array(2...6)),
            ] {
                #expect(try await ids(served.api, query + "&sort_direction=asc") == expected.map { made[$0] }, "\(query)")
            }
            for name in ["created_after", "created_before"] {
                expectRefusal(try await served.api.get("/api/v1/datasets?\(name)=yesterday"), 400, naming: name)
                expectRefusal(try await served.api.get("/api/v1/datasets?\(name)=2026-02-30T00:00:00Z"), 400, naming: name)
            }
        }
    }

    @Test(arguments: Backend.all) func filtersSayWhatTheyMean(_ backend: Backend) async throws {
        try await ServedPlatform.run(backend) { served in
            let tables = try await Tables.make(
                served, [("done.csv", Tables.rows(3)), ("read.csv", Tables.rows(4)), ("bad.jsonl", "{")], runs: 1)
            let opened = try await served.api.openUpload("opened.csv").dataset
            #expect(try await served.api.post("/api/v1/datasets/\(tables[1])/run", Tables.run).status == 200)
            let bob = try await served.caller(organization: "one", member: "bob")
            let ofBob = try await bob.post("/v1/datasets", ["name": "of Bob"])["id"].text
            let member = try await served.api.get("/api/v1/datasets/\(ofBob)")["created_by_user_id"].text
            for (query, expected) in [
                ("status=succeeded", [tables[0]]), ("status=failed", [tables[2]]), ("status=running", []),
                ("status=pending", [tables[1], opened, ofBob]), ("status=awaiting_input", []), ("status=", tables + [opened, ofBob]),
                ("type=original", tables + [opened, ofBob]), ("type=combined", []), ("type=augmented", []), ("type=invented", []),
                ("created_by_user_id=\(member)", [ofBob]), ("created_by_user_id=nobody", []),
                ("page=2&perPage=1", tables + [opened, ofBob]),
            ] {
                #expect(try await ids(served.api, query + "&sort_direction=asc") == expected, "\(query)")
            }
            for (query, name) in [
                ("status=done", "status"), ("sort=size", "sort"), ("sort_direction=up", "sort_direction"), ("type=raw", "type"),
            ] {
                expectRefusal(try await served.api.get("/api/v1/datasets?\(query)"), 400, naming: name)
            }
            let all = try await served.api.get("/api/v1/datasets?status=x&sort=y&sort_direction=z&created_after=w")
            expectRefusal(all, 400, naming: "status", "sort", "sort_direction", "created_after", "; ")
        }
    }
}

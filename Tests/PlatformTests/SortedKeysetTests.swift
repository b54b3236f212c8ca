import Foundation
import Storage
import TestSupport
import Testing

@testable import Platform

@Suite struct SortedKeysetTests {
    /// Pages through a table by name or by number, in a real database.
    private func ids(_ database: any Database, limit: Int, byName: Bool, ascending: Bool) async throws -> [String] {
        var (found, cursor, pages) = ([String](), String?.none, 0)
        repeat {
            let request = PageRequest(limit: limit, cursor: cursor)
            let page = try await database.read { connection in
                let keyset = try SortedKeyset(request, list: "things", isAscending: ascending)
                let column: SQL = byName ? "folded_name" : "created_at"
                let condition =
                    try byName ? keyset.condition(text: column, id: "id") : keyset.condition(number: column, id: "id")
                let rows = try connection.query(
                    "SELECT id, folded_name, created_at FROM dataset WHERE \(raw: condition) \(raw: keyset.order(by: column, id: "id"))")
                return try keyset.page(rows) { row in
                    (byName ? try row.text("folded_name") : "\(try row.int64("created_at"))", try row.text("id"))
                }.map { try $0.text("id") }
            }
            found += page.elements
            cursor = page.nextCursor
            pages += 1
        } while cursor != nil && pages < 100
        return found
    }

    @Test(arguments: Backend.all) func everyEntryIsOnOnePageInTheSameOrderOnBothEngines(_ backend: Backend) async throws {
        let database = try await backend.fresh(migrations: Schema.migrations)
        let names = ["b", "a", "B", "ä", "a", "", "z", "🐝", "_", "a b"]
        try await database.write { connection in
            try connection.execute("INSERT INTO organization (id, name, created_at) VALUES ('o', 'o', 0)")
            for (number, name) in names.enumerated() {
                try connection.execute(
                    """
                    INSERT INTO dataset (id, organization_id, name, folded_name, consent_for_training, version, created_at, updated_at)
                    VALUES (\("id-\(number)"), 'o', 'n', \(name), FALSE, 0, \(Int64(number / 3)), 0)
                    """)
            }
        }
        let byName = names.indices.sorted { left, right in
            names[left] == names[right] ? left < right : names[left].utf8.lexicographicallyPrecedes(names[right].utf8)
        }.map { "id-\($0)" }
        let byTime = names.indices.map { "id-\($0)" }
        for limit in [1, 3, 10] {
            for ascending in [true, false] {
                #expect(
                    try await ids(database, limit: limit, byName: true, ascending: ascending) == (ascending ? byName : byName.reversed()))
                #expect(
                    try await ids(database, limit: limit, byName: false, ascending: ascending) == (ascending ? byTime : byTime.reversed()))
            }
        }
    }

    @Test func aCursorOfAnotherListIsRefused() throws {
        let page = try SortedKeyset(PageRequest(limit: 1), list: "things", isAscending: true).page(["1", "2"]) { ($0, $0) }
        let cursor = try #require(page.nextCursor)
        _ = try SortedKeyset(PageRequest(limit: 1, cursor: cursor), list: "things", isAscending: true)
        #expect(throws: PlatformError.self) { try SortedKeyset(PageRequest(limit: 1, cursor: cursor), list: "others", isAscending: true) }
        for broken in ["x", "%%", Data("[]".utf8).base64EncodedString()] {
            #expect(throws: PlatformError.self) {
                try SortedKeyset(PageRequest(limit: 1, cursor: broken), list: "things", isAscending: true)
            }
        }
    }

    @Test func aPlaceWithoutANumberIsNoPlaceInANumberedList() throws {
        let page = try SortedKeyset(PageRequest(limit: 1), list: "things", isAscending: true).page(["a", "b"]) { ($0, $0) }
        let keyset = try SortedKeyset(PageRequest(limit: 1, cursor: page.nextCursor), list: "things", isAscending: true)
        #expect(throws: PlatformError.self) { try keyset.condition(number: "n", id: "id") }
    }
}

import Foundation
import Storage
import TestSupport
import Testing

@testable import Platform

@Suite struct KeysetTests {
    private struct Entry: Sendable, Hashable { let time: Int64; let id: String }

    /// Pages through a list in memory as a query would.
    private func pages(of entries: [Entry], limit: Int, list: String = "things") throws -> [[Entry]] {
        let sorted = entries.sorted { ($0.time, $0.id) > ($1.time, $1.id) }
        var pages: [[Entry]] = []
        var cursor: String?
        repeat {
            let keyset = try Keyset(PageRequest(limit: limit, cursor: cursor), list: list)
            let beyond = sorted.filter { keyset.isBeyond(time: Timestamp(milliseconds: $0.time), id: $0.id) }
            let page = keyset.page(Array(beyond.prefix(limit + 1))) { (Timestamp(milliseconds: $0.time), $0.id) }
            pages.append(page.elements)
            cursor = page.nextCursor
        } while cursor != nil && pages.count < 100
        return pages
    }

    @Test(arguments: 1...8) func pagesHoldEachEntryOnceInOrder(_ limit: Int) throws {
        // Several entries share a moment: the id decides among them.
        let entries = (0..<7).map { Entry(time: Int64($0 / 3), id: "id-\($0)") }
        let pages = try pages(of: entries, limit: limit)
        #expect(pages.flatMap { $0 } == entries.sorted { ($0.time, $0.id) > ($1.time, $1.id) })
        #expect(pages.count == (7 + limit - 1) / limit, "no empty page at the end")
    }

    private func cursor(of list: String) throws -> String {
        let page = try Keyset(PageRequest(limit: 1), list: list).page([1, 2]) { _ in (Timestamp(milliseconds: 5), "id") }
        return try #require(page.nextCursor)
    }

    @Test func aCursorOfAnotherListOrFilterIsRefused() throws {
        let cursor = try cursor(of: "files status=ready dataset=")
        _ = try Keyset(PageRequest(limit: 1, cursor: cursor), list: "files status=ready dataset=")
        for other in ["files status=failed dataset=", "files", "datasets", ""] {
            #expect(throws: PlatformError.self) { try Keyset(PageRequest(limit: 1, cursor: cursor), list: other) }
        }
    }

    @Test func whatIsNoCursorIsRefused() throws {
        let forged = ["2|things|5|id", "1|things|x|id", "1|things|5", "1|things|5|id|more", "things"].map {
            Data($0.utf8).base64EncodedString()
        }
        for cursor in ["", "=", "%%%", "ü", "AA", String(repeating: "A", count: 10_000)] + forged {
            #expect(throws: PlatformError.self) { try Keyset(PageRequest(limit: 1, cursor: cursor), list: "things") }
        }
    }

    @Test func aCursorIsSafeInAnAddressWhateverTheListIsCalled() throws {
        let name = "files status=|ü?>~ dataset=|"
        let cursor = try cursor(of: name)
        #expect(cursor.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") })
        _ = try Keyset(PageRequest(limit: 1, cursor: cursor), list: name)
    }

    /// The query's condition and the condition in memory are the same one.
    @Test(arguments: Backend.all) func theDatabasePagesInTheSameOrder(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let platform = try installation.process()
        let ada = try await installation.caller()
        var made: [DatasetID] = []
        for number in 0..<7 {
            if number % 3 == 0 { installation.clock.advance(by: .seconds(1)) }
            made.append(try await platform.dataset("\(number)", for: ada))
        }
        for limit in [1, 2, 3, 7, 100] {
            var found: [DatasetID] = []
            var cursor: String?
            repeat {
                let page = try await platform.datasets.page(PageRequest(limit: limit, cursor: cursor), for: ada)
                found += page.elements.map(\.id)
                cursor = page.nextCursor
            } while cursor != nil
            #expect(found == made.reversed())
        }
    }
}

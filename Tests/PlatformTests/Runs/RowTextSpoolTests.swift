import Adaptation
import Foundation
import TestSupport
import Testing

@testable import Platform

@Suite struct RowTextSpoolTests {
    @Test func rowsComeBackAsTheyWereInAnyOrder() throws {
        let folder = TemporaryFolder()
        let spool = try RowTextSpool(folder.url.appending(path: "spool"))
        let rows = [
            RowText(prompt: nil, completion: nil), RowText(prompt: "", completion: ""), RowText(prompt: "ü🐝\u{0}", completion: nil),
            RowText(prompt: nil, completion: "a", context: ["", "one", "two"]),
            // Larger than what is collected before it is written.
            RowText(prompt: String(repeating: "long ", count: 400_000), completion: "end"), RowText(prompt: "last", completion: "row"),
        ]
        for row in rows { try spool.append(row) }
        for index in [5, 0, 4, 2, 3, 1, 4, 5] { #expect(try spool.row(index) == rows[index], "row \(index)") }
        try spool.append(RowText(prompt: "later", completion: nil))
        #expect(try spool.row(6).prompt == "later")
        #expect(try spool.row(0) == rows[0])
    }
}

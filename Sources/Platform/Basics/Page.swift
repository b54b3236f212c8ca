import Foundation
package import Storage

/// One page asked for: how many, and after which entry.
package struct PageRequest: Sendable {
    /// 1 to 100.
    package static let limits = 1...100
    package static let defaultLimit = 20

    package let limit: Int
    package let cursor: String?

    package init(limit: Int = PageRequest.defaultLimit, cursor: String? = nil) {
        self.limit = limit
        self.cursor = cursor
    }
}

/// One page of a list, newest first.
package struct Page<Element: Sendable>: Sendable {
    package let elements: [Element]
    /// Opaque; nil at the end.
    package let nextCursor: String?

    package init(elements: [Element], nextCursor: String?) {
        self.elements = elements
        self.nextCursor = nextCursor
    }

    /// The same page of other things.
    package func map<Other: Sendable>(_ transform: (Element) throws -> Other) rethrows -> Page<Other> {
        Page<Other>(elements: try elements.map(transform), nextCursor: nextCursor)
    }
}

/// A place in a list sorted by (creation time, id), newest first, bound to the list and filter that it belongs to.
///
/// Stateless: each page is one keyset query, however deep it lies.
package struct Keyset: Sendable {
    /// Names the list and its filter, so that a cursor of another list is refused rather than misread.
    package let list: String
    private let limit: Int
    private let after: (time: Int64, id: String)?

    /// - Throws: `PlatformError.malformed` when the cursor is not one that this list issued.
    package init(_ request: PageRequest, list: String) throws {
        self.list = list
        limit = request.limit
        guard let cursor = request.cursor else {
            after = nil
            return
        }
        let fields = Cursor.decode(cursor).flatMap { String(data: $0, encoding: .utf8) }?.split(
            separator: "|", omittingEmptySubsequences: false
        ).map(String.init)
        guard let fields, fields.count == 4, fields[0] == "1", fields[1] == Self.escape(list), let time = Int64(fields[2]) else {
            throw Cursor.refusal
        }
        after = (time, fields[3])
    }

    /// The condition for entries beyond the cursor; always true on the first page.
    package func condition(time: SQL = "created_at", id: SQL = "id") -> SQL {
        guard let after else { return "1 = 1" }
        return "(\(raw: time), \(raw: id)) < (\(after.time), \(after.id))"
    }

    /// The same condition for a list in memory.
    func isBeyond(time: Timestamp, id: String) -> Bool {
        guard let after else { return true }
        return (time.milliseconds, id) < (after.time, after.id)
    }

    /// `ORDER BY … LIMIT …`, with one entry more than asked for, which tells whether there is another page.
    package func order(time: SQL = "created_at", id: SQL = "id") -> SQL {
        "ORDER BY \(raw: time) DESC, \(raw: id) DESC LIMIT \(limit + 1)"
    }

    /// Cuts the surplus entry off and makes the cursor.
    package func page<Element: Sendable>(_ found: [Element], key: (Element) -> (time: Timestamp, id: String)) -> Page<Element> {
        guard found.count > limit, let last = found.prefix(limit).last else { return Page(elements: found, nextCursor: nil) }
        let (time, id) = key(last)
        let cursor = Cursor.encode(Data("1|\(Self.escape(list))|\(time.milliseconds)|\(id)".utf8))
        return Page(elements: Array(found.prefix(limit)), nextCursor: cursor)
    }

    private static func escape(_ text: String) -> String { text.replacingOccurrences(of: "|", with: "/") }
}

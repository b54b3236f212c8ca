import Foundation
import Storage

/// A place in a list that is sorted by a key of the caller's choice, then by id, in either direction; bound to list, filter and sort.
struct SortedKeyset: Sendable {
    private let list: String
    private let limit: Int
    private let isAscending: Bool
    private let after: (key: String, id: String)?

    /// What is encoded in a cursor.
    private struct Place: Codable {
        let list: String
        let key: String
        let id: String
    }

    /// - Parameter list: names the list with its filter and sort.
    /// - Throws: `PlatformError.malformed` when the cursor is not one that this list issued.
    init(_ request: PageRequest, list: String, isAscending: Bool) throws {
        self.list = list
        self.isAscending = isAscending
        limit = request.limit
        guard let cursor = request.cursor, !cursor.isEmpty else {
            after = nil
            return
        }
        guard let place = Cursor.decode(cursor).flatMap({ try? JSONDecoder().decode(Place.self, from: $0) }), place.list == list else {
            throw Cursor.refusal
        }
        after = (place.key, place.id)
    }

    /// Entries beyond the cursor, for a numeric key; always true on the first page.
    ///
    /// - Throws: `PlatformError.malformed` when the cursor holds no number.
    func condition(number column: SQL, id: SQL) throws -> SQL {
        guard let after else { return "1 = 1" }
        guard let number = Int64(after.key) else { throw Cursor.refusal }
        return isAscending
            ? "(\(raw: column), \(raw: id)) > (\(number), \(after.id))" : "(\(raw: column), \(raw: id)) < (\(number), \(after.id))"
    }

    /// Entries beyond the cursor, for a text key; always true on the first page.
    func condition(text column: SQL, id: SQL) -> SQL {
        guard let after else { return "1 = 1" }
        return isAscending
            ? "(\(raw: column), \(raw: id)) > (\(after.key), \(after.id))" : "(\(raw: column), \(raw: id)) < (\(after.key), \(after.id))"
    }

    /// `ORDER BY … LIMIT …`, with one entry more than asked for, which tells whether there is another page.
    func order(by column: SQL, id: SQL) -> SQL {
        isAscending
            ? "ORDER BY \(raw: column), \(raw: id) LIMIT \(limit + 1)"
            : "ORDER BY \(raw: column) DESC, \(raw: id) DESC LIMIT \(limit + 1)"
    }

    /// Cuts the surplus entry off and makes the cursor.
    func page<Element: Sendable>(_ found: [Element], key: (Element) throws -> (key: String, id: String)) throws -> Page<Element> {
        guard found.count > limit, let last = found.prefix(limit).last else { return Page(elements: found, nextCursor: nil) }
        let (key, id) = try key(last)
        return Page(
            elements: Array(found.prefix(limit)), nextCursor: Cursor.encode(try JSONText.bytes(Place(list: list, key: key, id: id))))
    }
}

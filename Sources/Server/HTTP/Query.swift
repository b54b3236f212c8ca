import Foundation
import Hummingbird
import Platform

/// The query of a request: `limit`, `cursor`, `expand[]` and filters.
struct Query {
    private let values: [(name: String, value: String)]

    init(_ request: Request) {
        values = (request.uri.query ?? "").split(separator: "&").map { pair in
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (Self.decode(sides[0]), sides.count == 2 ? Self.decode(sides[1]) : "")
        }
    }

    func text(_ name: String) -> String? { values.first { $0.name == name }?.value }

    /// `expand[]=items`, `expand%5B%5D=items` and `expand=items` are the same. Unknown values are ignored.
    func expands(_ value: String) -> Bool { values.contains { ($0.name == "expand[]" || $0.name == "expand") && $0.value == value } }

    /// - Throws: `PlatformError.invalid` for anything but `true` or `false`.
    func flag(_ name: String) throws -> Bool {
        switch text(name) {
        case nil, "false": return false
        case "true": return true
        default: throw PlatformError.invalid(["query", name], "\(name) must be true or false.", kind: .type)
        }
    }

    /// - Throws: `PlatformError.invalid` unless `limit` is an integer from 1 to 100.
    func page() throws -> PageRequest {
        let limits = PageRequest.limits
        var limit = PageRequest.defaultLimit
        if let text = text("limit") {
            guard let number = Int(text) else { throw PlatformError.invalid(["query", "limit"], "limit must be an integer.", kind: .type) }
            guard limits.contains(number) else {
                throw PlatformError.invalid(
                    ["query", "limit"], "limit must be between \(limits.lowerBound) and \(limits.upperBound).", kind: .range)
            }
            limit = number
        }
        return PageRequest(limit: limit, cursor: text("cursor"))
    }

    private static func decode(_ text: Substring) -> String {
        let spaced = text.replacing("+", with: " ")
        return String(spaced).removingPercentEncoding ?? String(spaced)
    }
}

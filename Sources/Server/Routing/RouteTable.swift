import HTTPTypes
import Hummingbird
import Platform

/// Every route of the server. There is no other way to register one, so none is open by accident.
struct RouteTable: Sendable {
    let routes: [Route]
    private let byPattern: [String: [HTTPRequest.Method: Route]]

    init(_ routes: [Route]) {
        self.routes = routes
        byPattern = Dictionary(grouping: routes, by: \.path).mapValues { group in
            Dictionary(group.map { ($0.method, $0) }, uniquingKeysWith: { first, _ in first })
        }
    }

    /// The route that the router matched.
    func find(pattern: String?, method: HTTPRequest.Method) -> Route? { pattern.flatMap { byPattern[$0]?[method] } }

    /// The methods that a path has, in the order of their names; empty for an unknown path. A written-out segment wins over a
    /// placeholder, as it does in the router.
    func methods(of path: String) -> [HTTPRequest.Method] {
        let segments = path.split(separator: "/", omittingEmptySubsequences: true)
        let matching = byPattern.filter { Self.matches($0.key.split(separator: "/"), segments) }
        let best = matching.min { Self.placeholders($0.key) < Self.placeholders($1.key) }
        return (best?.value.keys).map { $0.sorted { $0.rawValue < $1.rawValue } } ?? []
    }

    private static func placeholders(_ pattern: String) -> Int { pattern.count { $0 == "{" } }

    private static func matches(_ pattern: [Substring], _ path: [Substring]) -> Bool {
        pattern.count == path.count && zip(pattern, path).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
    }
}

import Foundation
import HTTPTypes
import Platform
import TestSupport
import Testing

@testable import Server

/// The route table and the served document say the same.
@Suite(.timeLimit(.minutes(5))) struct RouteAgreementTests {
    @Test func everyRouteIsDocumentedAndTheReverse() async throws {
        try await ServedPlatform.run { served in
            let document = ContractDocument(try await served.api.with(key: nil).get("/openapi.json").json)
            let routes = Set(served.server.routes.map { "\($0.method) \($0.path)" })
            let documented = Set(document.operations.map { "\($0.method) \($0.path)" })
            #expect(routes.subtracting(documented) == [])
            #expect(documented.subtracting(routes) == [])
            #expect(routes.count == served.server.routes.count, "a route is in the table twice")
        }
    }

    @Test func everyDocumentedScopeIsTheRoutesScope() async throws {
        try await ServedPlatform.run { served in
            let document = ContractDocument(try await served.api.get("/openapi.json").json)
            for (method, path, scope) in served.server.routes {
                let operation = try #require(document.operations.first { $0.method == method && $0.path == path })
                #expect(operation.description["x-scope"] == scope.map(JSONValue.string) ?? .null, "\(method) \(path)")
                guard let scope else { continue }
                #expect(operation.description["security"] == [["bearerAuth": [.string(scope)]]], "\(method) \(path)")
            }
        }
    }

    @Test func onlyHealthMetricsAndTheDocumentAreWithoutAScope() async throws {
        try await ServedPlatform.run { served in
            let open = served.server.table.routes.filter { $0.access == .open }.map { "\($0.method) \($0.path)" }
            #expect(Set(open) == ["GET /v1/health/liveness", "GET /v1/health/readiness", "GET /openapi.json"])
            let signed = served.server.table.routes.filter { $0.access == .signedURL }.map { "\($0.method) \($0.path)" }
            #expect(signed == ["PUT /uploads/{upload_id}/{filename}"])
            let scopeless = served.server.routes.filter { $0.scope == nil }.map(\.path)
            #expect(
                Set(scopeless) == [
                    "/v1/health/liveness", "/v1/health/readiness", "/openapi.json", "/metrics", "/uploads/{upload_id}/{filename}",
                ])
        }
    }

    /// Every POST, PUT and PATCH takes an `Idempotency-Key`, save for the signed PUT, and nothing else does.
    @Test func idempotencyKeysAreDocumentedWhereTheyMean() async throws {
        try await ServedPlatform.run { served in
            let document = ContractDocument(try await served.api.get("/openapi.json").json)
            for route in served.server.table.routes {
                let operation = try #require(document.operation(route.method.rawValue, route.path))
                let isDocumented = operation.description["parameters"].elements.contains { $0["$ref"].text.hasSuffix("/IdempotencyKey") }
                #expect(isDocumented == (route.fingerprint != .none), "\(operation.id)")
                let mayChange = ["POST", "PUT", "PATCH"].contains(operation.method)
                #expect(isDocumented == (mayChange && route.access != .signedURL), "\(operation.id)")
            }
        }
    }

    /// Placeholders of a path are its path parameters, and every reference leads somewhere.
    @Test func everyPlaceholderAndReferenceIsDescribed() async throws {
        try await ServedPlatform.run { served in
            let json = try await served.api.get("/openapi.json").json
            let checker = SchemaChecker(document: json)
            for (path, item) in json["paths"].members {
                let placeholders = path.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
                let described = item["parameters"].elements.map { checker.resolve($0) }.filter { $0["in"] == "path" }.map {
                    $0["name"].text
                }
                #expect(placeholders == described, "\(path)")
            }
            for reference in references(json) { #expect(checker.resolve(["$ref": .string(reference)]) != .null, "\(reference)") }
        }
    }

    private func references(_ node: JSONValue) -> Set<String> {
        let inner = (Array(node.members.values) + node.elements).reduce(into: Set<String>()) { $0.formUnion(references($1)) }
        return node["$ref"] == .null ? inner : inner.union([node["$ref"].text])
    }
}

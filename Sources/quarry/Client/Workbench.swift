import Foundation
import Platform

/// Finds or makes what the commands for people need: a dataset by its name, a model that reads it.
struct Workbench {
    /// Pages that a search by name reads at most.
    static let mostPages = 50

    let client: APIClient

    /// The dataset with this name, made when there is none.
    func dataset(named name: String) async throws -> String {
        if let id = try await find("/v1/datasets", where: { $0["name"]?.text == name })?["id"]?.text { return id }
        return try await make("/v1/datasets", .object(["name": .string(name)]))
    }

    /// The dataset with this name or id.
    func existingDataset(_ wanted: String) async throws -> String {
        let found = try await find("/v1/datasets") { $0["id"]?.text == wanted || $0["name"]?.text == wanted }
        guard let id = found?["id"]?.text else { throw APIFailure(status: 404, description: "There is no dataset \(wanted).") }
        return id
    }

    /// The model with this name, made from the built-in one when there is none.
    func model(named name: String) async throws -> String {
        if let id = try await find("/v1/models", where: { $0["displayName"]?.text == name })?["id"]?.text { return id }
        guard let parent = try await find("/v1/models/catalog", where: { $0["provider"]?.text == "builtin" })?["id"]?.text else {
            throw APIFailure(status: 0, description: "The server's catalogue has no built-in model.")
        }
        return try await make("/v1/models", .object(["parentModelId": .string(parent), "displayName": .string(name)]))
    }

    /// Lets a model read a dataset; doing it twice is the same as once.
    func associate(model: String, dataset: String) async throws {
        let body = JSONValue.object(["datasets": .array([.object(["datasetId": .string(dataset)])])])
        _ = try await client.post("/v1/models/\(model)/datasets/batch", body, idempotencyKey: UUID().uuidString)
    }

    /// The model with this name or id; the newest one when none is named.
    func existingModel(_ wanted: String?) async throws -> String {
        let found = try await find("/v1/models") { model in
            wanted == nil || model["id"]?.text == wanted || model["displayName"]?.text == wanted
        }
        guard let id = found?["id"]?.text else {
            let what = wanted.map { "no model \($0)" } ?? "no model yet"
            throw APIFailure(status: 404, description: "There is \(what): bring in documents with quarry ingest, which makes one.")
        }
        return id
    }

    private func make(_ path: String, _ body: JSONValue) async throws -> String {
        guard let id = try await client.post(path, body, idempotencyKey: UUID().uuidString)["id"]?.text else {
            throw APIFailure(status: 0, description: "The server's answer to POST \(path) has no id.")
        }
        return id
    }

    private func find(_ path: String, where matches: (JSONValue) -> Bool) async throws -> JSONValue? {
        var query = "?limit=100"
        for _ in 0..<Self.mostPages {
            let page = try await client.get(path + query)
            if let found = page["data"]?.elements.first(where: matches) { return found }
            guard let cursor = page["nextCursor"]?.text else { return nil }
            query = "?limit=100&cursor=\(cursor)"
        }
        return nil
    }
}

import Foundation
import Platform
import TestSupport
import Testing

/// One way to call a route with the ids of things in it.
struct NamingRequest: Sendable {
    /// As in the route table: `GET /v1/models/{model_id}`.
    let route: String
    /// What the request names, and the answer to an id that names nothing of the caller's.
    let answers: [Kind: Int]
    let make: @Sendable (Belongings) -> TestRequest

    /// Which kind of thing each placeholder names.
    private static let placeholders: [String: Kind] = [
        "{model_id}": .model, "{dataset_id}": .dataset, "{file_id}": .file, "{chat_id}": .chat, "{run_id}": .run,
    ]

    /// Routes whose dataset is one with a table.
    private static func kind(_ placeholder: some StringProtocol, in path: String) -> Kind? {
        let isAboutTables = path.hasPrefix("/api/v1/") || ["/runs", "/rows", "/diff", "/publications"].contains { path.contains($0) }
        return placeholder == "{dataset_id}" && isAboutTables ? .table : placeholders[String(placeholder)]
    }

    /// Requests of routes whose path names nothing, or whose body or query names something more.
    private static let written: [String: [NamingRequest]] = Dictionary(
        grouping: [
            NamingRequest("GET /v1/files", [.dataset: 404]) {
                TestRequest("GET", "/v1/files?resourceType=dataset&resourceId=\($0[.dataset])")
            },
            NamingRequest("GET /v1/files", [.chat: 404]) { TestRequest("GET", "/v1/files?resourceType=chat&resourceId=\($0[.chat])") },
            NamingRequest("POST /v1/files", [.dataset: 422]) { upload("dataset", $0[.dataset]) },
            NamingRequest("POST /v1/files", [.chat: 422]) { upload("chat", $0[.chat]) },
            NamingRequest("POST /v1/chats", [.model: 404, .chat: 404]) {
                json("POST", "/v1/chats", ["chatId": .string($0[.chat]), "modelId": .string($0[.model]), "messages": question])
            },
            NamingRequest("POST /v1/chats", [.chat: 404]) {
                json("POST", "/v1/chats", ["chatId": .string($0[.chat]), "messages": question])
            },
            NamingRequest("POST /v1/chats", [.model: 404]) {
                json("POST", "/v1/chats", ["modelId": .string($0[.model]), "messages": question])
            },
            NamingRequest("PATCH /v1/models/{model_id}", [.model: 404]) {
                json("PATCH", "/v1/models/\($0[.model])", ["displayName": "taken"])
            },
            NamingRequest("POST /v1/models/{model_id}/datasets", [.model: 404, .dataset: 422]) {
                json("POST", "/v1/models/\($0[.model])/datasets", ["datasetId": .string($0[.dataset])])
            },
            NamingRequest("POST /v1/models/{model_id}/datasets/batch", [.model: 404, .dataset: 422]) {
                json("POST", "/v1/models/\($0[.model])/datasets/batch", ["datasets": [["datasetId": .string($0[.dataset])]]])
            },
            NamingRequest("PATCH /v1/models/{model_id}/datasets/{dataset_id}", [.model: 404, .dataset: 404]) {
                json("PATCH", "/v1/models/\($0[.model])/datasets/\($0[.dataset])", ["priority": 99])
            },
            NamingRequest("PATCH /v1/datasets/{dataset_id}", [.dataset: 404]) {
                json("PATCH", "/v1/datasets/\($0[.dataset])", ["name": "taken"])
            },
            NamingRequest("POST /v1/datasets/{dataset_id}/search", [.dataset: 404]) {
                json("POST", "/v1/datasets/\($0[.dataset])/search", ["query": "refunds"])
            },
            NamingRequest("POST /v1/files/{file_id}/associations", [.file: 404, .dataset: 422]) {
                json("POST", "/v1/files/\($0[.file])/associations", ["resource_type": "dataset", "resource_id": .string($0[.dataset])])
            },
            NamingRequest("POST /v1/files/{file_id}/associations", [.file: 404, .chat: 422]) {
                json("POST", "/v1/files/\($0[.file])/associations", ["chatId": .string($0[.chat])])
            },
            NamingRequest("DELETE /v1/files/{file_id}/associations", [.file: 404, .dataset: 404]) {
                TestRequest("DELETE", "/v1/files/\($0[.file])/associations?resource_type=dataset&resource_id=\($0[.dataset])")
            },
            NamingRequest("DELETE /v1/files/{file_id}/associations", [.file: 404, .chat: 404]) {
                json("DELETE", "/v1/files/\($0[.file])/associations", ["resource_type": "chat", "resource_id": .string($0[.chat])])
            },
            NamingRequest("DELETE /v1/files/{file_id}/associations/{resource_type}/{resource_id}", [.file: 404, .dataset: 404]) {
                TestRequest("DELETE", "/v1/files/\($0[.file])/associations/dataset/\($0[.dataset])")
            },
            NamingRequest("DELETE /v1/files/{file_id}/associations/{resource_type}/{resource_id}", [.file: 404, .chat: 404]) {
                TestRequest("DELETE", "/v1/files/\($0[.file])/associations/chat/\($0[.chat])")
            },
            NamingRequest("DELETE /v1/files/{file_id}", [.file: 404]) { TestRequest("DELETE", "/v1/files/\($0[.file])") },
            NamingRequest("DELETE /v1/files/{file_id}", [.file: 404]) { TestRequest("DELETE", "/v1/files/\($0[.file])?purge=true") },
            NamingRequest("PATCH /v1/chats/{chat_id}", [.chat: 404]) { json("PATCH", "/v1/chats/\($0[.chat])", ["title": "taken"]) },
            NamingRequest("POST /v1/chats/{chat_id}/cancel", [.chat: 404]) { TestRequest("POST", "/v1/chats/\($0[.chat])/cancel") },
            NamingRequest("POST /v1/datasets/{dataset_id}/runs/{run_id}/cancel", [.table: 404, .run: 404]) {
                TestRequest("POST", "/v1/datasets/\($0[.table])/runs/\($0[.run])/cancel")
            },
            NamingRequest("GET /v1/datasets/{dataset_id}/diff", [.table: 404]) {
                TestRequest("GET", "/v1/datasets/\($0[.table])/diff")
            },
            NamingRequest("GET /v1/datasets/{dataset_id}/diff", [.table: 404, .run: 404]) {
                TestRequest("GET", "/v1/datasets/\($0[.table])/diff?run_id=\($0[.run])")
            },
            NamingRequest("POST /api/v1/datasets/{dataset_id}/run", [.table: 404]) {
                json("POST", "/api/v1/datasets/\($0[.table])/run", ["column_mapping": Belongings.mapping])
            },
            NamingRequest("POST /api/v1/datasets/{dataset_id}/adapt", [.table: 404]) {
                json("POST", "/api/v1/datasets/\($0[.table])/adapt", ["estimate": true])
            },
            NamingRequest("POST /api/v1/datasets/{dataset_id}/publish", [.table: 404]) {
                json("POST", "/api/v1/datasets/\($0[.table])/publish", ["target": "kaggle", "target_spec": ["repository": "ada/refunds"]])
            },
            NamingRequest("POST /api/v1/datasets/{dataset_id}/upload/complete", [.table: 404]) {
                json("POST", "/api/v1/datasets/\($0[.table])/upload/complete", ["file_size_bytes": 1])
            },
            NamingRequest("POST /api/v1/datasets/{dataset_id}/upload/complete", [.opened: 404]) {
                json("POST", "/api/v1/datasets/\($0[.opened])/upload/complete", ["file_size_bytes": .integer(size)])
            },
            NamingRequest("POST /api/v1/datasets/upload/complete", [.upload: 404]) {
                json(
                    "POST", "/api/v1/datasets/upload/complete",
                    ["s3_key": .string($0[.upload]), "name": "mine", "file_format": "csv", "file_size_bytes": .integer(size)])
            },
        ], by: \.route)

    /// Routes that name nothing at all.
    private static let nameless: Set<String> = [
        "GET /v1/models", "POST /v1/models", "GET /v1/models/catalog", "GET /v1/datasets", "POST /v1/datasets", "GET /v1/chats",
        "GET /v1/integrations", "GET /v1/integrations/{integration_name}", "PUT /v1/integrations/{integration_name}",
        "DELETE /v1/integrations/{integration_name}", "GET /api/v1/datasets", "POST /api/v1/datasets",
        "POST /api/v1/datasets/upload/initiate",
    ]

    /// Placeholders of words that are the same for everybody.
    private static let words = [
        "{resource_type}": "dataset", "{integration_name}": "webhook", "{upload_id}": "any", "{filename}": "any.csv",
    ]

    /// Bytes of every table that belongings have.
    private static let size = Int64(Belongings.rows.utf8.count)

    private static let question: JSONValue = [["role": "user", "content": "How long do refunds take?"]]

    private init(_ route: String, _ answers: [Kind: Int], _ make: @escaping @Sendable (Belongings) -> TestRequest) {
        self.route = route
        self.answers = answers
        self.make = make
    }

    /// Every request that the routes make possible. A route that nobody thought of is an issue, and so is a request without a route.
    static func all(_ routes: [(method: String, path: String, scope: String?)]) -> [NamingRequest] {
        let scoped = routes.filter { $0.scope != nil }
        let keys = Set(scoped.map { "\($0.method) \($0.path)" })
        for stale in Set(written.keys).union(nameless).subtracting(keys) { Issue.record("\(stale) is tested and is no route") }
        return scoped.flatMap { route -> [NamingRequest] in
            let key = "\(route.method) \(route.path)"
            let named = route.path.split(separator: "/").map(String.init).filter { $0.hasPrefix("{") && $0 != "{integration_name}" }
            if let written = written[key] {
                let missing = named.compactMap { kind($0, in: route.path) }.filter { kind in !written.contains { $0.answers[kind] != nil } }
                if !missing.isEmpty { Issue.record("no request of \(key) names \(missing)") }
                return written
            }
            if named.isEmpty {
                if !nameless.contains(key) { Issue.record("\(key) is new: say here what its body and query name") }
                return []
            }
            guard ["GET", "DELETE"].contains(route.method), named.allSatisfy({ kind($0, in: route.path) != nil }) else {
                Issue.record("\(key) is new: say here how it is called")
                return []
            }
            let kinds = named.compactMap { kind($0, in: route.path) }
            return [
                NamingRequest(key, Dictionary(kinds.map { ($0, 404) }, uniquingKeysWith: { first, _ in first })) { ids in
                    TestRequest(route.method, filled(route.path) { ids[$0] })
                }
            ]
        }
    }

    /// A path with ids in its placeholders; `dataset` stands for the kind of a linked resource.
    static func filled(_ path: String, _ id: (Kind) -> String) -> String {
        path.split(separator: "/").map { segment in
            switch segment {
            case "{resource_id}": "/" + id(.dataset)
            default: "/" + (kind(segment, in: path).map(id) ?? words[String(segment)] ?? String(segment))
            }
        }.joined()
    }

    private static func json(_ method: String, _ path: String, _ body: JSONValue) -> TestRequest { TestRequest(method, path, json: body) }

    private static func upload(_ type: String, _ id: String) -> TestRequest {
        TestForm(filename: "stray.md", content: Data("Stray.".utf8), fields: [("resource_type", type), ("resource_id", id)]).request()
    }
}

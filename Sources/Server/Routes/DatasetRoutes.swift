import Hummingbird
import Platform

/// `/v1/datasets`: datasets, their items, and searching them.
struct DatasetRoutes: Sendable {
    let datasets: DatasetService
    let files: FileService
    let search: PassageSearch

    var routes: [Route] {
        [
            .get("/v1/datasets", .scope(.datasetsRead), list),
            .post("/v1/datasets", .scope(.datasetsWrite), create),
            .get("/v1/datasets/{dataset_id}", .scope(.datasetsRead), get),
            .patch("/v1/datasets/{dataset_id}", .scope(.datasetsWrite), update),
            .delete("/v1/datasets/{dataset_id}", .scope(.datasetsWrite), delete),
            .get("/v1/datasets/{dataset_id}/items", .scope(.datasetsRead), items),
            .post("/v1/datasets/{dataset_id}/search", .scope(.datasetsRead), find),
        ]
    }

    @Sendable private func list(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        try .json(.ok, PageBody(await datasets.page(Query(request).page(), for: context.caller())) { DatasetBody($0) })
    }

    @Sendable private func create(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        let fields = try Fields(body: call.body.json())
        let draft = DatasetDraft(
            name: fields.requiredString("name", length: DatasetLimits.name),
            description: fields.string("description", length: DatasetLimits.description).given,
            consentForTraining: fields.flag("consentForTraining").given ?? false)
        try fields.check()
        let render = { @Sendable (dataset: Dataset) in try Reply.json(.created, DatasetBody(dataset)) }
        return try render(await datasets.create(draft, for: context.caller(), receipt: call.receipt(render)))
    }

    @Sendable private func get(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        let query = Query(request)
        var body = DatasetBody(try await datasets.get(Self.id(context), for: context.caller()))
        if query.expands("items") {
            let page = PageRequest(limit: PageRequest.limits.upperBound)
            let filter = FileFilter(resource: .dataset(try Self.id(context)))
            body.items = try await files.page(page, filter: filter, for: context.caller()).elements.map(FileBody.init)
        }
        if query.expands("snapshots") { body.snapshots = [] }
        return try .json(.ok, body)
    }

    @Sendable private func update(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        let fields = try Fields(body: call.body.json())
        let changes = DatasetChanges(
            name: fields.string("name", length: DatasetLimits.name),
            description: fields.string("description", length: DatasetLimits.description))
        try fields.check()
        let render = { @Sendable (dataset: Dataset) in try Reply.json(.ok, DatasetBody(dataset)) }
        return try render(await datasets.update(Self.id(context), changes, for: context.caller(), receipt: call.receipt(render)))
    }

    @Sendable private func delete(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        try await datasets.delete(Self.id(context), for: context.caller())
        return .noContent
    }

    @Sendable private func items(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        let filter = FileFilter(resource: .dataset(try Self.id(context)))
        return try .json(.ok, PageBody(await files.page(Query(request).page(), filter: filter, for: context.caller()), FileBody.init))
    }

    @Sendable private func find(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        let fields = try Fields(body: call.body.json())
        let vector = fields.vector("vector", dimensions: PassageSearch.dimensions)
        let lengths = 1...PassageSearch.longestQuery
        let mode = fields.choice("mode", SearchQuery.Mode.self) ?? .hybrid
        let needsWords = vector == nil || mode == .keyword
        let query = needsWords ? fields.requiredString("query", length: lengths) : fields.string("query", length: lengths).given ?? ""
        if mode == .vector, !search.hasEncoder {
            fields.note("mode", "cannot be vector: this server runs without an encoder.", .unsupported)
        }
        let limit = fields.integer("limit", range: PassageSearch.limits).given ?? PassageSearch.defaultLimit
        if vector != nil, !search.hasEncoder {
            fields.note("vector", "cannot be searched for: this server runs without an encoder. Send query.", .unsupported)
        }
        try fields.check()
        let found = try await search.search(
            SearchQuery(query, vector: vector, mode: mode), in: Self.id(context), limit: limit, for: context.caller())
        return try .json(.ok, SearchBody(data: found.hits.map { SourceBody($0.source) }, vectorsPending: found.vectorsPending))
    }

    private static func id(_ context: QuarryRequestContext) throws -> DatasetID { DatasetID(try context.pathValue("dataset_id")) }
}

/// Ranges of contract A §3.9.
enum DatasetLimits {
    static let name = 1...200
    static let description = 0...2_000
}

/// A dataset as it is sent (contract A §3.9). `consentForTraining` is not returned.
struct DatasetBody: Encodable, Sendable {
    let id: String
    let name: String
    @Nullable var description: String?
    /// Grows with each change (ours).
    let version: Int64
    let createdAt: String
    let updatedAt: String
    /// Only when asked for with `expand[]`.
    var items: [FileBody]?
    var snapshots: [String]?

    init(_ dataset: Dataset) {
        id = dataset.id.text
        name = dataset.name
        description = dataset.description
        version = dataset.version
        createdAt = dataset.createdAt.secondsText
        updatedAt = dataset.updatedAt.secondsText
    }
}

/// What a search found, best first.
struct SearchBody: Encodable, Sendable {
    let data: [SourceBody]
    /// Whether some passages have no vectors yet, so that only their words can be found.
    let vectorsPending: Bool
}

import Hummingbird
import Platform

/// `/v1/models/{model_id}/datasets`: which datasets a model reads.
struct AssociationRoutes: Sendable {
    let associations: AssociationService

    var routes: [Route] {
        [
            .get("/v1/models/{model_id}/datasets", .scope(.modelsRead), list),
            .post("/v1/models/{model_id}/datasets", .scope(.modelsWrite), create),
            .post("/v1/models/{model_id}/datasets/batch", .scope(.modelsWrite), createBatch),
            .patch("/v1/models/{model_id}/datasets/{dataset_id}", .scope(.modelsWrite), update),
            .delete("/v1/models/{model_id}/datasets/{dataset_id}", .scope(.modelsWrite), delete),
        ]
    }

    @Sendable private func list(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        let (page, total) = try await associations.page(Query(request).page(), of: Self.model(context), for: context.caller())
        return try .json(.ok, PageBody(page, totalCount: total, AssociationBody.init))
    }

    @Sendable private func create(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        let fields = try Fields(body: call.body.json())
        let draft = Self.draft(fields)
        try fields.check()
        let render = { @Sendable (association: Association) in try Reply.json(.created, AssociationBody(association)) }
        let model = try Self.model(context)
        return try render(await associations.create(draft, on: model, for: context.caller(), receipt: call.receipt(render)))
    }

    @Sendable private func createBatch(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        let fields = try Fields(body: call.body.json())
        let entries = fields.objects("datasets", fields.requiredArray("datasets", count: AssociationService.batchSizes))
        let drafts = entries.map { entry in
            defer { fields.adopt(entry) }
            return Self.draft(entry)
        }
        try fields.check()
        let render = { @Sendable (batch: AssociationBatch) in try Reply.json(.created, AssociationBatchBody(batch)) }
        let model = try Self.model(context)
        return try render(await associations.createBatch(drafts, on: model, for: context.caller(), receipt: call.receipt(render)))
    }

    @Sendable private func update(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        let fields = try Fields(body: call.body.json())
        let changes = AssociationChanges(
            usageType: Self.usageType(fields), snapshotID: fields.string("datasetSnapshotId", length: AssociationLimits.snapshotID),
            priority: fields.integer("priority", range: AssociationService.priorities))
        try fields.check()
        let render = { @Sendable (association: Association) in try Reply.json(.ok, AssociationBody(association)) }
        let (model, dataset) = (try Self.model(context), try Self.dataset(context))
        return try render(await associations.update(model, dataset, changes, for: context.caller(), receipt: call.receipt(render)))
    }

    @Sendable private func delete(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        try await associations.delete(Self.model(context), Self.dataset(context), for: context.caller())
        return .noContent
    }

    private static func draft(_ fields: Fields) -> AssociationDraft {
        AssociationDraft(
            dataset: DatasetID(fields.requiredString("datasetId", length: AssociationLimits.datasetID)),
            usageType: usageType(fields).given ?? AssociationService.usageType,
            snapshotID: fields.string("datasetSnapshotId", length: AssociationLimits.snapshotID).given,
            priority: fields.integer("priority", range: AssociationService.priorities).given ?? 0)
    }

    /// Seed 000: `rag` and nothing else.
    private static func usageType(_ fields: Fields) -> Patch<String> {
        let usage = fields.string("usageType", length: AssociationLimits.usageType)
        if let given = usage.given, !given.isEmpty, given != AssociationService.usageType {
            fields.note("usageType", "must be rag: nothing else is supported.", .value)
        }
        return usage
    }

    private static func model(_ context: QuarryRequestContext) throws -> ModelID { ModelID(try context.pathValue("model_id")) }
    private static func dataset(_ context: QuarryRequestContext) throws -> DatasetID { DatasetID(try context.pathValue("dataset_id")) }
}

/// Ranges of seed 000.
enum AssociationLimits {
    static let datasetID = 1...255
    static let snapshotID = 0...255
    static let usageType = 1...20
}

/// An association as it is sent (contract A §3.3). It has no id of its own.
struct AssociationBody: Encodable, Sendable {
    let modelId: String
    let datasetId: String
    let usageType: String
    @Nullable var datasetSnapshotId: String?
    let priority: Int
    let createdAt: String
    let updatedAt: String

    init(_ association: Association) {
        modelId = association.model.text
        datasetId = association.dataset.text
        usageType = association.usageType
        datasetSnapshotId = nil
        priority = association.priority
        createdAt = association.createdAt.secondsText
        updatedAt = association.updatedAt.secondsText
    }
}

/// What a batch made and what it left alone.
struct AssociationBatchBody: Encodable, Sendable {
    struct Skipped: Encodable, Sendable {
        let datasetId: String
        let reason: String
    }

    let created: [AssociationBody]
    let skipped: [Skipped]

    init(_ batch: AssociationBatch) {
        created = batch.created.map(AssociationBody.init)
        skipped = batch.skipped.map { Skipped(datasetId: $0.dataset.text, reason: $0.reason) }
    }
}

import Hummingbird
import Platform

/// `/v1/models`: the catalogue and an organization's own models.
struct ModelRoutes: Sendable {
    let models: ModelService

    var routes: [Route] {
        [
            .get("/v1/models", .scope(.modelsRead), list),
            .post("/v1/models", .scope(.modelsWrite), create),
            .get("/v1/models/catalog", .scope(.modelsRead), catalogue),
            .get("/v1/models/{model_id}", .scope(.modelsRead), get),
            .patch("/v1/models/{model_id}", .scope(.modelsWrite), update),
            .delete("/v1/models/{model_id}", .scope(.modelsWrite), delete),
        ]
    }

    @Sendable private func list(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        let page = try await models.page(Query(request).page(), for: context.caller())
        return try .json(.ok, PageBody(page, object: "list", ModelBody.init))
    }

    @Sendable private func catalogue(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        try .json(.ok, PageBody(models.catalogue(Query(request).page()), object: "list", ModelBody.init))
    }

    @Sendable private func get(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        try .json(.ok, ModelBody(await models.get(Self.id(context), for: context.caller())))
    }

    @Sendable private func create(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        let fields = try Fields(body: call.body.json())
        let draft = ModelDraft(
            parent: ModelID(fields.requiredString("parentModelId", length: ModelLimits.id)),
            displayName: fields.requiredString("displayName", length: ModelLimits.displayName),
            contextWindow: fields.integer("contextWindow", range: ModelLimits.contextWindow).given,
            maxTokensPerRequest: fields.integer("maxTokensPerRequest", range: ModelLimits.maxTokensPerRequest).given,
            supportsStreaming: fields.flag("supportsStreaming").given ?? true, enabled: fields.flag("enabled").given ?? true,
            metadata: fields.any("metadata").given,
            systemPromptID: fields.string("systemPromptId", length: ModelLimits.systemPromptID).given,
            systemPrompt: fields.string("systemPrompt", length: ModelLimits.systemPrompt).given)
        try fields.check()
        let render = { @Sendable (model: ResolvedModel) in try Reply.json(.created, ModelBody(model)) }
        return try render(await models.create(draft, for: context.caller(), receipt: call.receipt(render)))
    }

    @Sendable private func update(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        let id = try Self.id(context)
        let fields = try Fields(body: call.body.json())
        var changes = ModelChanges()
        changes.parent = fields.string("parentModelId", length: ModelLimits.id).map { ModelID($0) }
        changes.displayName = fields.string("displayName", length: ModelLimits.displayName)
        changes.contextWindow = fields.integer("contextWindow", range: ModelLimits.contextWindow)
        changes.maxTokensPerRequest = fields.integer("maxTokensPerRequest", range: ModelLimits.maxTokensPerRequest)
        changes.supportsStreaming = fields.flag("supportsStreaming")
        changes.enabled = fields.flag("enabled")
        changes.metadata = fields.any("metadata")
        changes.systemPromptID = fields.string("systemPromptId", length: ModelLimits.systemPromptID)
        changes.systemPrompt = fields.string("systemPrompt", length: ModelLimits.systemPrompt)
        try fields.check()
        let render = { @Sendable (model: ResolvedModel) in try Reply.json(.ok, ModelBody(model)) }
        return try render(await models.update(id, changes, for: context.caller(), receipt: call.receipt(render)))
    }

    @Sendable private func delete(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        try await models.delete(Self.id(context), for: context.caller())
        return .noContent
    }

    /// This path types its id as a UUID (contract A §4.7), so another form is 422 rather than 404.
    private static func id(_ context: QuarryRequestContext) throws -> ModelID {
        let text = try context.pathValue("model_id")
        guard UUIDText.isValid(text) else { throw PlatformError.invalid(["path", "model_id"], "model_id must be a UUID.") }
        return ModelID(text.lowercased())
    }
}

/// Ranges of seed 001 and seed 003.
enum ModelLimits {
    static let id = 1...36
    static let displayName = 1...200
    static let contextWindow = 1...2_000_000
    static let maxTokensPerRequest = 1...200_000
    static let systemPrompt = 0...50_000
    static let systemPromptID = 1...255
}

/// A model as it is sent (contract A §3.1), readable for OpenAI clients too (§6 Q2).
struct ModelBody: Encodable, Sendable {
    let id: String
    let object = "model"
    let created: Int64
    let owned_by: String
    @Nullable var parentModelId: String?
    let displayName: String
    @Nullable var description: String?
    let contextWindow: Int
    let maxTokensPerRequest: Int
    let supportsStreaming: Bool
    let supportsTools: Bool
    let supportsVision: Bool
    let supportsReasoning: Bool
    let enabled: Bool
    @Nullable var metadata: JSONValue?
    @Nullable var systemPromptId: String?
    @Nullable var systemPrompt: String?
    let isSystemModel: Bool
    @Nullable var provider: String?
    @Nullable var modelName: String?
    let creditMultiplier: Int
    let modelTier: String
    let lifecycleState: String
    @Nullable var endOfLifeAt: String?
    @Nullable var deprecationMessage: String?
    @Nullable var replacementModelId: String?
    let isRecommended: Bool
    let createdAt: String
    let updatedAt: String

    init(_ model: ResolvedModel) {
        let (own, system) = (model.own, model.system)
        // A catalogue entry lives in configuration and has no birthday of its own.
        let (created, updated) = (own?.createdAt ?? Timestamp(milliseconds: 0), own?.updatedAt ?? Timestamp(milliseconds: 0))
        id = model.id.text
        self.created = created.milliseconds / 1000
        owned_by = own == nil ? system.provider : "organization"
        parentModelId = own?.parent.text
        displayName = own?.displayName ?? system.displayName
        description = system.description
        contextWindow = model.contextWindow
        maxTokensPerRequest = model.maxTokensPerRequest
        supportsStreaming = model.supportsStreaming
        supportsTools = system.supportsTools
        supportsVision = system.supportsVision
        supportsReasoning = system.supportsReasoning
        enabled = model.enabled
        metadata = own?.metadata
        systemPromptId = nil
        systemPrompt = own?.systemPrompt
        isSystemModel = own == nil
        provider = own == nil ? system.provider : nil
        modelName = own == nil ? system.name : nil
        creditMultiplier = system.creditMultiplier
        modelTier = system.tier.rawValue
        lifecycleState = model.lifecycle.rawValue
        endOfLifeAt = system.endOfLifeAt?.secondsText
        deprecationMessage = model.isRetiring ? system.deprecationMessage : nil
        replacementModelId = model.isRetiring ? model.replacement?.text : nil
        isRecommended = system.isRecommended
        createdAt = created.secondsText
        updatedAt = updated.secondsText
    }
}

extension Patch {
    /// The same thing said of another type.
    func map<Other: Sendable>(_ transform: (Value) -> Other) -> Patch<Other> {
        switch self {
        case .absent: .absent
        case .null: .null
        case .value(let value): .value(transform(value))
        }
    }
}

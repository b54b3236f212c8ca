import Providers
import Retrieval
import Storage

/// What a turn knows before it begins: the model, the prompt, the passages that fit.
struct PreparedTurn: Sendable {
    let model: ResolvedModel
    let request: GenerationRequest
    /// Who is asked when the model's provider cannot answer, in this order.
    let fallbacks: [SystemModel]
    /// The retrieved passages, in the order of `request.passages`.
    let sources: [Source]
    let inputTokens: Int
    /// Whether some passages could be found by their words alone, as their vectors are still to be made.
    let vectorsPending: Bool
}

/// Resolves the model, composes the prompt, retrieves, and cuts to what fits. Writes nothing.
struct TurnPreparation: Sendable {
    /// Passages that a turn retrieves at most (contract A §6 Q28).
    static let mostPassages = 8
    /// Earlier messages that are considered at most.
    static let mostHistory = 200

    let database: any Database
    let models: ModelService
    let search: PassageSearch
    private let associations = AssociationRepository()
    private let datasets = DatasetRepository()
    private let messages = MessageRepository()

    init(database: any Database, models: ModelService, search: PassageSearch) {
        self.database = database
        self.models = models
        self.search = search
    }

    func prepare(_ request: TurnRequest, continuing chat: Chat?, for principal: Principal) async throws -> PreparedTurn {
        guard let id = request.model ?? chat?.model else {
            throw PlatformError.invalid(["body", "modelId"], "modelId is required when there is no chatId.", kind: .missing)
        }
        let model = try await models.get(id, for: principal)
        try Self.check(request, against: model)
        let question = request.messages.last { $0.role == .user }?.content ?? ""
        let found = try await retrieve(question, for: model, in: chat, principal)
        let earlier = try await history(of: chat, principal)
        return Self.compose(request, chat, model, models.fallbacks(of: model), found, earlier)
    }

    /// What the model cannot do is refused by name before anything is written.
    private static func check(_ request: TurnRequest, against model: ResolvedModel) throws {
        switch model.lifecycle {
        case .endOfLife:
            throw PlatformError.forbidden(
                model.system.deprecationMessage ?? "This model reached its end of life: choose another parent model.")
        case .disabled: throw PlatformError.forbidden("The system model behind this model is switched off.")
        case .active, .deprecated: break
        }
        guard model.enabled else { throw PlatformError.forbidden("This model is disabled: enable it with PATCH /v1/models/{model_id}.") }
        var issues: [FieldIssue] = []
        func refuse(_ field: String, _ ability: String) {
            issues.append(
                FieldIssue(location: ["body", field], message: "\(field): this model does not support \(ability).", kind: .unsupported))
        }
        if request.isStreamed, !model.supportsStreaming { refuse("stream", "streaming") }
        if request.asksForReasoning, !model.system.supportsReasoning { refuse("enableReasoning", "reasoning") }
        // No adapter passes tools or a schema on yet, and nothing is accepted and ignored.
        if request.asksForTools { refuse("tools", "tools") }
        if request.asksForStructure { refuse("responseFormat", "structured output") }
        if !issues.isEmpty { throw PlatformError.invalid(issues) }
    }

    /// Searches the associated datasets in descending groups of priority, the chat's own files first; what does not qualify is left out.
    private func retrieve(
        _ question: String, for model: ResolvedModel, in chat: Chat?, _ principal: Principal
    ) async throws -> (hits: [PassageSearch.Hit], vectorsPending: Bool) {
        let (associations, datasets, organization) = (associations, datasets, principal.organization)
        let groups = try await database.read { connection in
            let attached = try chat.flatMap { try datasets.attached(connection, organization, to: AttachedChatID($0.id.text)) }
            let used = try associations.all(connection, organization, of: model.id)
            let byPriority = Dictionary(grouping: used, by: \.priority).sorted { $0.key > $1.key }.map { $0.value.map(\.dataset) }
            return (attached.map { [[$0]] } ?? []) + byPriority
        }
        let query = SearchQuery(String(question.prefix(PassageSearch.longestQuery)))
        let found = try await search.search(query, in: groups, limit: Self.mostPassages, organization: organization)
        return (Array(found.groups.joined().filter(\.qualifies).prefix(Self.mostPassages)), found.vectorsPending)
    }

    private func history(of chat: Chat?, _ principal: Principal) async throws -> [Message] {
        guard let chat else { return [] }
        let messages = messages
        return try await database.read { try messages.list($0, principal.organization, chat.id, most: Self.mostHistory) }
    }

    private static func compose(
        _ request: TurnRequest, _ chat: Chat?, _ model: ResolvedModel, _ fallbacks: [SystemModel],
        _ found: (hits: [PassageSearch.Hit], vectorsPending: Bool),
        _ earlier: [Message]
    ) -> PreparedTurn {
        // Contract A §5.3: the request's prompt, then the chat's, then the model's.
        let system = request.systemPrompt ?? chat?.systemPrompt ?? model.own?.systemPrompt
        // Whoever answers in the end: what is asked must fit.
        let asked = [model.system] + fallbacks
        let mostTokens = asked.map(\.maxTokensPerRequest).reduce(model.maxTokensPerRequest, min)
        let maxTokens = min(request.maxTokens ?? .max, mostTokens)
        let new = request.messages.map { GenerationRequest.Message(role: role($0.role), content: $0.content ?? "") }
        let old = earlier.map { GenerationRequest.Message(role: role($0.role), content: $0.content ?? "") }
        let fixedTokens = (system.map(TokenCounter.count) ?? 0) + new.map { TokenCounter.count($0.content) }.reduce(0, +)
        // A model that generates reads the passages in a frame; the quoting model reads them as they are.
        let isFramed = model.system.provider != SystemModel.quoting.provider && !found.hits.isEmpty
        let frameTokens = isFramed ? TokenCounter.count(PassagePrompt.frame) : 0
        let offered = found.hits.map { hit in
            GenerationRequest.Passage(
                text: hit.source.text, headings: hit.source.headings, matchedShare: hit.matchedShare, cosine: hit.source.vectorScore)
        }
        let passageTokens = offered.enumerated().map { index, passage in
            TokenCounter.count(isFramed ? PassagePrompt.render(passage, number: index + 1) : passage.text)
        }
        let budget = ContextBudget(
            window: asked.map(\.contextWindow).reduce(model.contextWindow, min), reserved: fixedTokens + maxTokens + frameTokens,
            passages: passageTokens, history: old.reversed().map { TokenCounter.count($0.content) })
        let sources = found.hits.prefix(budget.passages).map(\.source)
        let passages = Array(offered.prefix(budget.passages))
        let kept = old.suffix(budget.history)
        let inputTokens =
            fixedTokens + kept.map { TokenCounter.count($0.content) }.reduce(0, +)
            + passageTokens.prefix(budget.passages).reduce(passages.isEmpty ? 0 : frameTokens, +)
        let generation = GenerationRequest(
            upstream: model.system.upstream, system: system, messages: kept + new, passages: passages, maxTokens: maxTokens,
            temperature: request.temperature)
        return PreparedTurn(
            model: model, request: generation, fallbacks: fallbacks, sources: sources, inputTokens: inputTokens,
            vectorsPending: found.vectorsPending)
    }

    private static func role(_ role: Message.Role) -> GenerationRequest.Message.Role {
        switch role {
        case .system: .system
        case .user: .user
        case .assistant: .assistant
        case .tool: .tool
        }
    }
}

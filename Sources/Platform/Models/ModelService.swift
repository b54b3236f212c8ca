package import Storage

/// Models: the catalogue, and an organization's own configurations of it.
package struct ModelService: Sendable {
    private let database: any Database
    private let catalogue: Catalogue
    private let clock: any Clock
    private let repository = ModelRepository()

    package init(database: any Database, catalogue: Catalogue, clock: any Clock) {
        self.database = database
        self.catalogue = catalogue
        self.clock = clock
    }

    /// The system models, by name.
    ///
    /// - Throws: `PlatformError.malformed` for a cursor of another list.
    package func catalogue(_ request: PageRequest) throws -> Page<ResolvedModel> {
        // The catalogue is a short list in memory: its place in the order stands where other lists have a creation time.
        let keyset = try Keyset(request, list: "catalogue")
        let placed = catalogue.entries.enumerated().map { (place: Timestamp(milliseconds: Int64(-$0.offset)), model: $0.element) }
        let beyond = placed.filter { keyset.isBeyond(time: $0.place, id: $0.model.id.text) }
        return keyset.page(Array(beyond.prefix(request.limit + 1))) { ($0.place, $0.model.id.text) }.map { resolve($0.model) }
    }

    package func page(_ request: PageRequest, for principal: Principal) async throws -> Page<ResolvedModel> {
        let repository = repository
        return try await database.read { try repository.page($0, principal.organization, request) }.map(resolve)
    }

    /// An own model or a catalogue entry.
    ///
    /// - Throws: `PlatformError.notFound`.
    package func get(_ id: ModelID, for principal: Principal) async throws -> ResolvedModel {
        if let system = catalogue.find(id) { return resolve(system) }
        let repository = repository
        return try await database.read { try resolve(Self.require(repository.find($0, principal.organization, id))) }
    }

    /// The system models that may answer in place of this one's, in their order; those that are switched off or at their end are left out.
    func fallbacks(of model: ResolvedModel) -> [SystemModel] {
        let now = clock.now
        return model.system.fallbacks.compactMap(catalogue.find(name:)).filter { system in
            [.active, .deprecated].contains(LifecycleState(of: system, at: now))
        }
    }

    /// - Throws: `PlatformError.invalid` for a parent that cannot be derived from.
    package func create(_ draft: ModelDraft, for principal: Principal, receipt: ReplyReceipt<ResolvedModel>?) async throws -> ResolvedModel
    {
        try check(parent: draft.parent, systemPromptID: draft.systemPromptID)
        let now = clock.now
        let model = Model(
            id: .make(at: now), parent: draft.parent, displayName: draft.displayName, contextWindow: draft.contextWindow,
            maxTokensPerRequest: draft.maxTokensPerRequest, supportsStreaming: draft.supportsStreaming, enabled: draft.enabled,
            metadata: draft.metadata, systemPrompt: draft.systemPrompt, createdAt: now, updatedAt: now)
        let repository = repository
        return try await database.write { connection in
            try repository.insert(connection, principal.organization, model)
            let resolved = try resolve(model)
            try receipt?.finish(resolved, on: connection)
            return resolved
        }
    }

    /// - Throws: `PlatformError.notFound`, `forbidden` for a system model, `invalid` as in `create`.
    package func update(
        _ id: ModelID, _ changes: ModelChanges, for principal: Principal, receipt: ReplyReceipt<ResolvedModel>?
    ) async throws -> ResolvedModel {
        try refuseSystem(id)
        try check(parent: changes.parent.given, systemPromptID: changes.systemPromptID.given)
        let (repository, now) = (repository, clock.now)
        return try await database.write { connection in
            let current = try Self.require(repository.find(connection, principal.organization, id))
            let updated = Model(
                id: id, parent: changes.parent.merged(into: current.parent),
                displayName: changes.displayName.merged(into: current.displayName),
                contextWindow: changes.contextWindow.merged(into: current.contextWindow),
                maxTokensPerRequest: changes.maxTokensPerRequest.merged(into: current.maxTokensPerRequest),
                supportsStreaming: changes.supportsStreaming.merged(into: current.supportsStreaming),
                enabled: changes.enabled.merged(into: current.enabled), metadata: changes.metadata.merged(into: current.metadata),
                systemPrompt: changes.systemPrompt.merged(into: current.systemPrompt), createdAt: current.createdAt, updatedAt: now)
            try repository.update(connection, principal.organization, updated)
            let resolved = try resolve(updated)
            try receipt?.finish(resolved, on: connection)
            return resolved
        }
    }

    /// - Throws: `PlatformError.notFound`, `forbidden` for a system model.
    package func delete(_ id: ModelID, for principal: Principal) async throws {
        try refuseSystem(id)
        let (repository, now) = (repository, clock.now)
        try await database.write { connection in
            guard try repository.delete(connection, principal.organization, id, at: now) else { throw Self.unknown }
        }
    }

    private func resolve(_ system: SystemModel) -> ResolvedModel { resolve(own: nil, system) }

    private func resolve(_ model: Model) throws -> ResolvedModel {
        if let system = catalogue.find(model.parent) { return resolve(own: model, system) }
        // The operator took the parent out of the configuration: the model stays readable and cannot be used.
        return resolve(own: model, SystemModel.withdrawn)
    }

    private func resolve(own: Model?, _ system: SystemModel) -> ResolvedModel {
        let lifecycle = LifecycleState(of: system, at: clock.now)
        let replacement = system.replacement.flatMap { catalogue.find(name: $0)?.id }
        return ResolvedModel(own: own, system: system, lifecycle: lifecycle, replacement: replacement)
    }

    private func check(parent: ModelID?, systemPromptID: String?) throws {
        var issues: [FieldIssue] = []
        if let parent {
            let location = ["body", "parentModelId"]
            if let system = catalogue.find(parent) {
                switch LifecycleState(of: system, at: clock.now) {
                case .active, .deprecated: break
                case .disabled:
                    issues.append(
                        FieldIssue(location: location, message: "parentModelId names a model that is switched off.", kind: .value))
                case .endOfLife:
                    issues.append(
                        FieldIssue(location: location, message: "parentModelId names a model that reached its end of life.", kind: .value))
                }
            } else {
                issues.append(
                    FieldIssue(
                        location: location, message: "parentModelId names no system model: take an id from GET /v1/models/catalog.",
                        kind: .notFound))
            }
        }
        if systemPromptID != nil {
            issues.append(
                FieldIssue(
                    location: ["body", "systemPromptId"], message: "systemPromptId names no system prompt of yours.", kind: .notFound))
        }
        if !issues.isEmpty { throw PlatformError.invalid(issues) }
    }

    private func refuseSystem(_ id: ModelID) throws {
        if catalogue.find(id) != nil {
            throw PlatformError.forbidden("System models are read-only: derive a model of your own from it.")
        }
    }

    private static let unknown = PlatformError.notFound("Model not found.")

    private static func require(_ model: Model?) throws -> Model {
        guard let model else { throw unknown }
        return model
    }
}

extension SystemModel {
    /// Stands in for a parent that is no longer configured.
    static let withdrawn = SystemModel(
        name: "", provider: "", upstream: "", displayName: "withdrawn", description: nil, contextWindow: 1, maxTokensPerRequest: 1,
        supportsTools: false, supportsVision: false, supportsReasoning: false, creditMultiplier: 0, tier: .standard, isRecommended: false,
        enabled: false, endOfLifeAt: Timestamp(milliseconds: 0), deprecationMessage: "The system model behind this model was withdrawn.",
        replacement: nil)
}

package typealias ModelID = Identifier<Model>

/// An organization's own configuration derived from a system model.
package struct Model: Sendable, Hashable {
    package let id: ModelID
    package let parent: ModelID
    package let displayName: String
    /// Nil: the parent's.
    package let contextWindow: Int?
    /// Nil: the parent's.
    package let maxTokensPerRequest: Int?
    package let supportsStreaming: Bool
    package let enabled: Bool
    package let metadata: JSONValue?
    /// A literal prompt, which bypasses composition.
    package let systemPrompt: String?
    package let createdAt: Timestamp
    package let updatedAt: Timestamp
}

/// A model as callers see it: an own model with what it inherits, or a catalogue entry itself.
package struct ResolvedModel: Sendable, Hashable {
    /// Nil for a catalogue entry.
    package let own: Model?
    package let system: SystemModel
    package let lifecycle: LifecycleState
    /// The id of the suggested successor, while the model is being retired.
    package let replacement: ModelID?

    package var id: ModelID { own?.id ?? system.id }
    package var contextWindow: Int { own?.contextWindow ?? system.contextWindow }
    package var maxTokensPerRequest: Int { own?.maxTokensPerRequest ?? system.maxTokensPerRequest }
    package var supportsStreaming: Bool { own?.supportsStreaming ?? system.supportsStreaming }
    package var enabled: Bool { own?.enabled ?? system.enabled }
    package var isRetiring: Bool { lifecycle == .deprecated || lifecycle == .endOfLife }
}

/// What a caller says of a new model. Ranges are checked at the door.
package struct ModelDraft: Sendable {
    package var parent: ModelID
    package var displayName: String
    package var contextWindow: Int?
    package var maxTokensPerRequest: Int?
    package var supportsStreaming: Bool
    package var enabled: Bool
    package var metadata: JSONValue?
    package var systemPromptID: String?
    package var systemPrompt: String?

    package init(
        parent: ModelID, displayName: String, contextWindow: Int?, maxTokensPerRequest: Int?, supportsStreaming: Bool, enabled: Bool,
        metadata: JSONValue?, systemPromptID: String?, systemPrompt: String?
    ) {
        self.parent = parent
        self.displayName = displayName
        self.contextWindow = contextWindow
        self.maxTokensPerRequest = maxTokensPerRequest
        self.supportsStreaming = supportsStreaming
        self.enabled = enabled
        self.metadata = metadata
        self.systemPromptID = systemPromptID
        self.systemPrompt = systemPrompt
    }
}

/// What a caller changes of a model: absent, null and value mean three things (contract A §6 Q9).
package struct ModelChanges: Sendable {
    package var parent: Patch<ModelID> = .absent
    package var displayName: Patch<String> = .absent
    package var contextWindow: Patch<Int> = .absent
    package var maxTokensPerRequest: Patch<Int> = .absent
    package var supportsStreaming: Patch<Bool> = .absent
    package var enabled: Patch<Bool> = .absent
    package var metadata: Patch<JSONValue> = .absent
    package var systemPromptID: Patch<String> = .absent
    package var systemPrompt: Patch<String> = .absent

    package init() {}
}

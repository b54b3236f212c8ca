import Platform

extension TurnRequest {
    /// Reads the body of `POST /v1/chats` (contract A §3.4).
    ///
    /// - Throws: `PlatformError.invalid` with every fault.
    init(reading fields: Fields) throws {
        let entries = fields.objects("messages", fields.requiredArray("messages", count: ChatLimits.messages))
        let messages = entries.map { entry in
            defer { fields.adopt(entry) }
            return Self.message(entry)
        }
        self.init(messages: messages)
        chat = fields.string("chatId", length: 1...255).given.map { ChatID($0) }
        model = fields.string("modelId", length: 1...255).given.map { ModelID($0) }
        if chat == nil, model == nil, !fields.has("chatId"), !fields.has("modelId") || fields.issues.isEmpty {
            fields.note("modelId", "is required when there is no chatId.", .missing)
        }
        // The reference writes snake case, a guide camel case; the former wins (contract A §6 Q8).
        let snake = fields.string("system_prompt", length: ModelLimits.systemPrompt)
        let camel = fields.string("systemPrompt", length: ModelLimits.systemPrompt)
        systemPrompt = fields.has("system_prompt") ? snake.given : camel.given
        isEphemeral = fields.flag("ephemeral").given ?? false
        isStreamed = fields.flag("stream").given ?? false
        maxTokens = fields.integer("maxTokens", range: ChatLimits.maxTokens).given
        temperature = fields.number("temperature", range: ChatLimits.temperature).given
        asksForStructure = fields.object("responseFormat").given != nil
        asksForTools = !(fields.array("tools").given ?? []).isEmpty
        asksForReasoning = fields.flag("enableReasoning").given ?? false
        _ = fields.integer("reasoningBudget", range: ChatLimits.reasoningBudget)
        if !entries.isEmpty, !messages.contains(where: { $0.role == .user || $0.role == .tool }) {
            fields.note("messages", "must have at least one message of the user or of a tool.", .value)
        }
        try fields.check()
    }

    private static func message(_ fields: Fields) -> IncomingMessage {
        let roleText = fields.requiredString("role", length: 1...20)
        let role = Message.Role(rawValue: roleText)
        if role == nil, !roleText.isEmpty {
            fields.note("role", "must be one of \(Message.Role.allCases.map(\.rawValue).joined(separator: ", ")).", .value)
        }
        let content = fields.string("content", length: ChatLimits.content)
        let toolCallID = fields.string("toolCallId", length: 1...255).given
        let toolCalls = fields.array("toolCalls").given
        switch role {
        case .user, .system:
            if case .value(let text) = content, !text.isEmpty { break }
            if !fields.issues.contains(where: { $0.location.last == "content" }) {
                fields.note("content", "is required for a message of role \(roleText) and must not be empty.", .missing)
            }
        case .tool where toolCallID == nil: fields.note("toolCallId", "is required for a message of role tool.", .missing)
        case .tool, .assistant, nil: break
        }
        return IncomingMessage(
            role: role ?? .user, content: content.given, toolCallID: toolCallID, toolCalls: toolCalls.map { .array($0) },
            metadata: fields.object("metadata").given.map { .object($0) })
    }
}

import Platform

/// A chat as it is sent (contract A §3.4).
struct ChatBody: Encodable, Sendable {
    let id: String
    let organizationId: String
    let modelId: String
    let createdBy: String
    let createdAt: String
    let updatedAt: String
    @Nullable var title: String?
    @Nullable var systemPrompt: String?
    @Nullable var metadata: JSONValue?
    /// Only with `expand[]=model`; null when the model was deleted.
    @Nullable var model: ModelBody?
    let messages: [MessageBody]
    let documentsCount: Int
    let visibility = "private"
    let sharedWith: [String] = []
    @Nullable var deletedAt: String?
    @Nullable var deletedBy: String?
    let source = "api"
    @Nullable var sourceDetail: String?
    let status: String

    init(_ chat: Chat, _ messages: [Message], model: ResolvedModel?) {
        id = chat.id.text
        organizationId = chat.organization.text
        modelId = chat.model.text
        createdBy = chat.createdBy.text
        createdAt = chat.createdAt.secondsText
        updatedAt = chat.updatedAt.secondsText
        title = chat.title
        systemPrompt = chat.systemPrompt
        metadata = chat.metadata
        self.model = model.map(ModelBody.init)
        self.messages = messages.map(MessageBody.init)
        documentsCount = chat.documentsCount
        deletedAt = nil
        deletedBy = nil
        sourceDetail = nil
        status = chat.status.rawValue
    }
}

/// A chat in a list: no messages.
struct ChatSummaryBody: Encodable, Sendable {
    let id: String
    let organizationId: String
    let modelId: String
    @Nullable var title: String?
    @Nullable var model: ModelBody?
    let status: String
    @Nullable var deletedAt: String?
    let createdAt: String
    let updatedAt: String

    init(_ chat: Chat, model: ResolvedModel?) {
        id = chat.id.text
        organizationId = chat.organization.text
        modelId = chat.model.text
        title = chat.title
        self.model = model.map(ModelBody.init)
        status = chat.status.rawValue
        deletedAt = nil
        createdAt = chat.createdAt.secondsText
        updatedAt = chat.updatedAt.secondsText
    }
}

/// A message as it is sent (contract A §3.5).
struct MessageBody: Encodable, Sendable {
    let id: String
    let chatId: String
    let role: String
    let status: String
    @Nullable var content: String?
    @Nullable var reasoning: String?
    @Nullable var toolCallId: String?
    @Nullable var toolCalls: JSONValue?
    @Nullable var sources: [SourceBody]?
    @Nullable var metadata: JSONValue?
    @Nullable var tokenCount: Int?
    @Nullable var cost: String?
    @Nullable var responseTimeMs: Int?
    let createdAt: String

    init(_ message: Message) {
        id = message.id.text
        chatId = message.chat.text
        role = message.role.rawValue
        status = message.status.rawValue
        content = message.content
        reasoning = message.reasoning
        toolCallId = message.toolCallID
        toolCalls = message.toolCalls
        sources = message.sources.map { $0.map(SourceBody.init) }
        metadata = message.metadata
        tokenCount = message.tokenCount
        cost = message.cost
        responseTimeMs = message.responseTimeMilliseconds
        createdAt = message.createdAt.secondsText
    }
}

/// A turn's answer in one JSON body (seed 004; contract A §6 Q12).
struct TurnBody: Encodable, Sendable {
    /// The chat's id.
    let id: String
    let message: MessageBody
    let usage: UsageBody
    let sources: [SourceBody]
    @Nullable var reasoning: String?

    init(_ outcome: TurnOutcome) {
        id = outcome.message.chat.text
        message = MessageBody(outcome.message)
        usage = UsageBody(outcome.usage)
        sources = (outcome.message.sources ?? []).map(SourceBody.init)
        reasoning = outcome.message.reasoning
    }
}

import HTTPTypes
import Hummingbird
import Platform

/// `/v1/chats`: read, change, delete. Turns are `TurnRoutes`.
struct ChatRoutes: Sendable {
    let chats: ChatService
    let models: ModelService

    var routes: [Route] {
        [
            .get("/v1/chats", .scope(.chatRead), list),
            .get("/v1/chats/{chat_id}", .scope(.chatRead), get),
            .patch("/v1/chats/{chat_id}", .scope(.chatWrite), update),
            .delete("/v1/chats/{chat_id}", .scope(.chatWrite), delete),
        ]
    }

    @Sendable private func list(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        let query = Query(request)
        let page = try await chats.page(query.page(), for: context.caller())
        var expanded: [ModelID: ResolvedModel] = [:]
        if query.expands("model") {
            for id in Set(page.elements.map(\.model)) { expanded[id] = try await model(id, context) }
        }
        return try .json(.ok, PageBody(page) { ChatSummaryBody($0, model: expanded[$0.model]) })
    }

    @Sendable private func get(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        let (chat, messages) = try await chats.get(Self.id(context), for: context.caller())
        let model = Query(request).expands("model") ? try await model(chat.model, context) : nil
        return try .json(.ok, ChatBody(chat, messages, model: model))
    }

    @Sendable private func update(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        let fields = try Fields(body: call.body.json())
        let changes = ChatChanges(
            title: fields.string("title", length: ChatLimits.title),
            systemPrompt: fields.string("systemPrompt", length: ModelLimits.systemPrompt),
            metadata: fields.any("metadata"))
        try fields.check()
        let render = { @Sendable (found: (chat: Chat, messages: [Message])) in
            try Reply.json(.ok, ChatBody(found.chat, found.messages, model: nil))
        }
        return try render(await chats.update(Self.id(context), changes, for: context.caller(), receipt: call.receipt(render)))
    }

    @Sendable private func delete(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        try await chats.delete(Self.id(context), for: context.caller())
        return .noContent
    }

    /// The chat's model; nil when it was deleted since.
    private func model(_ id: ModelID, _ context: QuarryRequestContext) async throws -> ResolvedModel? {
        do {
            return try await models.get(id, for: context.caller())
        } catch PlatformError.notFound {
            return nil
        }
    }

    static func id(_ context: QuarryRequestContext) throws -> ChatID { ChatID(try context.pathValue("chat_id")) }
}

/// Ranges of contract A §3.4.
enum ChatLimits {
    static let title = 0...500
    static let maxTokens = 1...32_000
    static let temperature = 0.0...2.0
    static let reasoningBudget = 1...1_000_000
    /// Messages of one turn.
    static let messages = 1...100
    /// Characters of one message.
    static let content = 0...1_000_000
}

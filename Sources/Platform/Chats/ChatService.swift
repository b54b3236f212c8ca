package import Storage

/// Chats: read, change, delete. Turns are begun by `TurnService`.
package struct ChatService: Sendable {
    private let database: any Database
    private let clock: any Clock
    private let chats = ChatRepository()
    private let messages = MessageRepository()

    package init(database: any Database, clock: any Clock) {
        self.database = database
        self.clock = clock
    }

    package func page(_ request: PageRequest, for principal: Principal) async throws -> Page<Chat> {
        let chats = chats
        return try await database.read { try chats.page($0, principal.organization, principal.member, request) }
    }

    /// A chat and its messages, oldest first.
    ///
    /// - Throws: `PlatformError.notFound`, for a colleague's chat too.
    package func get(_ id: ChatID, for principal: Principal) async throws -> (chat: Chat, messages: [Message]) {
        let (chats, messages) = (chats, messages)
        return try await database.read { connection in
            let chat = try Self.require(chats.find(connection, principal.organization, principal.member, id))
            return (chat, try messages.list(connection, principal.organization, id))
        }
    }

    /// - Throws: `PlatformError.notFound`.
    package func update(
        _ id: ChatID, _ changes: ChatChanges, for principal: Principal, receipt: ReplyReceipt<(chat: Chat, messages: [Message])>?
    ) async throws -> (chat: Chat, messages: [Message]) {
        let (chats, messages, now) = (chats, messages, clock.now)
        let organization = principal.organization
        return try await database.write { connection in
            let current = try Self.require(chats.find(connection, organization, principal.member, id))
            try chats.update(
                connection, organization, id, title: changes.title.merged(into: current.title),
                systemPrompt: changes.systemPrompt.merged(into: current.systemPrompt),
                metadata: changes.metadata.merged(into: current.metadata),
                at: now)
            let updated = (
                chat: try Self.require(chats.find(connection, organization, principal.member, id)),
                messages: try messages.list(connection, organization, id)
            )
            try receipt?.finish(updated, on: connection)
            return updated
        }
    }

    /// Deletes the chat softly: 404 afterwards, the second time too.
    package func delete(_ id: ChatID, for principal: Principal) async throws {
        let (chats, now) = (chats, clock.now)
        try await database.write { connection in
            guard try chats.delete(connection, principal.organization, principal.member, id, at: now) else { throw Self.unknown }
        }
    }

    static let unknown = PlatformError.notFound("Chat not found.")

    static func require(_ chat: Chat?) throws -> Chat {
        guard let chat else { throw unknown }
        return chat
    }
}

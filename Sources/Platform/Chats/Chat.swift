package typealias ChatID = Identifier<Chat>
package typealias MessageID = Identifier<Message>
package typealias TurnID = Identifier<Turn>

/// A conversation. Private to its creator.
package struct Chat: Sendable, Hashable {
    package enum Status: String, Sendable { case active, generating, error }

    package let id: ChatID
    package let organization: OrganizationID
    /// The model last used.
    package let model: ModelID
    package let createdBy: MemberID
    package let title: String?
    package let systemPrompt: String?
    package let metadata: JSONValue?
    package let isEphemeral: Bool
    package let documentsCount: Int
    package let status: Status
    package let createdAt: Timestamp
    package let updatedAt: Timestamp
}

/// What a caller changes of a chat.
package struct ChatChanges: Sendable {
    package let title: Patch<String>
    package let systemPrompt: Patch<String>
    package let metadata: Patch<JSONValue>

    package init(title: Patch<String>, systemPrompt: Patch<String>, metadata: Patch<JSONValue>) {
        self.title = title
        self.systemPrompt = systemPrompt
        self.metadata = metadata
    }
}

/// An entry of a chat.
package struct Message: Sendable, Hashable {
    package enum Role: String, Sendable, CaseIterable { case system, user, assistant, tool }
    package enum Status: String, Sendable { case complete, interrupted, cancelled, failed }

    package let id: MessageID
    package let chat: ChatID
    package let turn: TurnID
    package let role: Role
    package let status: Status
    package let content: String?
    package let reasoning: String?
    package let toolCallID: String?
    package let toolCalls: JSONValue?
    package let sources: [Source]?
    package let metadata: JSONValue?
    package let tokenCount: Int?
    /// Decimal text, in credits.
    package let cost: String?
    package let responseTimeMilliseconds: Int?
    package let createdAt: Timestamp

    /// Why a complete answer ended, as a raw value of `FinishReason`; nil for one that did not come to its own end.
    package var finishReason: String? {
        guard case .object(let members) = metadata, case .string(let reason) = members["finishReason"] else { return nil }
        return reason
    }
}

/// A message as a caller sends it.
package struct IncomingMessage: Sendable, Hashable {
    package let role: Message.Role
    package let content: String?
    package let toolCallID: String?
    package let toolCalls: JSONValue?
    package let metadata: JSONValue?

    package init(role: Message.Role, content: String?, toolCallID: String?, toolCalls: JSONValue?, metadata: JSONValue?) {
        self.role = role
        self.content = content
        self.toolCallID = toolCallID
        self.toolCalls = toolCalls
        self.metadata = metadata
    }
}

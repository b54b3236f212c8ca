import Foundation

/// The body of `POST /chat/completions`.
struct OpenAIRequest: Encodable {
    struct Message: Encodable, Equatable {
        let role: String
        var content: String
    }

    struct StreamOptions: Encodable {
        let includeUsage = true

        private enum CodingKeys: String, CodingKey { case includeUsage = "include_usage" }
    }

    let model: String
    let messages: [Message]
    let maxTokens: Int?
    let maxCompletionTokens: Int?
    let temperature: Double?
    let stream = true
    let streamOptions = StreamOptions()

    private enum CodingKeys: String, CodingKey {
        case model, messages, temperature, stream
        case maxTokens = "max_tokens"
        case maxCompletionTokens = "max_completion_tokens"
        case streamOptions = "stream_options"
    }

    /// - Throws: `ProviderFault` for what this adapter cannot send.
    init(_ request: GenerationRequest, maxTokensField: OpenAIConfiguration.MaxTokensField) throws(ProviderFault) {
        if request.messages.contains(where: { $0.role == .tool }) {
            throw ProviderFault(.rejected, "Messages of role tool cannot be sent to this model: tools are not supported yet.")
        }
        let (system, conversation) = PassagePrompt.compose(request)
        model = request.upstream
        messages = Self.messages(system, conversation)
        maxTokens = maxTokensField == .maxTokens ? request.maxTokens : nil
        maxCompletionTokens = maxTokensField == .maxCompletionTokens ? request.maxTokens : nil
        temperature = request.temperature
    }

    /// The body as JSON.
    func encoded() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }

    /// Many servers' templates want one system message, at the beginning, and user and assistant in turns: neighbours of one role are
    /// joined, and an answer that never came to a word is left out.
    private static func messages(_ system: String?, _ conversation: [GenerationRequest.Message]) -> [Message] {
        var messages: [Message] = []
        let all = (system.map { [GenerationRequest.Message(role: .system, content: $0)] } ?? []) + conversation
        for message in all where !message.content.isEmpty || message.role == .user {
            if let last = messages.indices.last, messages[last].role == message.role.rawValue {
                messages[last].content += "\n\n" + message.content
            } else {
                messages.append(Message(role: message.role.rawValue, content: message.content))
            }
        }
        return messages
    }
}

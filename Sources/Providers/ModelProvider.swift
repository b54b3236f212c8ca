/// An upstream that answers. Two sides and more: the built-in quoting model, upstream protocols, and scripted ones in tests.
package protocol ModelProvider: Sendable {
    /// Begins an answer. Returns once the upstream accepted the request; retries happen in here, before the first byte, and nowhere else.
    ///
    /// An answer is complete only if `GenerationEvent.finish` was seen: a stream that merely ends was cut.
    ///
    /// - Throws: `ProviderFault`.
    func stream(_ request: GenerationRequest) async throws -> AsyncThrowingStream<GenerationEvent, any Error>
}

/// Everything a provider needs for one answer.
package struct GenerationRequest: Sendable, Hashable {
    /// One entry of the conversation, oldest first; the last one is what is to be answered.
    package struct Message: Sendable, Hashable {
        package enum Role: String, Sendable { case system, user, assistant, tool }

        package let role: Role
        package let content: String

        package init(role: Role, content: String) {
            self.role = role
            self.content = content
        }
    }

    /// A retrieved passage that the answer may rest on.
    package struct Passage: Sendable, Hashable {
        package let text: String
        /// The headings that it stands under, outermost first.
        package let headings: [String]
        /// 0 to 1: the share of the question's weight that the passage carries.
        package let matchedShare: Double
        /// -1 to 1: how near it is to the question in meaning; nil without vectors.
        package let cosine: Double?

        package init(text: String, headings: [String] = [], matchedShare: Double, cosine: Double? = nil) {
            self.text = text
            self.headings = headings
            self.matchedShare = matchedShare
            self.cosine = cosine
        }
    }

    /// The model's name at the provider.
    package let upstream: String
    package let system: String?
    package let messages: [Message]
    package let passages: [Passage]
    /// Tokens to generate at most.
    package let maxTokens: Int
    /// 0 to 2; nil leaves it to the upstream.
    package let temperature: Double?

    package init(
        upstream: String, system: String?, messages: [Message], passages: [Passage], maxTokens: Int, temperature: Double?
    ) {
        self.upstream = upstream
        self.system = system
        self.messages = messages
        self.passages = passages
        self.maxTokens = maxTokens
        self.temperature = temperature
    }

    /// The same request for another model.
    package func asking(_ upstream: String) -> GenerationRequest {
        GenerationRequest(
            upstream: upstream, system: system, messages: messages, passages: passages, maxTokens: maxTokens, temperature: temperature)
    }

    /// The newest text of the user: what the answer is about.
    package var question: String { messages.last { $0.role == .user }?.content ?? "" }
}

/// One step of an answer.
package enum GenerationEvent: Sendable, Hashable {
    case text(String)
    case reasoning(String)
    /// Which of the request's passages the answer rests on so far, in the order of its markers: `[1]` in the text is the first of them. A
    /// later event replaces an earlier one. An answer that never says so rests on all of them.
    case citations([Int])
    case usage(TokenUsage)
    /// The last event of a complete answer.
    case end(FinishReason)

    /// The last event of an answer that came to its own end.
    package static let finish = GenerationEvent.end(.stop)
}

/// Why a complete answer ended; the raw values are those of the OpenAI protocol.
package enum FinishReason: String, Sendable, Hashable, Codable {
    case stop
    /// The answer has as many tokens as it was allowed to have.
    case length
    /// The upstream's filter ended it.
    case contentFilter = "content_filter"
    /// The upstream gave a reason that is none of these.
    case other
}

/// Tokens of one answer, as the upstream counted them.
package struct TokenUsage: Sendable, Hashable, Codable {
    package let input: Int
    package let output: Int
    package let reasoning: Int

    package init(input: Int, output: Int, reasoning: Int = 0) {
        self.input = input
        self.output = output
        self.reasoning = reasoning
    }
}

/// How an upstream failed. `detail` may be shown to the caller: our own words, save for what was rejected, and no secret.
package struct ProviderFault: Error, Sendable, Hashable {
    package enum Kind: Sendable, Hashable, CaseIterable {
        /// Busy for the moment: another time it may work.
        case overloaded
        /// No connection could be made, or it broke before the answer began.
        case unreachable
        /// The upstream counts our requests, and these were too many.
        case rateLimited
        case timedOut
        /// The upstream understood the request and will not have it: the caller must change it.
        case rejected
        /// Whoever runs this server must change something: a key, an address, a model's name.
        case misconfigured
        /// The upstream failed, or what it sent makes no sense.
        case broken
    }

    package let kind: Kind
    package let detail: String
    package let retryAfterSeconds: Int?
    /// What the upstream said, where that is not for the caller's eyes: for the log alone.
    package let cause: String?

    package init(_ kind: Kind, _ detail: String, retryAfterSeconds: Int? = nil, cause: String? = nil) {
        self.kind = kind
        self.detail = detail
        self.retryAfterSeconds = retryAfterSeconds
        self.cause = cause
    }
}

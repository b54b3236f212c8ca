import Foundation

/// A chunk of the stream, or the whole answer of a server that does not stream: what of it is used. Everything may be missing, and unknown
/// fields are left alone.
struct OpenAIChunk: Decodable {
    struct Candidate: Decodable {
        let delta: Delta?
        /// In place of `delta` in an answer that is no stream.
        let message: Delta?
        let finishReason: String?

        private enum CodingKeys: String, CodingKey {
            case delta, message
            case finishReason = "finish_reason"
        }
    }

    struct Delta: Decodable {
        let content: Content?
        let reasoning: String?
        let refusal: String?

        private enum CodingKeys: String, CodingKey {
            case content, reasoning, refusal
            case reasoningContent = "reasoning_content"
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            content = try container.decodeIfPresent(Content.self, forKey: .content)
            // Two names are in use for one thing; some servers send both, with the same text. Neither is always a string.
            let old = (try? container.decodeIfPresent(String.self, forKey: .reasoningContent)) ?? nil
            reasoning = old ?? ((try? container.decodeIfPresent(String.self, forKey: .reasoning)) ?? nil)
            refusal = (try? container.decodeIfPresent(String.self, forKey: .refusal)) ?? nil
        }
    }

    /// A text, or a list of parts of which those with a text count.
    struct Content: Decodable {
        struct Part: Decodable { let text: String? }

        let text: String

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let text = try? container.decode(String.self) {
                self.text = text
            } else {
                text = try container.decode([Part].self).compactMap(\.text).joined()
            }
        }
    }

    struct Usage: Decodable {
        struct Details: Decodable {
            let reasoningTokens: Int?

            private enum CodingKeys: String, CodingKey { case reasoningTokens = "reasoning_tokens" }
        }

        let promptTokens: Int?
        let completionTokens: Int?
        let details: Details?

        private enum CodingKeys: String, CodingKey {
            case promptTokens = "prompt_tokens"
            case completionTokens = "completion_tokens"
            case details = "completion_tokens_details"
        }

        /// As we count: the reasoning's tokens apart from the answer's, of which the protocol makes them a part.
        var tokens: TokenUsage? {
            guard let prompt = promptTokens, let completion = completionTokens, prompt >= 0, completion >= 0 else { return nil }
            let reasoning = min(max(details?.reasoningTokens ?? 0, 0), completion)
            return TokenUsage(input: prompt, output: completion - reasoning, reasoning: reasoning)
        }
    }

    let choices: [Candidate]?
    let usage: Usage?
    /// Whether the chunk says that something went wrong; `OpenAIRefusal` reads what.
    let isError: Bool

    private enum CodingKeys: String, CodingKey { case choices, usage, error, object }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        choices = try container.decodeIfPresent([Candidate].self, forKey: .choices)
        usage = (try? container.decodeIfPresent(Usage.self, forKey: .usage)) ?? nil
        let hasError = try container.contains(.error) && !container.decodeNil(forKey: .error)
        let object = (try? container.decodeIfPresent(String.self, forKey: .object)) ?? nil
        isError = hasError || object == "error"
    }
}

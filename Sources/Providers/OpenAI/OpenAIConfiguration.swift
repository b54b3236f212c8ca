package import Foundation

/// What an installation says about one OpenAI-compatible upstream.
package struct OpenAIConfiguration: Sendable {
    /// The field that carries the most tokens to generate: newer models of OpenAI refuse the older name, many other servers know only that.
    package enum MaxTokensField: String, Sendable, CaseIterable {
        case maxTokens = "max_tokens"
        case maxCompletionTokens = "max_completion_tokens"
    }

    /// The name under which models refer to it; faults name it.
    package let name: String
    /// With the version, as in `http://127.0.0.1:9100/v1`; `/chat/completions` is appended.
    package let baseURL: URL
    /// Sent as a bearer token; nil for a server that wants none.
    package let apiKey: UpstreamKey?
    package var maxTokensField = MaxTokensField.maxTokens
    /// Requests at once.
    package var concurrency = 16
    /// Requests that wait for one of those at most.
    package var mostWaiting = 256
    package var connectTimeout = Duration.seconds(10)
    /// How long the first event may take; models that think before they speak are slow.
    package var firstEventTimeout = Duration.seconds(120)
    /// How long the stream may be silent after that.
    package var idleTimeout = Duration.seconds(60)
    package var retry = RetryPolicy()

    package init(name: String, baseURL: URL, apiKey: UpstreamKey?) {
        self.name = name
        self.baseURL = baseURL
        self.apiKey = apiKey
    }
}

/// A key of an upstream: no log line and no message shows it.
package struct UpstreamKey: Sendable, CustomStringConvertible, CustomReflectable {
    let value: String

    package init(_ value: String) { self.value = value }

    package var description: String { "•••" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// What an upstream may send at most, so that a broken one cannot fill the memory.
enum OpenAILimits {
    /// Bytes of one event, and of one line.
    static let event = 1024 * 1024
    /// Bytes of a whole answer's text and reasoning, and of an answer that is no stream.
    static let answer = 8 * 1024 * 1024
    /// Bytes of a refusal that are read.
    static let refusal = 64 * 1024
    /// Characters of an upstream's own words that a fault repeats.
    static let words = 500
    /// How long the stream may take to end after the answer did: for the usage, and for the connection to be used again.
    static let ending = Duration.seconds(5)
}

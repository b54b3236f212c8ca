import Foundation

/// Says what an upstream's refusal means to us, in words for the caller and for the log.
struct OpenAIRefusal: Sendable {
    /// A fault, and whether the same request may be sent again.
    struct Verdict: Error {
        let fault: ProviderFault
        let isRetryable: Bool
        let wait: Duration?
    }

    /// What an error object says.
    private struct Words {
        let message: String?
        /// An HTTP status, where the object carries one.
        let status: Int?
        /// `type` and `code`, in lower case.
        let kinds: String
    }

    private let provider: String
    private let model: String
    private let secret: String?

    init(provider: String, model: String, secret: String?) {
        self.provider = provider
        self.model = model
        self.secret = secret.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// A refusal before the answer.
    func verdict(status: Int, body: Data, advice: RetryAdvice) -> Verdict {
        let words = words(in: body)
        let usual = [408, 409, 429].contains(status) || status >= 500
        let isRetryable = advice.shouldRetry ?? (usual && !isOutOfQuota(words))
        return Verdict(fault: fault(status, words, advice), isRetryable: isRetryable, wait: advice.wait)
    }

    /// An error object inside of a stream: as if it had been the status, when it names one.
    func fault(inStream data: Data) -> ProviderFault {
        let words = words(in: data)
        return fault(words.status ?? status(of: words.kinds), words, RetryAdvice { _ in nil })
    }

    /// An error object that came in place of the first event.
    func verdict(firstEvent fault: ProviderFault) -> Verdict {
        let isRetryable = fault.kind == .rateLimited || fault.kind == .overloaded || fault.kind == .broken
        return Verdict(fault: fault, isRetryable: isRetryable, wait: nil)
    }

    /// The connection could not be made, or broke before the answer.
    func unreachable(_ error: any Error) -> ProviderFault {
        ProviderFault(.unreachable, "The provider \(provider) cannot be reached.", cause: clean("\(error)"))
    }

    func timedOut(after limit: Duration, isBeforeAnswer: Bool) -> ProviderFault {
        let detail =
            isBeforeAnswer
            ? "The provider \(provider) did not begin to answer in time."
            : "The provider \(provider) fell silent in the middle of the answer."
        return ProviderFault(.timedOut, detail, cause: "nothing came for \(limit)")
    }

    var cut: ProviderFault { ProviderFault(.broken, "The provider \(provider) ended the answer before it was complete.") }
    var tooLong: ProviderFault { ProviderFault(.broken, "The provider \(provider) sent a larger answer than is taken.") }

    func cut(_ error: any Error) -> ProviderFault { ProviderFault(.broken, cut.detail, cause: clean("\(error)")) }

    /// Something that is not the protocol.
    ///
    /// - Parameter type: what the upstream called it.
    func nonsense(_ what: String, _ data: Data, type: String? = nil) -> ProviderFault {
        let excerpt = clean((type.map { "\($0): " } ?? "") + String(decoding: data.prefix(OpenAILimits.words), as: UTF8.self))
        return ProviderFault(.broken, "The provider \(provider) sent \(what).", cause: excerpt)
    }

    /// Only a request that was refused for what it is has the upstream's words for the caller, who must change it; what an upstream says
    /// of itself is for the log.
    private func fault(_ status: Int, _ words: Words, _ advice: RetryAdvice) -> ProviderFault {
        let said = words.message
        let quote = said.map { ": \($0)" } ?? "."
        let cause = "status \(status)\(quote)"
        switch status {
        case 429 where isOutOfQuota(words):
            return ProviderFault(
                .misconfigured, "The provider \(provider) says that the account of this server has no quota left.", cause: cause)
        case 429:
            return ProviderFault(
                .rateLimited, "The provider \(provider) limits how often it is asked.", retryAfterSeconds: advice.seconds ?? 1, cause: cause
            )
        case 401, 402, 403, 407:
            return ProviderFault(
                .misconfigured, "The provider \(provider) does not let this server in: its operator must check the provider's key.",
                cause: cause)
        case 404, 410:
            return ProviderFault(
                .misconfigured,
                "The provider \(provider) does not know the model \(model), or has no chat completions at its configured address.",
                cause: cause)
        case 300..<400, 405:
            return ProviderFault(
                .misconfigured, "The provider \(provider) has no chat completions at its configured address.", cause: cause)
        case 408, 504, 524:
            return ProviderFault(.timedOut, "The provider \(provider) did not answer in time.", cause: cause)
        case 409, 503, 529:
            return ProviderFault(
                .overloaded, "The provider \(provider) cannot answer at the moment.", retryAfterSeconds: advice.seconds, cause: cause)
        case 400..<500: return ProviderFault(.rejected, "The provider \(provider) refused the request\(quote)")
        default: return ProviderFault(.broken, "The provider \(provider) failed (status \(status)).", cause: cause)
        }
    }

    private func isOutOfQuota(_ words: Words) -> Bool { words.kinds.contains("insufficient_quota") }

    /// The status that fits an error's type or code; 500 for one that says nothing.
    private func status(of kinds: String) -> Int {
        if ["rate_limit", "insufficient_quota"].contains(where: kinds.contains) { return 429 }
        if ["overloaded", "unavailable"].contains(where: kinds.contains) { return 503 }
        if ["authentication", "permission", "api_key"].contains(where: kinds.contains) { return 401 }
        if ["not_found"].contains(where: kinds.contains) { return 404 }
        if ["invalid_request", "context_length", "badrequest"].contains(where: kinds.contains) { return 400 }
        if kinds.contains("timeout") { return 504 }
        return 500
    }

    /// The shapes in use: `{error: {message, type, code}}`, `{error: "…"}`, `{message, code}`, `{detail}`.
    private func words(in body: Data) -> Words {
        guard let object = try? JSONSerialization.jsonObject(with: body) as? [String: Any] else {
            return Words(message: nil, status: nil, kinds: "")
        }
        let inner = object["error"] as? [String: Any] ?? object
        let message = inner["message"] as? String ?? object["error"] as? String ?? object["detail"] as? String
        let code = inner["code"] as? Int ?? (inner["code"] as? String).flatMap { Int($0) } ?? inner["status"] as? Int
        let kinds = [inner["type"], inner["code"]].compactMap { $0 as? String }.joined(separator: " ").lowercased()
        return Words(
            message: message.map(clean), status: code.flatMap { (300..<600).contains($0) ? $0 : nil }, kinds: kinds)
    }

    /// An upstream's words as they may be kept and shown: short, one line, without our key.
    private func clean(_ text: String) -> String {
        let open = secret.map { text.replacing($0, with: "•••") } ?? text
        let line = open.split(whereSeparator: \.isWhitespace).joined(separator: " ").replacing("\0", with: "\u{FFFD}")
        return line.count <= OpenAILimits.words ? line : line.prefix(OpenAILimits.words - 1) + "…"
    }
}

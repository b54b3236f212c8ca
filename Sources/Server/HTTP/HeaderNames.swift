import HTTPTypes

extension HTTPField.Name {
    static let shouldRetry = name("x-should-retry")
    static let xRequestID = name("X-Request-Id")
    static let idempotencyKey = name("Idempotency-Key")
    static let idempotencyReplayed = name("Idempotency-Replayed")
    static let rateLimitLimit = name("X-RateLimit-Limit")
    static let rateLimitRemaining = name("X-RateLimit-Remaining")
    static let rateLimitReset = name("X-RateLimit-Reset")
    static let streamFormat = name("X-Stream-Format")
    static let accelBuffering = name("X-Accel-Buffering")
    static let forwardedFor = name("X-Forwarded-For")
    static let forwarded = name("Forwarded")
    static let lastEventID = name("Last-Event-ID")

    /// The names above are valid by inspection; the fallback only satisfies the type.
    private static func name(_ text: String) -> HTTPField.Name { HTTPField.Name(text) ?? .cookie }
}

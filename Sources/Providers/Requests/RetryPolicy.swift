import Foundation

/// When a request that an upstream did not take is sent again. Only ever before the first byte of an answer.
package struct RetryPolicy: Sendable {
    /// Tries after the first one.
    package var mostRetries = 2
    /// The wait before the first retry; doubled for each further one.
    package var firstWait = Duration.milliseconds(500)
    /// An upstream that asks for a longer wait than this is not asked again: the caller is told when to come back. Twice this stays below the
    /// 15 s after which an answer begins with a comment, and could no longer keep the refusal's status.
    package var longestWait = Duration.seconds(5)

    package init() {}

    /// How long to wait before retry number `retry`, from 0; nil to give up.
    ///
    /// - Parameters:
    ///   - asked: what the upstream asked for.
    ///   - jitter: 0 to 1; spreads clients that were refused together over the second half of the wait.
    package func wait(before retry: Int, asked: Duration?, jitter: Double) -> Duration? {
        if retry >= mostRetries { return nil }
        if let asked { return asked <= longestWait ? asked : nil }
        let wait = min(firstWait * (1 << retry), longestWait)
        return wait * (0.5 + 0.5 * jitter)
    }
}

/// The headers with which an upstream says whether and when to try again: `Retry-After` (RFC 9110 §10.2.3), and what OpenAI's own clients
/// obey: `retry-after-ms` and `x-should-retry`.
package struct RetryAdvice: Sendable, Hashable {
    package let wait: Duration?
    /// Overrides what the status says.
    package let shouldRetry: Bool?

    /// - Parameter header: the first value of a header, by its name.
    package init(_ header: (String) -> String?) {
        shouldRetry = header("x-should-retry").flatMap { Bool($0.lowercased()) }
        wait =
            header("retry-after-ms").flatMap(Double.init).flatMap { Self.duration($0 / 1000) }
            ?? header("retry-after").flatMap { Self.wait($0, answeredAt: header("date")) }
    }

    /// Whole seconds, rounded up.
    package var seconds: Int? { wait.map { Int($0.components.seconds) + ($0.components.attoseconds > 0 ? 1 : 0) } }

    /// Seconds, or a date: that is compared with the date of the answer, so that the two clocks need not agree.
    private static func wait(_ text: String, answeredAt answered: String?) -> Duration? {
        if let seconds = Double(text) { return duration(seconds) }
        let dates = DateFormatter()
        dates.locale = Locale(identifier: "en_US_POSIX")
        dates.timeZone = TimeZone(secondsFromGMT: 0)
        dates.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        guard let until = dates.date(from: text), let from = answered.flatMap(dates.date(from:)) else { return nil }
        return duration(until.timeIntervalSince(from))
    }

    /// A day at most, so that nonsense cannot overflow.
    private static func duration(_ seconds: Double) -> Duration? {
        seconds.isFinite ? .milliseconds(Int((min(max(seconds, 0), 86_400) * 1000).rounded(.up))) : nil
    }
}

import Testing

@testable import Providers

@Suite struct RetryPolicyTests {
    @Test func waitsDoubleAndAreSpread() {
        let policy = RetryPolicy()
        #expect(policy.wait(before: 0, asked: nil, jitter: 1) == .milliseconds(500))
        #expect(policy.wait(before: 0, asked: nil, jitter: 0) == .milliseconds(250))
        #expect(policy.wait(before: 1, asked: nil, jitter: 1) == .seconds(1))
        #expect(policy.wait(before: 2, asked: nil, jitter: 1) == nil)
    }

    @Test func whatTheUpstreamAsksForIsObeyedUpToALimit() {
        let policy = RetryPolicy()
        #expect(policy.wait(before: 0, asked: .seconds(3), jitter: 0) == .seconds(3))
        #expect(policy.wait(before: 0, asked: .zero, jitter: 1) == .zero)
        #expect(policy.wait(before: 0, asked: policy.longestWait + .milliseconds(1), jitter: 0) == nil)
    }

    @Test(
        arguments: [
            (["retry-after": "7"], 7), (["retry-after": "0.2"], 1), (["retry-after-ms": "1500", "retry-after": "9"], 2),
            (["retry-after": "Sat, 28 Nov 2026 12:00:30 GMT", "date": "Sat, 28 Nov 2026 12:00:00 GMT"], 30),
            (["retry-after": "Sat, 28 Nov 2026 11:00:00 GMT", "date": "Sat, 28 Nov 2026 12:00:00 GMT"], 0),
            (["retry-after": "Sat, 28 Nov 2026 12:00:30 GMT"], nil), (["retry-after": "soon"], nil), (["retry-after": "-5"], 0),
            (["retry-after": "1e300"], 86_400), (["retry-after": "nan"], nil), ([:], nil),
        ] as [([String: String], Int?)])
    func secondsAndDatesAreUnderstood(_ headers: [String: String], _ seconds: Int?) {
        #expect(RetryAdvice { headers[$0] }.seconds == seconds)
    }

    @Test(arguments: [("true", true), ("False", false), ("maybe", nil)] as [(String, Bool?)])
    func theUpstreamMaySayWhetherARetryHelps(_ text: String, _ expected: Bool?) {
        #expect(RetryAdvice { $0 == "x-should-retry" ? text : nil }.shouldRetry == expected)
    }
}

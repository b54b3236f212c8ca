import Platform

/// Tokens and cost of a turn (contract A §3.6).
struct UsageBody: Encodable, Sendable {
    let inputTokens: Int
    let outputTokens: Int
    let reasoningTokens: Int
    let totalTokens: Int
    let cost: String

    init(_ usage: TurnUsage) {
        inputTokens = usage.input
        outputTokens = usage.output
        reasoningTokens = usage.reasoning
        totalTokens = usage.total
        cost = usage.cost
    }
}

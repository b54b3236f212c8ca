package import Storage

/// Something that was used and is to be billed: written once, in the transaction that finished the work.
package struct UsageEvent: Sendable, Hashable {
    package enum Kind: String, Sendable { case turn, run }

    package let member: MemberID
    package let kind: Kind
    /// What used it: with the kind it names the event, so that it cannot be counted twice.
    package let subject: String
    package let model: String?
    package let inputTokens: Int
    package let outputTokens: Int
    package let reasoningTokens: Int
    package let credits: Int

    package init(
        member: MemberID, kind: Kind, subject: String, model: String?, inputTokens: Int, outputTokens: Int, reasoningTokens: Int,
        credits: Int
    ) {
        self.member = member
        self.kind = kind
        self.subject = subject
        self.model = model
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        self.reasoningTokens = reasoningTokens
        self.credits = credits
    }
}

/// The usage table, from which the credit ledger will be made.
package struct UsageRepository: Sendable {
    package init() {}

    /// Writes the event, once for its kind and subject.
    package func record(_ connection: any Connection, _ organization: OrganizationID, _ event: UsageEvent, at now: Timestamp) throws {
        try connection.execute(
            """
            INSERT INTO usage_event (id, organization_id, member_id, kind, subject_id, model_id, input_tokens, output_tokens, reasoning_tokens,
              credits, created_at)
            VALUES (\(Identifier<UsageEvent>.make(at: now)), \(organization), \(event.member), \(event.kind.rawValue), \(event.subject), \(event.model),
              \(event.inputTokens), \(event.outputTokens), \(event.reasoningTokens), \(event.credits), \(now))
            ON CONFLICT (organization_id, kind, subject_id) DO NOTHING
            """)
    }
}

/// What a turn costs (contract A §6 Q21).
package enum TurnPrice {
    /// Tokens that one credit buys at multiplier 1.
    static let tokensPerCredit = 1000

    /// `ceil(tokens / 1000) × multiplier`, at least 1 unless the multiplier is 0.
    package static func credits(tokens: Int, multiplier: Int) -> Int {
        max(1, (tokens + tokensPerCredit - 1) / tokensPerCredit) * multiplier
    }
}

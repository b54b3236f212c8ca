package import Foundation
package import Storage

/// The answer to a request that carried an `Idempotency-Key`, as it is kept for 24 hours and given again.
package enum StoredReply: Sendable {
    /// The answer's status code, headers and body as they were sent.
    case bytes(code: Int, headers: [String: String], body: Data)
    /// The answer is a chat's turn: it is rendered anew from what the turn left behind.
    case turn(String)
}

/// A claimed `Idempotency-Key`. Whoever holds it finishes it inside the transaction of the request's effect, so that effect
/// and answer are remembered together or not at all.
package struct Receipt: Sendable {
    let organization: OrganizationID
    /// The claim's own id: a fence. Once another process took the claim over, this one can finish nothing.
    let claim: String
    let clock: any Clock

    /// Remembers the reply. Called inside the transaction of the effect.
    ///
    /// - Throws: `PlatformError.conflict` when the claim was taken over; the transaction must then not commit.
    package func finish(_ reply: StoredReply, on connection: any Connection) throws {
        let now = try DatabaseTime.now(connection, clock: clock)
        let changed: Int
        switch reply {
        case .bytes(let code, let headers, let body):
            changed = try connection.execute(
                """
                UPDATE idempotency_claim
                SET state = 'finished', reply_code = \(code), reply_headers = \(JSONText.encode(headers)), reply_body = \([UInt8](body)), finished_at = \(now)
                WHERE organization_id = \(organization) AND claim = \(claim) AND state = 'running'
                """)
        case .turn(let turn):
            changed = try connection.execute(
                """
                UPDATE idempotency_claim SET state = 'finished', reply_turn = \(turn), finished_at = \(now)
                WHERE organization_id = \(organization) AND claim = \(claim) AND state = 'running'
                """)
        }
        if changed == 0 {
            throw PlatformError.conflict(
                "Another request with this Idempotency-Key took over while this one was stalled.", retryAfterSeconds: 1)
        }
    }
}

/// A claimed key together with the way to put the effect's outcome into words, which only the server knows.
package struct ReplyReceipt<Outcome: Sendable>: Sendable {
    private let receipt: Receipt
    private let render: @Sendable (Outcome) throws -> StoredReply

    package init(_ receipt: Receipt, render: @escaping @Sendable (Outcome) throws -> StoredReply) {
        self.receipt = receipt
        self.render = render
    }

    /// Remembers the answer to this outcome, inside the transaction that caused it.
    package func finish(_ outcome: Outcome, on connection: any Connection) throws {
        try receipt.finish(render(outcome), on: connection)
    }
}

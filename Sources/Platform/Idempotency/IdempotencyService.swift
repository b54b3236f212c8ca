import Foundation
package import Storage

/// What names one request that may be sent again: design §9.
package struct IdempotencyKey: Sendable, Hashable {
    /// Characters that a key may have at most.
    package static let longest = 255

    let organization: OrganizationID
    let member: MemberID
    let method: String
    let path: String
    let key: String

    /// - Parameter header: the header's value; quotes around it are taken off (the IETF draft's form and the bare one are the same key).
    /// - Throws: `PlatformError.invalid` unless it is 1 to 255 visible ASCII characters.
    package init(principal: Principal, method: String, path: String, header: String) throws {
        var key = header
        if key.utf8.count >= 2, key.hasPrefix("\""), key.hasSuffix("\"") { key = String(key.dropFirst().dropLast()) }
        guard (1...Self.longest).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw PlatformError.invalid(
                ["header", "Idempotency-Key"], "Idempotency-Key must be 1 to \(Self.longest) visible ASCII characters without spaces.",
                kind: .length)
        }
        organization = principal.organization
        member = principal.member
        self.method = method
        self.path = path
        self.key = key
    }
}

/// Claims keys and finds what was answered to them.
package struct IdempotencyService: Sendable {
    /// What became of the attempt to claim a key.
    package enum Claim: Sendable {
        /// Nobody had the key: it is ours now.
        case claimed(Receipt)
        /// The same request was answered before.
        case finished(StoredReply)
        /// The same request is being worked on; try again in so many seconds.
        case running(retryAfterSeconds: Int)
        /// The key was used for another body.
        case mismatch
    }

    /// A claim not renewed for so long may be taken over.
    package static let lease = Duration.seconds(60)
    /// How often a claim in use is renewed.
    package static let renewal = Duration.seconds(20)
    /// How long an answer is kept.
    package static let retention = Duration.seconds(24 * 60 * 60)

    private let database: any Database
    private let clock: any Clock

    package init(database: any Database, clock: any Clock) {
        self.database = database
        self.clock = clock
    }

    /// Claims the key in one atomic statement, or tells what became of it.
    package func claim(_ key: IdempotencyKey, fingerprint: String) async throws -> Claim {
        let clock = clock
        let claim = Identifier<Receipt>.make(at: clock.now).text
        return try await database.write { connection in
            let now = try DatabaseTime.now(connection, clock: clock)
            let taken = try connection.query(
                """
                INSERT INTO idempotency_claim
                  (organization_id, member_id, method, path, idempotency_key, fingerprint, claim, state, lease_until, expires_at)
                VALUES (\(key.organization), \(key.member), \(key.method), \(key.path), \(key.key), \(fingerprint), \(claim), 'running',
                  \(now.adding(Self.lease)), \(now.adding(Self.retention)))
                ON CONFLICT (organization_id, member_id, method, path, idempotency_key) DO UPDATE SET
                  fingerprint = excluded.fingerprint, claim = excluded.claim, state = 'running', lease_until = excluded.lease_until,
                  expires_at = excluded.expires_at, reply_code = NULL, reply_headers = NULL, reply_body = NULL, reply_turn = NULL, finished_at = NULL
                WHERE idempotency_claim.expires_at <= \(now)
                  OR (idempotency_claim.state = 'running' AND idempotency_claim.lease_until <= \(now)
                      AND idempotency_claim.fingerprint = excluded.fingerprint)
                RETURNING claim
                """)
            if !taken.isEmpty { return .claimed(Receipt(organization: key.organization, claim: claim, clock: clock)) }
            return try Self.standing(connection, key, fingerprint: fingerprint, now: now)
        }
    }

    private static func standing(
        _ connection: any Connection, _ key: IdempotencyKey, fingerprint: String, now: Timestamp
    ) throws -> Claim {
        let rows = try connection.query(
            """
            SELECT fingerprint, state, lease_until, reply_code, reply_headers, reply_body, reply_turn FROM idempotency_claim
            WHERE organization_id = \(key.organization) AND member_id = \(key.member) AND method = \(key.method) AND path = \(key.path)
              AND idempotency_key = \(key.key)
            """)
        guard let row = rows.first else { return .running(retryAfterSeconds: 1) }
        if try row.text("fingerprint") != fingerprint { return .mismatch }
        if try row.text("state") == "running" { return .running(retryAfterSeconds: 1) }
        if let turn = try row.optionalText("reply_turn") { return .finished(.turn(turn)) }
        let headers = try JSONText.decode([String: String].self, row.optionalText("reply_headers") ?? "{}")
        return .finished(.bytes(code: try row.int("reply_code"), headers: headers, body: Data(try row.bytes("reply_body"))))
    }

    /// Keeps a claim alive while its request is worked on.
    package func renew(_ receipt: Receipt) async throws {
        let clock = clock
        try await database.write { connection in
            let until = try DatabaseTime.now(connection, clock: clock).adding(Self.lease)
            try connection.execute(
                """
                UPDATE idempotency_claim SET lease_until = \(until)
                WHERE organization_id = \(receipt.organization) AND claim = \(receipt.claim) AND state = 'running'
                """)
        }
    }

    /// Remembers a reply that had no effect of its own: a refusal, or an answer that changed nothing. Does nothing when the
    /// effect's own transaction remembered it already.
    package func finishIfOpen(_ receipt: Receipt, _ reply: StoredReply) async throws {
        try await database.write { connection in
            let open = try connection.query(
                "SELECT 1 AS open FROM idempotency_claim WHERE organization_id = \(receipt.organization) AND claim = \(receipt.claim) AND state = 'running'"
            )
            if !open.isEmpty { try receipt.finish(reply, on: connection) }
        }
    }

    /// Gives a key back, so that the request can be tried again: what failed for reasons that may pass is not remembered.
    package func release(_ receipt: Receipt) async throws {
        try await database.write { connection in
            try connection.execute(
                "DELETE FROM idempotency_claim WHERE organization_id = \(receipt.organization) AND claim = \(receipt.claim) AND state = 'running'"
            )
        }
    }

    /// Drops the claims of a process that is known to be gone: called by SQLite's single owner when it starts.
    package func releaseAll() async throws {
        try await database.write { try $0.execute("DELETE FROM idempotency_claim WHERE state = 'running'") }
    }

    /// Forgets what is older than its retention.
    package func sweep() async throws {
        let clock = clock
        try await database.write { connection in
            let now = try DatabaseTime.now(connection, clock: clock)
            try connection.execute("DELETE FROM idempotency_claim WHERE expires_at <= \(now)")
        }
    }
}

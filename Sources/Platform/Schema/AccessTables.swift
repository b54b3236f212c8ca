import Storage

/// Organizations, members, keys, rate windows and idempotency claims.
enum AccessTables {
    static let statements: [SQL] = [
        """
        CREATE TABLE organization (
          id \(type: .text) PRIMARY KEY,
          name \(type: .text) NOT NULL UNIQUE,
          created_at \(type: .int64) NOT NULL)
        """,
        """
        CREATE TABLE member (
          id \(type: .text) PRIMARY KEY,
          organization_id \(type: .text) NOT NULL REFERENCES organization (id),
          name \(type: .text) NOT NULL,
          role \(type: .text) NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
          created_at \(type: .int64) NOT NULL,
          UNIQUE (organization_id, name))
        """,
        """
        CREATE TABLE api_key (
          id \(type: .text) PRIMARY KEY,
          organization_id \(type: .text) NOT NULL REFERENCES organization (id),
          member_id \(type: .text) NOT NULL REFERENCES member (id),
          name \(type: .text) NOT NULL,
          secret_hash \(type: .text) NOT NULL UNIQUE,
          scopes \(type: .text) NOT NULL,
          created_at \(type: .int64) NOT NULL,
          expires_at \(type: .int64),
          last_used_at \(type: .int64),
          revoked_at \(type: .int64))
        """,
        """
        CREATE TABLE rate_window (
          scope \(type: .text) PRIMARY KEY,
          ends_at \(type: .int64) NOT NULL,
          used \(type: .int64) NOT NULL)
        """,
        """
        CREATE TABLE idempotency_claim (
          organization_id \(type: .text) NOT NULL REFERENCES organization (id),
          member_id \(type: .text) NOT NULL,
          method \(type: .text) NOT NULL,
          path \(type: .text) NOT NULL,
          idempotency_key \(type: .text) NOT NULL,
          fingerprint \(type: .text) NOT NULL,
          claim \(type: .text) NOT NULL UNIQUE,
          state \(type: .text) NOT NULL CHECK (state IN ('running', 'finished')),
          lease_until \(type: .int64) NOT NULL,
          expires_at \(type: .int64) NOT NULL,
          finished_at \(type: .int64),
          reply_code \(type: .int64),
          reply_headers \(type: .text),
          reply_body \(type: .bytes),
          reply_turn \(type: .text),
          PRIMARY KEY (organization_id, member_id, method, path, idempotency_key),
          CHECK ((state = 'finished') = (finished_at IS NOT NULL)))
        """,
        "CREATE INDEX idempotency_claim_expiry ON idempotency_claim (expires_at)",
        "CREATE INDEX idempotency_claim_turn ON idempotency_claim (organization_id, reply_turn) WHERE reply_turn IS NOT NULL",
    ]
}

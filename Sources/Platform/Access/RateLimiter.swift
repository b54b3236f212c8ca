package import Storage
import Synchronization

/// What a caller has left, of the tighter of the two scopes.
package struct RateLimitState: Sendable, Hashable {
    package let limit: Int
    package let remaining: Int
    /// Whole seconds until the window ends, at least 1.
    package let resetSeconds: Int
    package let isRefused: Bool
}

/// Requests a minute for each user and for each organization: a fixed window that begins with the first request.
///
/// A refused request counts in neither scope. On PostgreSQL the counts are one row a scope, shared by all replicas; on
/// SQLite, which has one process, they are kept in memory.
package final class RateLimiter: Sendable {
    static let window = Duration.seconds(60)
    /// Windows kept in memory before the ended ones are dropped.
    static let windowsBeforeSweep = 10_000

    private struct Window { var endsAt: Timestamp; var used: Int }
    private let perMember: Int
    private let perOrganization: Int
    private let database: any Database
    private let clock: any Clock
    private let windows = Mutex<[String: Window]>([:])

    /// Limits are requests a minute; 0 switches a scope off.
    package init(perMember: Int, perOrganization: Int, database: any Database, clock: any Clock) {
        self.perMember = perMember
        self.perOrganization = perOrganization
        self.database = database
        self.clock = clock
    }

    /// Counts one request, or refuses it; nil when no limit is set.
    package func admit(_ principal: Principal) async throws -> RateLimitState? {
        var scopes: [(key: String, limit: Int)] = []
        if perMember > 0 { scopes.append(("member:\(principal.organization)/\(principal.member)", perMember)) }
        if perOrganization > 0 { scopes.append(("organization:\(principal.organization)", perOrganization)) }
        if scopes.isEmpty { return nil }
        return database.dialect == .postgres ? try await admitInDatabase(scopes) : admitInMemory(scopes)
    }

    private func admitInMemory(_ scopes: [(key: String, limit: Int)]) -> RateLimitState {
        let now = clock.now
        return windows.withLock { windows in
            if windows.count > Self.windowsBeforeSweep { windows = windows.filter { $0.value.endsAt > now } }
            let current = scopes.map { scope in
                let window = windows[scope.key].flatMap { $0.endsAt > now ? $0 : nil }
                return (scope, window ?? Window(endsAt: now.adding(Self.window), used: 0))
            }
            let isRefused = current.contains { $0.1.used >= $0.0.limit }
            let counted = current.map { scope, window in (scope.limit, window.endsAt, window.used + (isRefused ? 0 : 1)) }
            if !isRefused {
                for (scope, window) in current { windows[scope.key] = Window(endsAt: window.endsAt, used: window.used + 1) }
            }
            return Self.tighter(counted, isRefused: isRefused, now: now)
        }
    }

    private func admitInDatabase(_ scopes: [(key: String, limit: Int)]) async throws -> RateLimitState {
        let clock = clock
        return try await database.write { connection in
            let now = try DatabaseTime.now(connection, clock: clock)
            var states: [(limit: Int, endsAt: Timestamp, used: Int)] = []
            // Keys in one order everywhere, so that two replicas cannot wait for each other.
            for scope in scopes.sorted(by: { $0.key < $1.key }) {
                let rows = try connection.query(
                    """
                    INSERT INTO rate_window (scope, ends_at, used) VALUES (\(scope.key), \(now.adding(Self.window)), 0)
                    ON CONFLICT (scope) DO UPDATE SET
                      used = CASE WHEN rate_window.ends_at <= \(now) THEN 0 ELSE rate_window.used END,
                      ends_at = CASE WHEN rate_window.ends_at <= \(now) THEN excluded.ends_at ELSE rate_window.ends_at END
                    RETURNING ends_at, used
                    """)
                guard let row = rows.first else { throw PlatformError.internal("a rate window was just written and is not there") }
                states.append((scope.limit, Timestamp(milliseconds: try row.int64("ends_at")), try row.int("used")))
            }
            let isRefused = states.contains { $0.used >= $0.limit }
            if !isRefused {
                try connection.execute("UPDATE rate_window SET used = used + 1 WHERE scope IN \(list: scopes.map(\.key))")
                states = states.map { ($0.limit, $0.endsAt, $0.used + 1) }
            }
            return Self.tighter(states, isRefused: isRefused, now: now)
        }
    }

    /// The scope with the least left; among the exhausted ones, the one that takes longest to come back.
    private static func tighter(_ states: [(limit: Int, endsAt: Timestamp, used: Int)], isRefused: Bool, now: Timestamp) -> RateLimitState {
        let best = states.min { left, right in
            let (leftOver, rightOver) = (left.limit - left.used, right.limit - right.used)
            return leftOver != rightOver ? leftOver < rightOver : left.endsAt > right.endsAt
        }
        guard let best else { return RateLimitState(limit: 0, remaining: 0, resetSeconds: 1, isRefused: false) }
        let seconds = max(1, Int((best.endsAt.milliseconds - now.milliseconds + 999) / 1000))
        return RateLimitState(limit: best.limit, remaining: max(0, best.limit - best.used), resetSeconds: seconds, isRefused: isRefused)
    }
}

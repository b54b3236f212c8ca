package import Storage

/// The job table: claim with a lease, finish behind a fence. One behaviour on both engines, held by the conformance suite.
package struct JobRepository: Sendable {
    /// A job's lease; renewed every `renewal`.
    package static let lease = Duration.seconds(60)
    package static let renewal = Duration.seconds(20)
    /// Attempts before a job fails for good.
    package static let mostAttempts = 5
    /// Deaths of the process in a job before it fails for good: it is probably the job that kills it.
    package static let mostCrashes = 3
    /// The same for work that parses nothing hostile in this process, and goes on where it was or is soon done again: a machine that often
    /// restarts is likelier than such work that kills it.
    package static let mostCrashesOfHarmlessWork = 100
    /// Jobs of one organization and kind that run at the same time, over all replicas.
    package static let mostRunningPerOrganization = 2
    /// The same for kinds that wait for other machines.
    package static let mostWaitingPerOrganization = 4

    package init() {}

    private static let columns: SQL = "id, organization_id, kind, payload, state, attempt, crashes, worker, progress, last_error"

    /// Adds a job in the transaction of the change that wants it. A waiting or running job of the same kind and unique key
    /// is left as it is, and no second one is made.
    package func enqueue(
        _ connection: any Connection, _ organization: OrganizationID, kind: String, uniqueKey: String, payload: String, at now: Timestamp
    ) throws {
        try connection.execute(
            """
            INSERT INTO job (id, organization_id, kind, unique_key, payload, state, priority, attempt, crashes, run_at, progress, created_at)
            VALUES (\(JobID.make(at: now)), \(organization), \(kind), \(uniqueKey), \(payload), 'available', 0, 0, 0, \(now), 0, \(now))
            ON CONFLICT (organization_id, kind, unique_key) WHERE state IN ('available', 'running') DO NOTHING
            """)
    }

    /// Whether a job of this kind and unique key waits or runs.
    package func isUnderWay(
        _ connection: any Connection, _ organization: OrganizationID, kind: String, uniqueKey: String
    ) throws -> Bool {
        try !connection.query(
            """
            SELECT 1 AS found FROM job WHERE organization_id = \(organization) AND kind = \(kind) AND unique_key = \(uniqueKey)
              AND state IN ('available', 'running') LIMIT 1
            """
        ).isEmpty
    }

    /// Takes the next due job of the given kinds, or one whose worker let its lease run out; nil when there is none.
    ///
    /// - Parameter waiting: those of the kinds that wait for other machines most of their time.
    ///
    /// SQLite has one writer. On PostgreSQL an advisory lock makes the count of running jobs and the claim one step.
    package func claim(
        _ connection: any Connection, kinds: [String], waiting: [String] = [], worker: String, now: Timestamp,
        lease: Duration = JobRepository.lease
    ) throws -> Job? {
        let mostRunning: SQL =
            waiting.isEmpty
            ? "\(Self.mostRunningPerOrganization)"
            : "CASE WHEN job.kind IN \(list: waiting) THEN \(Self.mostWaitingPerOrganization) ELSE \(Self.mostRunningPerOrganization) END"
        let lock: SQL
        switch connection.dialect {
        case .sqlite: lock = ""
        case .postgres:
            _ = try connection.query("SELECT pg_advisory_xact_lock(7015021)")
            lock = "FOR UPDATE SKIP LOCKED"
        }
        let rows = try connection.query(
            """
            WITH picked AS (
              SELECT id FROM job WHERE kind IN \(list: kinds)
                AND ((state = 'available' AND run_at <= \(now)) OR (state = 'running' AND lease_until < \(now)))
                AND (SELECT COUNT(*) FROM job other WHERE other.organization_id = job.organization_id AND other.kind = job.kind
                       AND other.state = 'running' AND other.lease_until >= \(now)) < \(raw: mostRunning)
              ORDER BY priority DESC, run_at, id LIMIT 1 \(raw: lock))
            UPDATE job SET crashes = crashes + CASE WHEN state = 'running' THEN 1 ELSE 0 END, attempt = attempt + 1,
              state = 'running', worker = \(worker), lease_until = \(now.adding(lease))
            WHERE id IN (SELECT id FROM picked) RETURNING \(raw: Self.columns)
            """)
        return try rows.first.map(Self.job)
    }

    /// Keeps the lease; false when it is no longer ours.
    package func renew(_ connection: any Connection, _ job: Job, now: Timestamp) throws -> Bool {
        try connection.execute(
            "UPDATE job SET lease_until = \(now.adding(Self.lease)) WHERE \(raw: fence(job))") > 0
    }

    /// Notes how far the work has come, 0 to 100, if the worker still holds the job.
    package func report(_ connection: any Connection, _ job: Job, progress: Int) throws {
        try connection.execute("UPDATE job SET progress = \(min(100, max(0, progress))) WHERE \(raw: fence(job))")
    }

    /// Ends a job that this worker still holds.
    ///
    /// - Throws: `JobLeaseLost` when it does not, which rolls back the transaction of the effect.
    package func finish(_ connection: any Connection, _ job: Job, as state: Job.State, error: String?, now: Timestamp) throws {
        let changed = try connection.execute(
            """
            UPDATE job SET state = \(state.rawValue), finished_at = \(now), last_error = \(error), worker = NULL, lease_until = NULL,
              progress = CASE WHEN \(state == .succeeded) THEN 100 ELSE progress END
            WHERE \(raw: fence(job))
            """)
        if changed == 0 { throw JobLeaseLost() }
    }

    /// Ends jobs that are not wanted any more, whoever holds them: what their workers do from now on is fenced off.
    package func cancel(
        _ connection: any Connection, _ organization: OrganizationID, kind: String, uniqueKey: String, at now: Timestamp
    ) throws {
        try connection.execute(
            """
            UPDATE job SET state = 'cancelled', finished_at = \(now), worker = NULL, lease_until = NULL
            WHERE organization_id = \(organization) AND kind = \(kind) AND unique_key = \(uniqueKey) AND state IN ('available', 'running')
            """)
    }

    /// Puts a job back to be tried again; with `counted` false the attempt does not count (shutdown, an overloaded upstream).
    package func putBack(_ connection: any Connection, _ job: Job, runAt: Timestamp, error: String?, counted: Bool) throws {
        try connection.execute(
            """
            UPDATE job SET state = 'available', run_at = \(runAt), last_error = \(error), worker = NULL, lease_until = NULL,
              attempt = attempt - \(counted ? 0 : 1)
            WHERE \(raw: fence(job))
            """)
    }

    /// Ends the leases of every running job: called by SQLite's single owner when it starts, as nobody else can hold one.
    package func expireLeases(_ connection: any Connection) throws {
        try connection.execute("UPDATE job SET lease_until = 0 WHERE state = 'running'")
    }

    /// When the next waiting job of the given kinds is due; nil when none waits.
    package func nextDue(_ connection: any Connection, kinds: [String]) throws -> Timestamp? {
        let rows = try connection.query("SELECT MIN(run_at) AS due FROM job WHERE kind IN \(list: kinds) AND state = 'available'")
        return try rows.first?.optionalInt64("due").map(Timestamp.init(milliseconds:))
    }

    /// Jobs that wait or run, by kind and state, for the metrics of the whole instance.
    package func depths(_ connection: any Connection) throws -> [(kind: String, state: String, count: Int)] {
        try connection.query(
            "SELECT kind, state, COUNT(*) AS jobs FROM job WHERE state IN ('available', 'running') GROUP BY kind, state ORDER BY kind, state"
        )
        .map { (try $0.text("kind"), try $0.text("state"), try $0.int("jobs")) }
    }

    /// A job of the organization; nil when there is none.
    package func find(_ connection: any Connection, _ organization: OrganizationID, _ id: JobID) throws -> Job? {
        try connection.query("SELECT \(raw: Self.columns) FROM job WHERE organization_id = \(organization) AND id = \(id)").first.map(
            Self.job)
    }

    /// Every job of an organization of one kind and unique key, newest first.
    package func find(_ connection: any Connection, _ organization: OrganizationID, kind: String, uniqueKey: String) throws -> [Job] {
        try connection.query(
            """
            SELECT \(raw: Self.columns) FROM job WHERE organization_id = \(organization) AND kind = \(kind) AND unique_key = \(uniqueKey)
            ORDER BY created_at DESC, id DESC
            """
        ).map(Self.job)
    }

    /// The fence: only the worker that holds this very attempt may change the job. It, not the lease, makes a crash safe.
    private func fence(_ job: Job) -> SQL {
        "organization_id = \(job.organization) AND id = \(job.id) AND worker = \(job.worker) AND attempt = \(job.attempt) AND state = 'running'"
    }

    private static func job(_ row: SQLRow) throws -> Job {
        Job(
            id: JobID(try row.text("id")), organization: OrganizationID(try row.text("organization_id")), kind: try row.text("kind"),
            payload: try row.text("payload"), state: Job.State(rawValue: try row.text("state")) ?? .failed, attempt: try row.int("attempt"),
            crashes: try row.int("crashes"), worker: try row.optionalText("worker"), progress: try row.int("progress"),
            lastError: try row.optionalText("last_error"))
    }
}

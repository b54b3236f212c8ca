import Storage

/// The run table.
struct RunRepository: Sendable {
    private static let columns: SQL = """
        id, dataset_id, state, step, plan, input_version, total_rows, processed_rows, cancel_requested, credits, counts, evaluation,
        output_file, ledger_sha256, error_code, error, created_by, created_at, started_at, finished_at
        """

    func insert(
        _ connection: any Connection, _ organization: OrganizationID, _ run: Run, idempotencyKey: String?
    ) throws -> Bool {
        try connection.execute(
            """
            INSERT INTO run (id, organization_id, dataset_id, idempotency_key, state, step, plan, input_version, total_rows, processed_rows,
              cancel_requested, credits, created_by, created_at)
            VALUES (\(run.id), \(organization), \(run.dataset), \(idempotencyKey), 'pending', \(run.step.rawValue), \(JSONText.encode(run.plan)),
              \(run.inputVersion), \(run.totalRows), 0, FALSE, \(run.credits), \(run.createdBy), \(run.createdAt))
            ON CONFLICT DO NOTHING
            """) > 0
    }

    func find(_ connection: any Connection, _ organization: OrganizationID, _ id: RunID) throws -> Run? {
        try connection.query("SELECT \(raw: Self.columns) FROM run WHERE organization_id = \(organization) AND id = \(id)").first.map(
            Self.run)
    }

    /// The run that was launched with this key, whatever became of it.
    func find(
        _ connection: any Connection, _ organization: OrganizationID, of dataset: DatasetID, idempotencyKey: String
    ) throws -> Run? {
        try connection.query(
            """
            SELECT \(raw: Self.columns) FROM run
            WHERE organization_id = \(organization) AND dataset_id = \(dataset) AND idempotency_key = \(idempotencyKey)
            """
        ).first.map(Self.run)
    }

    func active(_ connection: any Connection, _ organization: OrganizationID, of dataset: DatasetID) throws -> Run? {
        try connection.query(
            """
            SELECT \(raw: Self.columns) FROM run
            WHERE organization_id = \(organization) AND dataset_id = \(dataset) AND state IN ('pending', 'running')
            """
        ).first.map(Self.run)
    }

    /// The runs of these datasets that are active, or have left parts of an output.
    func unfinished(_ connection: any Connection, _ organization: OrganizationID, of datasets: [DatasetID]) throws -> [Run] {
        try connection.query(
            """
            SELECT \(raw: Self.columns) FROM run WHERE organization_id = \(organization) AND dataset_id IN \(list: datasets)
              AND (state IN ('pending', 'running') OR EXISTS (
                SELECT 1 FROM run_part p WHERE p.organization_id = run.organization_id AND p.run_id = run.id))
            ORDER BY id
            """
        ).map(Self.run)
    }

    func latestFinished(_ connection: any Connection, _ organization: OrganizationID, of dataset: DatasetID) throws -> Run? {
        try connection.query(
            """
            SELECT \(raw: Self.columns) FROM run
            WHERE organization_id = \(organization) AND dataset_id = \(dataset) AND state IN ('succeeded', 'failed', 'cancelled')
            ORDER BY created_at DESC, id DESC LIMIT 1
            """
        ).first.map(Self.run)
    }

    /// The newest run that left rows: an output file that is still there, or parts of one that did not end well (contract B §6 row 10).
    func latestWithRows(_ connection: any Connection, _ organization: OrganizationID, of dataset: DatasetID) throws -> Run? {
        try connection.query(
            """
            SELECT \(raw: Self.columns) FROM run
            WHERE organization_id = \(organization) AND dataset_id = \(dataset)
              AND (EXISTS (SELECT 1 FROM file f WHERE f.organization_id = run.organization_id AND f.id = run.output_file
                     AND f.deleted_at IS NULL)
                OR (state IN ('failed', 'cancelled') AND EXISTS (SELECT 1 FROM run_part p WHERE p.organization_id = run.organization_id
                     AND p.run_id = run.id AND p.step = \(RunPart.Kind.rows.rawValue) AND p.row_count > 0)))
            ORDER BY created_at DESC, id DESC LIMIT 1
            """
        ).first.map(Self.run)
    }

    /// The newest run that ended and has a ledger: that of its output, or parts of one that did not end well.
    func latestWithLedger(_ connection: any Connection, _ organization: OrganizationID, of dataset: DatasetID) throws -> Run? {
        try connection.query(
            """
            SELECT \(raw: Self.columns) FROM run
            WHERE organization_id = \(organization) AND dataset_id = \(dataset)
              AND (state = 'succeeded'
                OR (state IN ('failed', 'cancelled') AND EXISTS (SELECT 1 FROM run_part p WHERE p.organization_id = run.organization_id
                     AND p.run_id = run.id AND p.step = \(RunPart.Kind.ledger.rawValue))))
            ORDER BY created_at DESC, id DESC LIMIT 1
            """
        ).first.map(Self.run)
    }

    func latestSucceeded(_ connection: any Connection, _ organization: OrganizationID, of dataset: DatasetID) throws -> Run? {
        try connection.query(
            """
            SELECT \(raw: Self.columns) FROM run
            WHERE organization_id = \(organization) AND dataset_id = \(dataset) AND state = 'succeeded'
            ORDER BY created_at DESC, id DESC LIMIT 1
            """
        ).first.map(Self.run)
    }

    /// The rows of a run's output, as long as its file is there.
    func outputRows(_ connection: any Connection, _ organization: OrganizationID, of run: RunID) throws -> (sha256: String, count: Int)? {
        let rows = try connection.query(
            """
            SELECT c.rows_sha256, c.row_count FROM run r
            JOIN file f ON f.id = r.output_file AND f.organization_id = r.organization_id
            JOIN content c ON c.id = f.content_id AND c.organization_id = r.organization_id
            WHERE r.organization_id = \(organization) AND r.id = \(run) AND f.deleted_at IS NULL AND c.rows_sha256 IS NOT NULL
            """)
        return try rows.first.map { (try $0.text("rows_sha256"), try $0.int("row_count")) }
    }

    func page(
        _ connection: any Connection, _ organization: OrganizationID, of dataset: DatasetID, _ request: PageRequest
    ) throws -> Page<Run> {
        let keyset = try Keyset(request, list: "runs of \(dataset)")
        let found = try connection.query(
            """
            SELECT \(raw: Self.columns) FROM run WHERE organization_id = \(organization) AND dataset_id = \(dataset)
              AND \(raw: keyset.condition()) \(raw: keyset.order())
            """
        ).map(Self.run)
        return keyset.page(found) { ($0.createdAt, $0.id.text) }
    }

    func markRunning(_ connection: any Connection, _ organization: OrganizationID, _ id: RunID, at now: Timestamp) throws {
        try connection.execute(
            """
            UPDATE run SET state = 'running', started_at = COALESCE(started_at, \(now))
            WHERE organization_id = \(organization) AND id = \(id) AND state IN ('pending', 'running')
            """)
    }

    /// Notes where the run stands; false when somebody asked to cancel it. A run that is taken up again, and passes over what it did
    /// before, does not go back.
    func report(
        _ connection: any Connection, _ organization: OrganizationID, _ id: RunID, step: Run.Step, processedRows: Int
    ) throws -> Bool {
        let later = Run.Step.allCases.drop { $0 != step }.dropFirst().map(\.rawValue)
        let rows = try connection.query(
            """
            UPDATE run SET step = CASE WHEN step IN \(list: later + [""]) THEN step ELSE \(step.rawValue) END,
              processed_rows = CASE WHEN processed_rows < \(processedRows) THEN \(processedRows) ELSE processed_rows END
            WHERE organization_id = \(organization) AND id = \(id) AND state IN ('pending', 'running') RETURNING cancel_requested
            """)
        return try rows.first.map { try !$0.flag("cancel_requested") } ?? false
    }

    /// Adds rows of a batch to those that an active run has done.
    func count(_ connection: any Connection, _ organization: OrganizationID, _ id: RunID, _ rows: Run.RowCounts) throws {
        guard let run = try find(connection, organization, id) else { return }
        try connection.execute(
            """
            UPDATE run SET counts = \(JSONText.encode((run.counts ?? Run.RowCounts()) + rows))
            WHERE organization_id = \(organization) AND id = \(id) AND state IN ('pending', 'running')
            """)
    }

    /// Asks an active run to stop; false when it is over.
    func requestCancel(_ connection: any Connection, _ organization: OrganizationID, _ id: RunID) throws -> Bool {
        try connection.execute(
            """
            UPDATE run SET cancel_requested = TRUE
            WHERE organization_id = \(organization) AND id = \(id) AND state IN ('pending', 'running')
            """) > 0
    }

    func succeed(
        _ connection: any Connection, _ organization: OrganizationID, _ id: RunID, counts: Run.RowCounts, evaluation: RunEvaluation,
        outputFile: FileID, ledgerSHA256: String, credits: Int, at now: Timestamp
    ) throws {
        try connection.execute(
            """
            UPDATE run SET state = 'succeeded', step = \(Run.Step.publish.rawValue), processed_rows = total_rows,
              counts = \(JSONText.encode(counts)), evaluation = \(JSONText.encode(evaluation)), score_before = \(evaluation.scoreBefore),
              score_after = \(evaluation.scoreAfter), output_file = \(outputFile), ledger_sha256 = \(ledgerSHA256), credits = \(credits),
              finished_at = \(now)
            WHERE organization_id = \(organization) AND id = \(id) AND state IN ('pending', 'running')
            """)
    }

    func end(
        _ connection: any Connection, _ organization: OrganizationID, _ id: RunID, as state: Run.State, _ failure: DatasetFailure,
        counts: Run.RowCounts?, credits: Int, at now: Timestamp
    ) throws {
        try connection.execute(
            """
            UPDATE run SET state = \(state.rawValue), error_code = \(failure.code.rawValue), error = \(failure.message),
              counts = \(counts.map { try JSONText.encode($0) }), credits = \(credits), finished_at = \(now)
            WHERE organization_id = \(organization) AND id = \(id) AND state IN ('pending', 'running')
            """)
    }

    /// The scores after the newest evaluation of each other dataset: the population of a percentile.
    func scores(_ connection: any Connection, _ organization: OrganizationID, butNot dataset: DatasetID) throws -> [Double] {
        try connection.query(
            """
            SELECT r.score_after FROM run r WHERE r.organization_id = \(organization) AND r.dataset_id <> \(dataset)
              AND r.state = 'succeeded' AND r.score_after IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM run n WHERE n.organization_id = r.organization_id AND n.dataset_id = r.dataset_id AND n.state = 'succeeded'
                  AND (n.created_at, n.id) > (r.created_at, r.id))
            """
        ).map { try $0.double("score_after") }
    }

    private static func run(_ row: SQLRow) throws -> Run {
        let time = { (name: String) in try row.optionalInt64(name).map(Timestamp.init(milliseconds:)) }
        let code = try row.optionalText("error_code").flatMap(DatasetFailure.Code.init(rawValue:))
        return Run(
            id: RunID(try row.text("id")), dataset: DatasetID(try row.text("dataset_id")),
            state: Run.State(rawValue: try row.text("state")) ?? .failed, step: Run.Step(rawValue: try row.text("step")) ?? .survey,
            plan: try JSONText.decode(RunPlan.self, row.text("plan")), inputVersion: try row.int64("input_version"),
            totalRows: try row.int("total_rows"), processedRows: try row.int("processed_rows"),
            isCancelRequested: try row.flag("cancel_requested"), credits: try row.int("credits"),
            counts: try row.optionalText("counts").map { try JSONText.decode(Run.RowCounts.self, $0) },
            evaluation: try row.optionalText("evaluation").map { try JSONText.decode(RunEvaluation.self, $0) },
            outputFile: try row.optionalText("output_file").map { FileID($0) }, ledgerSHA256: try row.optionalText("ledger_sha256"),
            failure: try row.optionalText("error").map { DatasetFailure(code ?? .interrupted, $0) },
            createdBy: MemberID(try row.text("created_by")), createdAt: Timestamp(milliseconds: try row.int64("created_at")),
            startedAt: try time("started_at"), finishedAt: try time("finished_at"))
    }
}

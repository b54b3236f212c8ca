import Storage

/// A checkpoint of a run: what one step made of one batch of rows, kept as a blob.
struct RunPart: Sendable, Hashable {
    /// What a part holds.
    enum Kind: String, Sendable {
        /// The profile of the table, as JSON.
        case profile
        /// The assessments of a batch before the run.
        case assessments
        /// Which rows repeat which.
        case duplicates
        /// The output rows of a batch.
        case rows
        /// What became of each row of a batch.
        case ledger
    }

    let kind: Kind
    let batch: Int
    let sha256: String
    let rowCount: Int
}

/// The table of checkpoints.
struct RunPartRepository: Sendable {
    func all(_ connection: any Connection, _ organization: OrganizationID, of run: RunID) throws -> [RunPart] {
        try connection.query(
            """
            SELECT step, batch, sha256, row_count FROM run_part WHERE organization_id = \(organization) AND run_id = \(run)
            ORDER BY step, batch
            """
        ).compactMap { row in
            guard let kind = RunPart.Kind(rawValue: try row.text("step")) else { return nil }
            return RunPart(kind: kind, batch: try row.int("batch"), sha256: try row.text("sha256"), rowCount: try row.int("row_count"))
        }
    }

    /// Names the parts; one that is there already stays. Returns how many are new.
    func insert(_ connection: any Connection, _ organization: OrganizationID, _ run: RunID, _ parts: [RunPart]) throws -> Int {
        var count = 0
        for part in parts {
            count += try connection.execute(
                """
                INSERT INTO run_part (organization_id, run_id, step, batch, sha256, row_count)
                VALUES (\(organization), \(run), \(part.kind.rawValue), \(part.batch), \(part.sha256), \(part.rowCount))
                ON CONFLICT DO NOTHING
                """)
        }
        return count
    }

    /// Forgets parts of a run: all of them, or all but those of some kinds. Returns their blobs, which are swept in time.
    @discardableResult
    func delete(_ connection: any Connection, _ organization: OrganizationID, of run: RunID, butNot kinds: [RunPart.Kind] = []) throws
        -> [String]
    {
        try connection.query(
            """
            DELETE FROM run_part WHERE organization_id = \(organization) AND run_id = \(run)
              AND step NOT IN \(list: kinds.map(\.rawValue) + [""])
            RETURNING sha256
            """
        ).map { try $0.text("sha256") }
    }
}

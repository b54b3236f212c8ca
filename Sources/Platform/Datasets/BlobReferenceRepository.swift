import Storage

/// Who names a blob: whatever is named by nobody may be erased.
struct BlobReferenceRepository: Sendable {
    /// Whether anything of the organization names this blob: a content, as its bytes or as something derived, an upload that is not yet
    /// taken in, or a run.
    func refersTo(_ connection: any Connection, _ organization: OrganizationID, sha256: String) throws -> Bool {
        try !connection.query(
            """
            SELECT 1 AS found FROM content WHERE organization_id = \(organization)
              AND (sha256 = \(sha256) OR text_sha256 = \(sha256) OR rows_sha256 = \(sha256) OR segment_sha256 = \(sha256)
                OR vectors_sha256 = \(sha256))
            UNION ALL SELECT 1 FROM upload WHERE organization_id = \(organization) AND sha256 = \(sha256) AND state = 'stored'
            UNION ALL SELECT 1 FROM run_part WHERE organization_id = \(organization) AND sha256 = \(sha256)
            UNION ALL SELECT 1 FROM run WHERE organization_id = \(organization) AND ledger_sha256 = \(sha256)
            LIMIT 1
            """
        ).isEmpty
    }
}

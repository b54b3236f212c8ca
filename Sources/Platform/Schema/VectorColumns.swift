import Storage

/// Vectors of contents, which datasets want them, and segments of a new form.
enum VectorColumns {
    static let statements: [SQL] = [
        // 'ingesting' while the file is not ready for want of its vectors, 'failed' when they could not be made, else null.
        "ALTER TABLE content ADD COLUMN vectors_status \(type: .text) CHECK (vectors_status IN ('ingesting', 'failed'))",
        "ALTER TABLE content ADD COLUMN vectors_error \(type: .text)",
        "ALTER TABLE content ADD COLUMN vectors_sha256 \(type: .text)",
        // Which encoder made them; vectors of different families cannot be compared.
        "ALTER TABLE content ADD COLUMN vectors_family \(type: .text)",
        // Grows whenever vectors of one of its contents arrive: with the version it names what a search can see.
        "ALTER TABLE dataset ADD COLUMN index_revision \(type: .int64) NOT NULL DEFAULT 0",
        // Set when the dataset is first searched or associated with a model.
        "ALTER TABLE dataset ADD COLUMN vectors_wanted \(type: .flag) NOT NULL DEFAULT FALSE",
        // Segments have a new form, in which postings are found by hash: what was made in the old one is made again from its bytes.
        "UPDATE content SET status = 'uploaded', progress = 0, processed_at = NULL, segment_sha256 = NULL WHERE status = 'ready'",
        """
        INSERT INTO job (id, organization_id, kind, unique_key, payload, state, priority, attempt, crashes, run_at, progress, created_at)
        SELECT id, organization_id, 'ingest', id, id, 'available', 0, 0, 0, created_at, 0, created_at FROM content WHERE status = 'uploaded'
        ON CONFLICT DO NOTHING
        """,
    ]
}

import Storage

/// Vectors of contents, and which datasets want them.
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
    ]
}

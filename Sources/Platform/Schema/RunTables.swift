import Storage

/// Uploads by presigned URL, imports, and augmentation runs.
enum RunTables {
    static let statements: [SQL] = [
        // The names of a table's columns as a JSON array of strings; null for a document.
        "ALTER TABLE content ADD COLUMN columns \(type: .text)",
        // What the owner should know although the file was read, such as rows with too few cells; null when there is nothing.
        "ALTER TABLE content ADD COLUMN remarks \(type: .text)",
        "ALTER TABLE dataset ADD COLUMN created_by \(type: .text)",
        // The name in folded form, as its substring search looks at it.
        "ALTER TABLE dataset ADD COLUMN folded_name \(type: .text) NOT NULL DEFAULT ''",
        "UPDATE dataset SET folded_name = LOWER(name)",
        """
        CREATE TABLE upload (
          id \(type: .text) PRIMARY KEY,
          organization_id \(type: .text) NOT NULL REFERENCES organization (id),
          object_key \(type: .text) NOT NULL UNIQUE,
          dataset_id \(type: .text),
          name \(type: .text) NOT NULL,
          format \(type: .text) NOT NULL,
          state \(type: .text) NOT NULL CHECK (state IN ('open', 'stored', 'completed')),
          sha256 \(type: .text),
          size_bytes \(type: .int64),
          created_by \(type: .text) NOT NULL,
          created_at \(type: .int64) NOT NULL,
          expires_at \(type: .int64) NOT NULL,
          CHECK ((state = 'open') = (sha256 IS NULL)),
          CHECK (state <> 'completed' OR dataset_id IS NOT NULL))
        """,
        "CREATE INDEX upload_dataset ON upload (organization_id, dataset_id)",
        "CREATE INDEX upload_bytes ON upload (organization_id, sha256)",
        """
        CREATE TABLE dataset_import (
          dataset_id \(type: .text) PRIMARY KEY REFERENCES dataset (id),
          organization_id \(type: .text) NOT NULL REFERENCES organization (id),
          source \(type: .text) NOT NULL,
          state \(type: .text) NOT NULL CHECK (state IN ('waiting', 'done', 'failed')),
          error \(type: .text),
          created_by \(type: .text) NOT NULL,
          created_at \(type: .int64) NOT NULL,
          CHECK ((state = 'failed') = (error IS NOT NULL)))
        """,
        """
        CREATE TABLE run (
          id \(type: .text) PRIMARY KEY,
          organization_id \(type: .text) NOT NULL REFERENCES organization (id),
          dataset_id \(type: .text) NOT NULL REFERENCES dataset (id),
          idempotency_key \(type: .text),
          state \(type: .text) NOT NULL CHECK (state IN ('pending', 'running', 'succeeded', 'failed', 'cancelled')),
          step \(type: .text) NOT NULL,
          plan \(type: .text) NOT NULL,
          input_version \(type: .int64) NOT NULL,
          total_rows \(type: .int64) NOT NULL,
          processed_rows \(type: .int64) NOT NULL,
          cancel_requested \(type: .flag) NOT NULL,
          credits \(type: .int64) NOT NULL,
          counts \(type: .text),
          evaluation \(type: .text),
          score_before \(type: .double),
          score_after \(type: .double),
          ledger_sha256 \(type: .text),
          output_file \(type: .text),
          error_code \(type: .text),
          error \(type: .text),
          created_by \(type: .text) NOT NULL,
          created_at \(type: .int64) NOT NULL,
          started_at \(type: .int64),
          finished_at \(type: .int64),
          CHECK ((state IN ('succeeded', 'failed', 'cancelled')) = (finished_at IS NOT NULL)),
          CHECK ((state IN ('failed', 'cancelled')) = (error IS NOT NULL)))
        """,
        "CREATE UNIQUE INDEX run_active ON run (organization_id, dataset_id) WHERE state IN ('pending', 'running')",
        "CREATE UNIQUE INDEX run_key ON run (organization_id, dataset_id, idempotency_key) WHERE idempotency_key IS NOT NULL",
        "CREATE INDEX run_page ON run (organization_id, dataset_id, created_at, id)",
        "CREATE INDEX run_output ON run (organization_id, output_file)",
        "CREATE INDEX run_ledger ON run (organization_id, ledger_sha256)",
        // One checkpoint: what a step made of one batch of rows, as a blob.
        """
        CREATE TABLE run_part (
          organization_id \(type: .text) NOT NULL REFERENCES organization (id),
          run_id \(type: .text) NOT NULL REFERENCES run (id),
          step \(type: .text) NOT NULL,
          batch \(type: .int64) NOT NULL,
          sha256 \(type: .text) NOT NULL,
          row_count \(type: .int64) NOT NULL,
          PRIMARY KEY (organization_id, run_id, step, batch))
        """,
        "CREATE INDEX run_part_bytes ON run_part (organization_id, sha256)",
        // One answer of the generator, which was paid for and is never asked for again.
        """
        CREATE TABLE run_answer (
          organization_id \(type: .text) NOT NULL REFERENCES organization (id),
          run_id \(type: .text) NOT NULL REFERENCES run (id),
          row_number \(type: .int64) NOT NULL,
          request \(type: .text) NOT NULL,
          answer \(type: .text),
          reasoning \(type: .text),
          failure \(type: .text),
          input_tokens \(type: .int64) NOT NULL,
          output_tokens \(type: .int64) NOT NULL,
          PRIMARY KEY (organization_id, run_id, row_number, request),
          CHECK ((answer IS NULL) = (failure IS NOT NULL)))
        """,
        """
        CREATE TABLE publication (
          id \(type: .text) PRIMARY KEY,
          organization_id \(type: .text) NOT NULL REFERENCES organization (id),
          dataset_id \(type: .text) NOT NULL REFERENCES dataset (id),
          target \(type: .text) NOT NULL,
          spec \(type: .text) NOT NULL,
          state \(type: .text) NOT NULL CHECK (state IN ('queued', 'running', 'succeeded', 'failed')),
          message \(type: .text),
          url \(type: .text),
          created_by \(type: .text) NOT NULL,
          created_at \(type: .int64) NOT NULL,
          finished_at \(type: .int64),
          CHECK ((state IN ('succeeded', 'failed')) = (finished_at IS NOT NULL)))
        """,
        "CREATE INDEX publication_page ON publication (organization_id, dataset_id, created_at, id)",
        // Rows keep their types from now on, and columns are known to the database: tables are read anew.
        """
        UPDATE content SET status = 'uploaded', progress = 0, processed_at = NULL, segment_sha256 = NULL
        WHERE status = 'ready' AND rows_sha256 IS NOT NULL
        """,
        """
        INSERT INTO job (id, organization_id, kind, unique_key, payload, state, priority, attempt, crashes, run_at, progress, created_at)
        SELECT id, organization_id, 'ingest', id, id, 'available', 0, 0, 0, created_at, 0, created_at FROM content WHERE status = 'uploaded'
        ON CONFLICT DO NOTHING
        """,
    ]
}

import Storage

/// Contents, files, datasets and their items.
enum DatasetTables {
    static let statements: [SQL] = [
        """
        CREATE TABLE content (
          id \(type: .text) PRIMARY KEY,
          organization_id \(type: .text) NOT NULL REFERENCES organization (id),
          sha256 \(type: .text) NOT NULL,
          format \(type: .text) NOT NULL,
          size_bytes \(type: .int64) NOT NULL,
          status \(type: .text) NOT NULL CHECK (status IN ('uploaded', 'processing', 'ready', 'failed')),
          progress \(type: .int64) NOT NULL,
          error \(type: .text),
          text_sha256 \(type: .text),
          rows_sha256 \(type: .text),
          segment_sha256 \(type: .text),
          row_count \(type: .int64),
          passage_count \(type: .int64),
          created_at \(type: .int64) NOT NULL,
          processed_at \(type: .int64),
          UNIQUE (organization_id, sha256, format),
          CHECK ((status = 'ready') = (segment_sha256 IS NOT NULL)),
          CHECK ((status = 'failed') = (error IS NOT NULL)))
        """,
        """
        CREATE TABLE file (
          id \(type: .text) PRIMARY KEY,
          organization_id \(type: .text) NOT NULL REFERENCES organization (id),
          content_id \(type: .text) NOT NULL REFERENCES content (id),
          filename \(type: .text) NOT NULL,
          content_type \(type: .text) NOT NULL,
          is_duplicate \(type: .flag) NOT NULL,
          storage_charged \(type: .int64) NOT NULL,
          created_by \(type: .text) NOT NULL,
          created_at \(type: .int64) NOT NULL,
          deleted_at \(type: .int64))
        """,
        """
        CREATE TABLE purge (
          file_id \(type: .text) PRIMARY KEY,
          organization_id \(type: .text) NOT NULL REFERENCES organization (id),
          sha256 \(type: .text) NOT NULL,
          purged_by \(type: .text) NOT NULL,
          purged_at \(type: .int64) NOT NULL)
        """,
        "CREATE INDEX file_page ON file (organization_id, created_at, id)",
        "CREATE INDEX file_content ON file (organization_id, content_id)",
        """
        CREATE TABLE dataset (
          id \(type: .text) PRIMARY KEY,
          organization_id \(type: .text) NOT NULL REFERENCES organization (id),
          name \(type: .text) NOT NULL,
          description \(type: .text),
          consent_for_training \(type: .flag) NOT NULL,
          version \(type: .int64) NOT NULL,
          chat_id \(type: .text),
          created_at \(type: .int64) NOT NULL,
          updated_at \(type: .int64) NOT NULL,
          deleted_at \(type: .int64))
        """,
        "CREATE INDEX dataset_page ON dataset (organization_id, created_at, id)",
        "CREATE UNIQUE INDEX dataset_chat ON dataset (organization_id, chat_id) WHERE chat_id IS NOT NULL",
        """
        CREATE TABLE item (
          id \(type: .text) PRIMARY KEY,
          organization_id \(type: .text) NOT NULL REFERENCES organization (id),
          dataset_id \(type: .text) NOT NULL REFERENCES dataset (id),
          file_id \(type: .text) NOT NULL REFERENCES file (id),
          role \(type: .text) NOT NULL CHECK (role IN ('source', 'output')),
          added_in \(type: .int64),
          removed_in \(type: .int64),
          superseded_in \(type: .int64),
          created_at \(type: .int64) NOT NULL)
        """,
        "CREATE UNIQUE INDEX item_live ON item (organization_id, dataset_id, file_id) WHERE removed_in IS NULL",
        "CREATE INDEX item_file ON item (organization_id, file_id)",
    ]
}

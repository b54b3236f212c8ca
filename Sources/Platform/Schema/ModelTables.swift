import Storage

/// Models and what they read.
enum ModelTables {
    static let statements: [SQL] = [
        """
        CREATE TABLE model (
          id \(type: .text) PRIMARY KEY,
          organization_id \(type: .text) NOT NULL REFERENCES organization (id),
          parent_id \(type: .text) NOT NULL,
          display_name \(type: .text) NOT NULL,
          context_window \(type: .int64),
          max_tokens_per_request \(type: .int64),
          supports_streaming \(type: .flag) NOT NULL,
          enabled \(type: .flag) NOT NULL,
          metadata \(type: .text),
          system_prompt \(type: .text),
          created_at \(type: .int64) NOT NULL,
          updated_at \(type: .int64) NOT NULL,
          deleted_at \(type: .int64))
        """,
        "CREATE INDEX model_page ON model (organization_id, created_at, id)",
        """
        CREATE TABLE association (
          organization_id \(type: .text) NOT NULL REFERENCES organization (id),
          model_id \(type: .text) NOT NULL,
          dataset_id \(type: .text) NOT NULL,
          usage_type \(type: .text) NOT NULL,
          snapshot_id \(type: .text),
          priority \(type: .int64) NOT NULL CHECK (priority BETWEEN 0 AND 100),
          created_at \(type: .int64) NOT NULL,
          updated_at \(type: .int64) NOT NULL,
          PRIMARY KEY (organization_id, model_id, dataset_id))
        """,
        "CREATE INDEX association_dataset ON association (organization_id, dataset_id)",
    ]
}

import Storage

/// Jobs and what was used.
enum WorkTables {
    static let statements: [SQL] = [
        """
        CREATE TABLE job (
          id \(type: .text) PRIMARY KEY,
          organization_id \(type: .text) NOT NULL REFERENCES organization (id),
          kind \(type: .text) NOT NULL,
          unique_key \(type: .text) NOT NULL,
          payload \(type: .text) NOT NULL,
          state \(type: .text) NOT NULL CHECK (state IN ('available', 'running', 'succeeded', 'failed', 'cancelled')),
          priority \(type: .int64) NOT NULL,
          attempt \(type: .int64) NOT NULL,
          crashes \(type: .int64) NOT NULL,
          run_at \(type: .int64) NOT NULL,
          worker \(type: .text),
          lease_until \(type: .int64),
          progress \(type: .int64) NOT NULL,
          last_error \(type: .text),
          created_at \(type: .int64) NOT NULL,
          finished_at \(type: .int64),
          CHECK ((state IN ('succeeded', 'failed', 'cancelled')) = (finished_at IS NOT NULL)),
          CHECK ((state = 'running') = (worker IS NOT NULL AND lease_until IS NOT NULL)))
        """,
        "CREATE UNIQUE INDEX job_live ON job (organization_id, kind, unique_key) WHERE state IN ('available', 'running')",
        "CREATE INDEX job_due ON job (priority, run_at, id) WHERE state = 'available'",
        "CREATE INDEX job_running ON job (organization_id, kind, lease_until) WHERE state = 'running'",
        """
        CREATE TABLE usage_event (
          id \(type: .text) PRIMARY KEY,
          organization_id \(type: .text) NOT NULL REFERENCES organization (id),
          member_id \(type: .text) NOT NULL,
          kind \(type: .text) NOT NULL,
          subject_id \(type: .text) NOT NULL,
          model_id \(type: .text),
          input_tokens \(type: .int64) NOT NULL,
          output_tokens \(type: .int64) NOT NULL,
          reasoning_tokens \(type: .int64) NOT NULL,
          credits \(type: .int64) NOT NULL,
          created_at \(type: .int64) NOT NULL,
          UNIQUE (organization_id, kind, subject_id))
        """,
    ]
}

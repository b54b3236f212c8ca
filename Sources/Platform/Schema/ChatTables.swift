import Storage

/// Chats, their messages and the turns that make them.
enum ChatTables {
    static let statements: [SQL] = [
        """
        CREATE TABLE chat (
          id \(type: .text) PRIMARY KEY,
          organization_id \(type: .text) NOT NULL REFERENCES organization (id),
          model_id \(type: .text) NOT NULL,
          created_by \(type: .text) NOT NULL,
          title \(type: .text),
          system_prompt \(type: .text),
          metadata \(type: .text),
          ephemeral \(type: .flag) NOT NULL,
          created_at \(type: .int64) NOT NULL,
          updated_at \(type: .int64) NOT NULL,
          deleted_at \(type: .int64),
          deleted_by \(type: .text))
        """,
        "CREATE INDEX chat_page ON chat (organization_id, created_by, created_at, id)",
        """
        CREATE TABLE turn (
          id \(type: .text) PRIMARY KEY,
          organization_id \(type: .text) NOT NULL REFERENCES organization (id),
          chat_id \(type: .text) NOT NULL REFERENCES chat (id),
          model_id \(type: .text) NOT NULL,
          message_id \(type: .text) NOT NULL,
          state \(type: .text) NOT NULL CHECK (state IN ('generating', 'complete', 'interrupted', 'cancelled', 'failed')),
          streamed \(type: .flag) NOT NULL,
          owner \(type: .text),
          lease_until \(type: .int64),
          cancel_requested \(type: .flag) NOT NULL,
          usage \(type: .text),
          error \(type: .text),
          created_at \(type: .int64) NOT NULL,
          ended_at \(type: .int64),
          CHECK ((state = 'generating') = (ended_at IS NULL)))
        """,
        "CREATE UNIQUE INDEX turn_generating ON turn (organization_id, chat_id) WHERE state = 'generating'",
        "CREATE INDEX turn_chat ON turn (organization_id, chat_id, created_at)",
        """
        CREATE TABLE turn_event (
          organization_id \(type: .text) NOT NULL REFERENCES organization (id),
          turn_id \(type: .text) NOT NULL REFERENCES turn (id),
          sequence \(type: .int64) NOT NULL,
          event \(type: .text) NOT NULL,
          PRIMARY KEY (organization_id, turn_id, sequence))
        """,
        "CREATE INDEX turn_event_turn ON turn_event (turn_id)",
        "CREATE INDEX turn_lease ON turn (lease_until) WHERE state = 'generating'",
        """
        CREATE TABLE message (
          id \(type: .text) PRIMARY KEY,
          organization_id \(type: .text) NOT NULL REFERENCES organization (id),
          chat_id \(type: .text) NOT NULL REFERENCES chat (id),
          turn_id \(type: .text) NOT NULL REFERENCES turn (id),
          position \(type: .int64) NOT NULL,
          role \(type: .text) NOT NULL CHECK (role IN ('system', 'user', 'assistant', 'tool')),
          status \(type: .text) NOT NULL CHECK (status IN ('complete', 'interrupted', 'cancelled', 'failed')),
          content \(type: .text),
          reasoning \(type: .text),
          tool_call_id \(type: .text),
          tool_calls \(type: .text),
          sources \(type: .text),
          metadata \(type: .text),
          token_count \(type: .int64),
          cost \(type: .text),
          response_time_ms \(type: .int64),
          created_at \(type: .int64) NOT NULL,
          UNIQUE (organization_id, chat_id, position))
        """,
    ]
}

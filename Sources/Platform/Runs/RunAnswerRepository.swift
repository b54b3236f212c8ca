import Providers
import Storage

/// An answer of the generator to one request of one row, recorded as soon as it came: it was paid for and is never asked for twice.
struct RunAnswer: Sendable, Hashable {
    /// What a row asks for.
    enum Request: String, Sendable, Hashable { case inventPrompt, rephrasePrompt, complete, reject }

    let row: Int
    let request: Request
    /// Nil when the request failed for good.
    let text: String?
    let reasoning: String?
    /// Why there is no answer.
    let failure: String?
    let usage: TokenUsage
}

/// The table of answers.
struct RunAnswerRepository: Sendable {
    /// Records the answer and returns what counts from now on: another one, if that was recorded first. Nil when the run is over.
    func record(_ connection: any Connection, _ organization: OrganizationID, _ run: RunID, _ answer: RunAnswer) throws -> RunAnswer? {
        try connection.execute(
            """
            INSERT INTO run_answer (organization_id, run_id, row_number, request, answer, reasoning, failure, input_tokens, output_tokens)
            SELECT organization_id, id, \(answer.row), \(answer.request.rawValue), \(answer.text), \(answer.reasoning), \(answer.failure),
              \(answer.usage.input), \(answer.usage.output + answer.usage.reasoning)
            FROM run WHERE organization_id = \(organization) AND id = \(run) AND state IN ('pending', 'running')
            ON CONFLICT DO NOTHING
            """)
        return try all(connection, organization, of: run, rows: answer.row...answer.row).first { $0.request == answer.request }
    }

    /// What was recorded for rows of this range.
    func all(_ connection: any Connection, _ organization: OrganizationID, of run: RunID, rows: ClosedRange<Int>) throws -> [RunAnswer] {
        try connection.query(
            """
            SELECT row_number, request, answer, reasoning, failure, input_tokens, output_tokens FROM run_answer
            WHERE organization_id = \(organization) AND run_id = \(run) AND row_number >= \(rows.lowerBound) AND row_number <= \(rows.upperBound)
            """
        ).compactMap { row in
            guard let request = RunAnswer.Request(rawValue: try row.text("request")) else { return nil }
            return RunAnswer(
                row: try row.int("row_number"), request: request, text: try row.optionalText("answer"),
                reasoning: try row.optionalText("reasoning"), failure: try row.optionalText("failure"),
                usage: TokenUsage(input: try row.int("input_tokens"), output: try row.int("output_tokens")))
        }
    }

    /// What all answers of a run used.
    func usage(_ connection: any Connection, _ organization: OrganizationID, of run: RunID) throws -> TokenUsage {
        let rows = try connection.query(
            """
            SELECT COALESCE(SUM(input_tokens), 0) AS input, COALESCE(SUM(output_tokens), 0) AS output FROM run_answer
            WHERE organization_id = \(organization) AND run_id = \(run)
            """)
        guard let row = rows.first else { return TokenUsage(input: 0, output: 0) }
        return TokenUsage(input: Int(try row.double("input")), output: Int(try row.double("output")))
    }

    func delete(_ connection: any Connection, _ organization: OrganizationID, of run: RunID) throws {
        try connection.execute("DELETE FROM run_answer WHERE organization_id = \(organization) AND run_id = \(run)")
    }
}

import Providers
import Storage

/// Ends runs that make no output: settles what they did, and forgets what may not be kept.
struct RunEnding: Sendable {
    private let runs = RunRepository()
    private let parts = RunPartRepository()
    private let answers = RunAnswerRepository()
    private let jobs = JobRepository()

    /// Ends an active run; one that is over is left as it is. Its finished rows stay, to be downloaded, with the
    /// list of what became of them, and are what it costs.
    func end(
        _ connection: any Connection, _ organization: OrganizationID, _ id: RunID, as state: Run.State, _ failure: DatasetFailure,
        at now: Timestamp
    ) throws {
        guard let run = try runs.find(connection, organization, id), run.isActive else { return }
        let usage = try answers.usage(connection, organization, of: id)
        let counts = run.counts ?? Run.RowCounts()
        // Duplicates are paid for as a part of a result, not for themselves.
        let credits = counts.rowsOut == 0 ? 0 : RunEstimate.credits(rows: counts.rowsOut + counts.rowsDuplicate)
        try runs.end(connection, organization, id, as: state, failure, counts: counts, credits: credits, at: now)
        try UsageRepository().record(connection, organization, .run(run, usage: usage, credits: credits), at: now)
        try parts.delete(connection, organization, of: id, butNot: [.rows, .ledger])
        try answers.delete(connection, organization, of: id)
    }

    /// Ends an active run whose worker is not to be waited for: the job is taken from it in the same write, so that it can publish nothing
    /// any more.
    func stop(
        _ connection: any Connection, _ organization: OrganizationID, _ id: RunID, _ failure: DatasetFailure, at now: Timestamp
    ) throws {
        // The job first, as a worker takes it first: two writes that take the same rows in different orders wait for each other for ever.
        try jobs.cancel(connection, organization, kind: RunJob.kind, uniqueKey: id.text, at: now)
        try end(connection, organization, id, as: failure.code == .cancelled ? .cancelled : .failed, failure, at: now)
    }

    /// Ends the runs on what is about to be erased, for whoever erases it.
    static let endWork: EndWork = { connection, organization, erasure, now in
        switch erasure {
        case .dataset(let dataset):
            try JobRepository().cancel(connection, organization, kind: ImportJob.kind, uniqueKey: dataset.text, at: now)
            let deleted = DatasetFailure(.cancelled, "The dataset was deleted while the run worked on it.")
            return try RunEnding().forget(connection, organization, of: [dataset], because: deleted, at: now)
        case .content(let content, let datasets):
            let erased = DatasetFailure(.interrupted, "A file of the dataset was erased while the run read it.")
            return try RunEnding().forget(connection, organization, of: datasets, reading: content, because: erased, at: now)
        }
    }

    /// Stops the active runs of these datasets, and forgets what ended ones left unfinished: it holds rows of what is erased.
    ///
    /// - Parameter content: only runs that read it; nil for all.
    /// - Returns: the blobs that were forgotten.
    func forget(
        _ connection: any Connection, _ organization: OrganizationID, of datasets: [DatasetID], reading content: ContentID? = nil,
        because failure: DatasetFailure, at now: Timestamp
    ) throws -> [String] {
        var forgotten: [String] = []
        for run in try runs.unfinished(connection, organization, of: datasets) {
            if let content, !run.plan.inputs.contains(where: { $0.content == content }) { continue }
            if run.isActive { try stop(connection, organization, run.id, failure, at: now) }
            forgotten += try parts.delete(connection, organization, of: run.id)
        }
        return forgotten
    }
}

extension UsageEvent {
    /// What a run used: credits are settled once, from the rows done (contract B §4.6).
    static func run(_ run: Run, usage: TokenUsage, credits: Int) -> UsageEvent {
        UsageEvent(
            member: run.createdBy, kind: .run, subject: run.id.text, model: run.plan.asksGenerator ? run.plan.generator : nil,
            inputTokens: usage.input, outputTokens: usage.output, reasoningTokens: 0, credits: credits)
    }
}

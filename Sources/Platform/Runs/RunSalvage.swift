import Adaptation
import Foundation
import Storage

/// What a run that ends before its time has of the batch that it was at: the rows whose answers are all recorded, which were paid for
/// (contract B §3.8). Nobody is asked, and the rows are not scored anew, so that a run that is cancelled ends soon.
struct RunSalvage: Sendable {
    let run: Run
    let checkpoints: RunCheckpoints
    let blobs: BlobStore

    /// An answer that a row needs is not recorded.
    private struct Unanswered: Error {}

    /// The finished rows of that batch; nil when nothing of it was answered. It must be recorded in the write that ends the run and in no
    /// other, as a run that goes on takes a recorded batch for a whole one.
    ///
    /// - Throws: errors of files and of the database.
    func batch() async throws -> RunCheckpoints.Batch? {
        let recorded = try await checkpoints.recorded()
        let number = recorded[.ledger]?.count ?? 0
        guard run.plan.asksGenerator, let duplicates = recorded[.duplicates]?.first,
            let assessed = recorded[.assessments]?.first(where: { $0.batch == number })
        else { return nil }
        guard let rows = try await rows(of: number), let first = rows.first, let last = rows.last else { return nil }
        let answers = Dictionary(grouping: try await checkpoints.answers(rows: first.number...last.number), by: \.row)
        if answers.isEmpty { return nil }
        let (plan, checkpoints) = (run.plan, checkpoints)
        let (batch, cleaned) = try await BlockingWork.run {
            let known = try checkpoints.read([TableSurvey.Duplicate].self, duplicates)
            let batch = RunBatch(
                number, rows, plan, duplicates: Dictionary(known.map { ($0.index, $0) }, uniquingKeysWith: { first, _ in first }))
            return (batch, batch.cleaned())
        }
        var improved: [Int: ImprovedRow] = [:]
        for (index, row) in cleaned { improved[index] = try await finished(row, answers[row.number] ?? []) }
        let finished = improved
        return try await BlockingWork.run {
            try batch.write(finished, before: checkpoints.read([RowAssessment].self, assessed), scoring: nil, to: checkpoints)
        }
    }

    /// Nil when some of what the run read was erased.
    private func rows(of batch: Int) async throws -> [RunRow]? {
        let table = RunTable(run.plan, run: run.id, organization: checkpoints.organization, blobs: blobs)
        do {
            return try await BlockingWork.run {
                try table.skip(batch * RunWork.batch)
                return try table.next(RunWork.batch)
            }
        } catch BlobError.notFound {
            return nil
        }
    }

    private func finished(_ row: ImprovedRow, _ answers: [RunAnswer]) async throws -> ImprovedRow? {
        do {
            return try await RowRequests(plan: run.plan).improve(row) { request, _ in
                guard let answer = answers.first(where: { $0.request == request }) else { throw Unanswered() }
                return answer
            }
        } catch is Unanswered {
            return nil
        }
    }
}

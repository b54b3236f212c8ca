import Adaptation
import Foundation
import Ingestion
import Retrieval
import Storage
import Synchronization

/// The steps of one run up to its output, each from what the steps before recorded. Whatever was recorded is not done again, and what is
/// done again after a crash comes out the same.
struct RunWork: Sendable {
    /// Rows between two checkpoints. Rows of one batch are also scored against one another, so it is a part of what a score means.
    static let batch = 256
    /// The share of failed rows beyond which the generator is given up.
    static let mostFailedShare = 0.5
    /// Before so many rows were tried nothing is said of the share.
    static let fewRows = 20

    let run: Run
    let checkpoints: RunCheckpoints
    let blobs: BlobStore
    let encoder: SentenceEncoder?
    let generator: RowGenerator?
    let progress: RunProgress
    let faults: Faults

    private var plan: RunPlan { run.plan }
    private var batches: Int { (plan.rows + Self.batch - 1) / Self.batch }

    /// What is known of the table as a whole.
    private struct Findings: Sendable {
        let profile: TableProfile
        let duplicates: [TableSurvey.Duplicate]
    }

    /// Does what is left to do.
    ///
    /// - Throws: `RunStop`, `CancellationError`, `JobLeaseLost`, errors of files and of the database.
    func perform() async throws {
        let recorded = try await checkpoints.recorded()
        let findings = try await findings(recorded)
        try await improve(findings, recorded: recorded)
    }

    // MARK: The table as a whole

    private func findings(_ recorded: [RunPart.Kind: [RunPart]]) async throws -> Findings {
        let checkpoints = checkpoints
        if let profile = recorded[.profile]?.first, let duplicates = recorded[.duplicates]?.first {
            return try await BlockingWork.run {
                Findings(
                    profile: try checkpoints.read(TableProfile.self, profile),
                    duplicates: try checkpoints.read([TableSurvey.Duplicate].self, duplicates))
            }
        }
        let survey = try await survey()
        let totals = try await assess(survey, recorded: recorded[.assessments] ?? [])
        progress.reach(.deduplicate, 0)
        let duplicates = try await BlockingWork.run { try survey.duplicates(scores: totals) }
        let drafts = try await BlockingWork.run {
            [
                try checkpoints.draft(survey.profile, as: .profile, batch: 0, rowCount: 0),
                try checkpoints.draft(duplicates, as: .duplicates, batch: 0, rowCount: duplicates.count),
            ]
        }
        try await checkpoints.record(drafts)
        return Findings(profile: survey.profile, duplicates: duplicates)
    }

    /// Reads every row once: the profile by which rows are scored, and the search for duplicates.
    private func survey() async throws -> TableSurvey {
        progress.reach(.survey, 0)
        let (table, mapping, all) = (table(), mapping, plan.rows)
        let survey = try TableSurvey(threshold: plan.deduplicationThreshold, folder: checkpoints.folder)
        while true {
            try Task.checkCancellation()
            let count = try await BlockingWork.run {
                let rows = try table.next(Self.batch)
                try survey.add(rows, mapping)
                return rows.count
            }
            if count == 0 { return survey }
            progress.advance(by: count, of: all)
        }
    }

    /// Scores every row as it stands; returns the totals, in the order of the rows.
    private func assess(_ survey: TableSurvey, recorded: [RunPart]) async throws -> [Double] {
        progress.reach(.assess, 0)
        let (table, mapping, checkpoints) = (table(), mapping, checkpoints)
        let (profile, encoder) = (survey.profile, encoder)
        let scoring = await BlockingWork.run { RowScoring(profile: profile, encoder: encoder) }
        let known = Dictionary(recorded.map { ($0.batch, $0) }, uniquingKeysWith: { first, _ in first })
        var totals: [Double] = []
        totals.reserveCapacity(plan.rows)
        for batch in 0..<batches {
            try Task.checkCancellation()
            let part = known[batch]
            let (assessments, draft) = try await BlockingWork.run {
                let rows = try table.next(Self.batch)
                if let part { return (try checkpoints.read([RowAssessment].self, part), RunCheckpoints.Draft?.none) }
                let assessments = scoring.assess(rows.map { mapping.text(of: $0.cells) })
                return (assessments, try checkpoints.draft(assessments, as: .assessments, batch: batch, rowCount: rows.count))
            }
            if let draft { try await checkpoints.record([draft]) }
            totals += assessments.map(\.total)
            progress.advance(by: assessments.count, of: plan.rows)
        }
        return totals
    }

    // MARK: Row by row

    private func improve(_ findings: Findings, recorded: [RunPart.Kind: [RunPart]]) async throws {
        progress.reach(.improve, 0)
        let table = table()
        let assessments = Dictionary((try await checkpoints.recorded()[.assessments] ?? []).map { ($0.batch, $0) }) { first, _ in first }
        let done = Dictionary((recorded[.ledger] ?? []).map { ($0.batch, $0) }, uniquingKeysWith: { first, _ in first })
        let duplicates = Dictionary(findings.duplicates.map { ($0.index, $0) }, uniquingKeysWith: { first, _ in first })
        let (profile, encoder) = (findings.profile, encoder)
        let scoring = await BlockingWork.run { RowScoring(profile: profile, encoder: encoder) }
        var sum = Tries()
        for batch in 0..<batches {
            try Task.checkCancellation()
            let rows = try await BlockingWork.run { try table.next(Self.batch) }
            if let part = done[batch] {
                sum += try await tries(part)
                progress.advance(by: rows.count, of: plan.rows)
            } else {
                guard let part = assessments[batch] else { throw PlatformError.internal("batch \(batch) of \(run.id) was never assessed") }
                let improved = try await improve(RunBatch(batch, rows, plan, duplicates: duplicates), part, scoring: scoring)
                try await faults.pass(.duringRun)
                try await checkpoints.record(improved.batch)
                sum += improved.tries
            }
            try check(sum)
        }
    }

    /// What became of rows that the generator was asked about.
    private struct Tries: Sendable {
        var rows = 0
        var failed = 0
        var reason: String?

        static func += (sum: inout Tries, next: Tries) {
            sum.rows += next.rows
            sum.failed += next.failed
            sum.reason = next.reason ?? sum.reason
        }
    }

    /// The tries of a batch that was recorded before: a run that is taken up again ends for the same reason as one that never stopped.
    private func tries(_ part: RunPart) async throws -> Tries {
        if generator == nil { return Tries() }
        let checkpoints = checkpoints
        return try await BlockingWork.run {
            var tries = Tries()
            for entry in try RunLedger.entries(Data(contentsOf: checkpoints.file(part))) {
                if entry.outcome == .exactDuplicate || entry.outcome == .nearDuplicate { continue }
                tries.rows += 1
                if entry.outcome == .failed { (tries.failed, tries.reason) = (tries.failed + 1, entry.reason) }
            }
            return tries
        }
    }

    /// - Throws: `RunStop` when the generator fails for too many rows to go on paying for it.
    private func check(_ sum: Tries) throws {
        guard sum.rows >= min(Self.fewRows, plan.rows), Double(sum.failed) > Double(sum.rows) * Self.mostFailedShare else { return }
        let reason = sum.reason.map { ", the last time with: \($0)" } ?? "."
        throw RunStop(.generatorFailed, "The generator failed for \(sum.failed) of \(sum.rows) rows\(reason)")
    }

    private func improve(
        _ batch: RunBatch, _ assessed: RunPart, scoring: RowScoring
    ) async throws -> (batch: RunCheckpoints.Batch, tries: Tries) {
        let checkpoints = checkpoints
        let cleaned = await BlockingWork.run { batch.cleaned() }
        let improved: [ImprovedRow]
        if let generator {
            improved = try await generator.improve(cleaned.map(\.row)) { progress.advance(by: 1, of: plan.rows) }
            progress.advance(by: batch.rows.count - cleaned.count, of: plan.rows)
        } else {
            improved = cleaned.map(\.row)
            progress.advance(by: batch.rows.count, of: plan.rows)
        }
        let byIndex = Dictionary(zip(cleaned.map(\.index), improved), uniquingKeysWith: { first, _ in first })
        let written = try await BlockingWork.run {
            try batch.write(byIndex, before: checkpoints.read([RowAssessment].self, assessed), scoring: scoring, to: checkpoints)
        }
        let failures = improved.compactMap(\.failure)
        return (written, generator == nil ? Tries() : Tries(rows: improved.count, failed: failures.count, reason: failures.last))
    }

    private var mapping: RowMapping { RowMapping(plan.mapping, columns: plan.columns) }

    private func table() -> RunTable { RunTable(plan, run: run.id, organization: checkpoints.organization, blobs: blobs) }
}

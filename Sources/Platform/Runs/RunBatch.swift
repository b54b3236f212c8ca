import Adaptation
import Foundation
import Ingestion

/// One batch of a run's rows: which of them are worked on, and what is written down of what became of them.
struct RunBatch: Sendable {
    /// From 0.
    let number: Int
    let rows: [RunRow]
    private let plan: RunPlan
    /// Rows that are dropped for another one, by their place in the batch.
    private let dropped: [Int: TableSurvey.Duplicate]

    /// - Parameter duplicates: rows that repeat another one, by their place among all rows of the run.
    init(_ number: Int, _ rows: [RunRow], _ plan: RunPlan, duplicates: [Int: TableSurvey.Duplicate]) {
        self.number = number
        self.rows = rows
        self.plan = plan
        let pairs = rows.indices.compactMap { index in duplicates[number * RunWork.batch + index].map { (index, $0) } }
        dropped = plan.recipes.deduplication ? Dictionary(pairs, uniquingKeysWith: { first, _ in first }) : [:]
    }

    /// The rows that stay, with their texts cleaned and their places in the batch.
    func cleaned() -> [(index: Int, row: ImprovedRow)] {
        let mapping = RowMapping(plan.mapping, columns: plan.columns)
        return rows.enumerated().compactMap { index, row in
            if dropped[index] != nil { return nil }
            let original = mapping.text(of: row.cells)
            return (index, ImprovedRow(number: row.number, original: original, text: TextNormalizer.normalized(original)))
        }
    }

    /// Writes the output rows and the ledger of the batch, to be recorded. Blocks.
    ///
    /// - Parameters:
    ///   - improved: the rows that are finished, by their places. One that is neither here nor dropped is not finished, and is left out.
    ///   - before: the assessment of each row of the batch as it was.
    ///   - scoring: nil where the rows are not scored as they leave the run.
    func write(
        _ improved: [Int: ImprovedRow], before: [RowAssessment], scoring: RowScoring?, to checkpoints: RunCheckpoints
    ) throws -> RunCheckpoints.Batch {
        let kept = improved.filter { $0.value.failure == nil && !$0.value.isEmpty }.sorted { $0.key < $1.key }
        let layout = RunOutputLayout(plan)
        let writer = try RowWriter(file: checkpoints.place(.rows, number), columns: layout.columns)
        for (index, row) in kept { try writer.append(layout.cells(of: row, source: rows[index].cells)) }
        try writer.finish()
        let after = scoring.map { Self.assess(kept, before: before, $0) } ?? [:]
        var (ledger, counts) = (Data(), Run.RowCounts())
        let finished = kept.map(\.key)
        for index in rows.indices where scoring != nil || isReached(index, finished) {
            guard let entry = entry(index, improved[index], before: before[index], after: after[index]) else { continue }
            counts.add(entry.outcome)
            ledger += try RunLedger.line(entry)
        }
        let ledgerFile = checkpoints.place(.ledger, number)
        try ledger.write(to: ledgerFile)
        return RunCheckpoints.Batch(
            drafts: [
                .init(kind: .rows, batch: number, rowCount: writer.rows, file: checkpoints.place(.rows, number)),
                .init(kind: .ledger, batch: number, rowCount: counts.rowsIn, file: ledgerFile),
            ], counts: counts)
    }

    /// Whether a batch that is broken off came as far as this row: to its place, and of a duplicate to the row that stands for it.
    private func isReached(_ index: Int, _ finished: [Int]) -> Bool {
        guard let last = finished.last, index <= last else { return false }
        guard let duplicate = dropped[index], let first = rows.first?.number, duplicate.keptRow >= first else { return true }
        return finished.contains { rows[$0].number == duplicate.keptRow }
    }

    private static func assess(
        _ kept: [(key: Int, value: ImprovedRow)], before: [RowAssessment], _ scoring: RowScoring
    ) -> [Int: RowAssessment] {
        // A text that did not change keeps its score.
        let changed = kept.filter { $0.value.text != $0.value.original }
        var after = Dictionary(zip(changed.map(\.key), scoring.assess(changed.map(\.value.text))), uniquingKeysWith: { first, _ in first })
        for (index, row) in kept where row.text == row.original { after[index] = before[index] }
        return after
    }

    /// What became of the row at this place; nil when it is not finished.
    private func entry(_ index: Int, _ improved: ImprovedRow?, before: RowAssessment, after: RowAssessment?) -> RunLedgerEntry? {
        var entry = RunLedgerEntry(row: rows[index].number, outcome: .kept, before: before, after: after)
        if let duplicate = dropped[index] {
            entry.describe(duplicate)
            return entry
        }
        guard let improved else { return nil }
        if let failure = improved.failure {
            (entry.outcome, entry.reason) = (.failed, failure)
        } else if improved.isEmpty {
            (entry.outcome, entry.reason) = (.empty, "The mapped columns hold no text, or no conversation.")
        } else {
            if improved.text.lacksRole { entry.lacksRole = true }
            if plan.recipes.reasoningTraces, improved.reasoning.isBlank { entry.lacksReasoning = true }
        }
        return entry
    }
}

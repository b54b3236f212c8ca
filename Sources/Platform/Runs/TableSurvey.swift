import Adaptation
import Foundation
import Synchronization

/// One look at every row of a run, before anything is decided: what the table is like as a whole, and which rows repeat one another. Every
/// call blocks.
final class TableSurvey: Sendable {
    /// A row that repeats another one.
    struct Duplicate: Sendable, Hashable, Codable {
        /// Its place among the rows of the run, from 0.
        let index: Int
        /// The number in the table of the row that stays in its place.
        let keptRow: Int
        /// Whether both are equal after folding, or else merely near.
        let isExact: Bool
        /// 0 to 1.
        let similarity: Double
    }

    private struct State {
        var profile = TableProfile()
        var finder: DuplicateFinder?
        var numbers: [Int32] = []
        /// Places of rows without any text: they are empty, not repetitions of one another.
        var blanks: Set<Int> = []
    }

    private let spool: RowTextSpool
    private let state: Mutex<State>

    /// - Parameter folder: for the texts, while duplicates are looked for.
    init(threshold: Double, folder: URL) throws {
        spool = try RowTextSpool(folder.appending(path: "texts"))
        state = Mutex(State(finder: DuplicateFinder(threshold: threshold)))
    }

    /// What the table is like, as far as it was read.
    var profile: TableProfile { state.withLock(\.profile) }

    /// Takes in the next rows. They are compared as they are after cleaning, and profiled as they stand.
    func add(_ rows: [RunRow], _ mapping: RowMapping) throws {
        try state.withLock { state in
            for row in rows {
                let text = mapping.text(of: row.cells)
                state.profile.add(text)
                let cleaned = TextNormalizer.normalized(text)
                if cleaned.isBlank { state.blanks.insert(state.numbers.count) }
                state.finder?.add(cleaned)
                try spool.append(cleaned)
                state.numbers.append(Int32(row.number))
            }
        }
    }

    /// The rows that repeat another one, in the order of the table. Of a cluster the best-scored row stays. To be asked once, at the end.
    ///
    /// - Parameter scores: of each row that was added.
    func duplicates(scores: [Double]) throws -> [Duplicate] {
        try state.withLock { state in
            guard let finder = state.finder.take() else { return [] }
            let report = try finder.finish(score: { scores[$0] }, row: { try spool.row($0) })
            return report.dropped.filter { !state.blanks.contains($0.row) }.map {
                Duplicate(
                    index: $0.row, keptRow: Int(state.numbers[$0.kept]), isExact: $0.reason == .exact, similarity: $0.similarity)
            }
        }
    }
}

extension RowText {
    /// Whether there is nothing in it to train on.
    var isBlank: Bool { prompt.isBlank && completion.isBlank }

    /// Whether a role that is mapped is empty.
    var lacksRole: Bool { (prompt != nil && prompt.isBlank) || (completion != nil && completion.isBlank) }
}

extension String? {
    /// Whether there is nothing to read in it.
    var isBlank: Bool { (self ?? "").allSatisfy(\.isWhitespace) }
}

extension TextNormalizer {
    /// The row with its texts cleaned; context is left as it is, as source cells are never touched (design §7).
    static func normalized(_ row: RowText) -> RowText {
        RowText(prompt: row.prompt.map { normalize($0).text }, completion: row.completion.map { normalize($0).text }, context: row.context)
    }
}

import Foundation
import Ingestion
import Retrieval
import Storage
import Synchronization

/// One row of the table as a run reads it.
struct RunRow: Sendable {
    /// Its number in the whole table, from 1.
    let number: Int
    let cells: [Cell]
}

/// A place between two rows of a table, which a cursor can carry.
struct TablePlace: Sendable, Hashable, Codable {
    /// Which piece of the table is being read, from 0.
    var input = 0
    /// Where in a piece of rows; nil at its beginning.
    var rows: RowPlace?
    /// How many passages of a document were read.
    var passages = 0
    /// How many rows of the whole table stand before.
    var passed = 0
}

/// Reads the rows of a table in their order, piece by piece, from the immutable artefacts that the plan names. Every call blocks.
final class RunTable: Sendable {
    /// The columns of documents, whose rows are their passages (design §7).
    static let documentColumns = ["text", "file", "page", "heading"]

    private struct State {
        var place: TablePlace
        /// What the place's piece is read from; nil before it is opened.
        var source: Source?
    }

    private enum Source {
        case rows(RowReader)
        case passages(Segment)
    }

    private let inputs: [RunPlan.Input]
    private let organization: OrganizationID
    private let blobs: BlobStore
    private let sample: RowSample
    private let state: Mutex<State>

    /// The rows of a run's sample.
    convenience init(_ plan: RunPlan, run: RunID, organization: OrganizationID, blobs: BlobStore, from place: TablePlace = TablePlace()) {
        self.init(
            plan.inputs, organization: organization, blobs: blobs, from: place,
            sample: RowSample(rows: plan.rows, of: plan.tableRows, seed: run.text))
    }

    /// The rows of some pieces, one after the other.
    init(
        _ inputs: [RunPlan.Input], organization: OrganizationID, blobs: BlobStore, from place: TablePlace = TablePlace(),
        sample: RowSample = .everything
    ) {
        self.inputs = inputs
        self.organization = organization
        self.blobs = blobs
        self.sample = sample
        state = Mutex(State(place: place))
    }

    /// The place before the row that comes next.
    var place: TablePlace { state.withLock(\.place) }

    /// The next rows of the sample; empty at the end.
    ///
    /// - Throws: errors of files; `BlobError.notFound` when an input was purged.
    func next(_ count: Int) throws -> [RunRow] {
        try state.withLock { state in
            var rows: [RunRow] = []
            while rows.count < count, let cells = try nextCells(&state) {
                if sample.contains(state.place.passed) { rows.append(RunRow(number: state.place.passed, cells: cells)) }
            }
            return rows
        }
    }

    /// Passes over rows of the sample that were worked on before.
    func skip(_ count: Int) throws {
        var left = count
        while left > 0 {
            let skipped = try next(min(left, 1024)).count
            if skipped == 0 { return }
            left -= skipped
        }
    }

    private func nextCells(_ state: inout State) throws -> [Cell]? {
        while state.place.input < inputs.count {
            let input = inputs[state.place.input]
            switch state.source {
            case nil:
                let file = try blobs.localFile(BlobKey(organization: organization.text, sha256: input.sha256))
                state.source =
                    try input.isTable ? .rows(RowReader(file: file, from: state.place.rows)) : .passages(Segment(contentsOf: file))
                continue
            case .rows(var reader):
                // One reader, not two that share a buffer: else each row would copy it.
                state.source = nil
                let row = try reader.next()
                state.source = .rows(reader)
                if let row {
                    state.place.rows = row.next
                    state.place.passed += 1
                    return row.cells
                }
            case .passages(let segment):
                if state.place.passages < segment.passageCount {
                    state.place.passages += 1
                    state.place.passed += 1
                    return Self.cells(try segment.passage(at: state.place.passages - 1), file: input.filename)
                }
            }
            state.place = TablePlace(input: state.place.input + 1, passed: state.place.passed)
            state.source = nil
        }
        return nil
    }

    private static func cells(_ passage: Passage, file: String) -> [Cell] {
        [
            .string(passage.text), .string(file), passage.page.map { .json("\($0)") } ?? .null,
            passage.headings.isEmpty ? .null : .string(passage.headings.joined(separator: " › ")),
        ]
    }
}

/// Which rows of a table a run works on: all of them, or a random sample that is the same whenever it is drawn (contract B §4.2).
struct RowSample: Sendable {
    /// All rows.
    static let everything = RowSample(rows: 0, of: 0, seed: "")

    /// One bit for each row; empty when all are taken.
    private let bits: [UInt64]

    /// - Parameters:
    ///   - rows: how many to take, of so many.
    ///   - seed: any text; the same one draws the same sample.
    init(rows: Int, of total: Int, seed: String) {
        guard rows < total else {
            bits = []
            return
        }
        var bits = [UInt64](repeating: 0, count: (total + 63) / 64)
        var random = SplitMix(seed: seed.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 })
        // Floyd's algorithm: every sample is as likely as any other, and no row is drawn twice.
        for limit in (total - rows)..<total {
            let drawn = Int(random.next() % UInt64(limit + 1))
            let isTaken = bits[drawn >> 6] >> UInt64(drawn & 63) & 1 == 1
            let chosen = isTaken ? limit : drawn
            bits[chosen >> 6] |= 1 << UInt64(chosen & 63)
        }
        self.bits = bits
    }

    /// - Parameter number: from 1.
    func contains(_ number: Int) -> Bool { bits.isEmpty || bits[(number - 1) >> 6] >> UInt64((number - 1) & 63) & 1 == 1 }
}

/// SplitMix64 (Steele, Lea and Flood, 2014): small, and the same numbers on every machine.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

import Adaptation
import Foundation
import Ingestion
import Storage

/// Shows rows: the table with its scores, what a run dropped, and its input and output side by side. Every page is a place in immutable files,
/// however deep it lies.
package struct RowService: Sendable {
    private let database: any Database
    private let blobs: BlobStore
    private let runs = RunRepository()
    private let parts = RunPartRepository()

    init(database: any Database, blobs: BlobStore) {
        self.database = database
        self.blobs = blobs
    }

    /// Where a page ended in each of the files that it was read from.
    private struct Place: Codable {
        /// What is read; a cursor is good for exactly this.
        let of: String
        var table = TablePlace()
        var output: RowPlace?
        var ledger: UInt64 = 0
    }

    /// The rows of the table as it is now, with what the run did whose rows are downloaded; where no run wrote rows, what the newest did.
    ///
    /// - Throws: `PlatformError.notFound`, `conflict` while nothing is imported, `malformed` for a cursor of another table.
    package func page(_ request: PageRequest, of dataset: DatasetID, for principal: Principal) async throws -> RowPage {
        let (runs, parts, blobs, organization) = (runs, parts, blobs, principal.organization)
        let (table, run, ledger) = try await database.read { connection in
            let run =
                try runs.latestWithRows(connection, organization, of: dataset)
                ?? runs.latestWithLedger(connection, organization, of: dataset)
            return (
                try DatasetTable.current(connection, organization, of: dataset), run,
                try run.map { try Self.ledger(connection, organization, of: $0, parts) } ?? []
            )
        }
        // A run's numbers are those of the table as long as the table has only grown since.
        let scored = run.flatMap { table.inputs.starts(with: $0.plan.inputs) && $0.plan.columns == table.columns ? $0 : nil }
        let name = "rows \(dataset) \(table.inputs.map(\.sha256).joined(separator: ",")) \(scored?.id.text ?? "")"
        let start = try Self.place(request, of: name)
        let page = try await BlockingWork.run { () -> Page<ListedRow> in
            var place = start
            let reader = RunTable(table.inputs, organization: organization, blobs: blobs, from: place.table)
            var ledger = try LedgerReader(scored == nil ? [] : Self.files(ledger, organization, blobs), from: place.ledger)
            var entry = try ledger.next()
            var rows: [ListedRow] = []
            for row in try reader.next(request.limit) {
                while let found = entry, found.row < row.number { entry = try ledger.next() }
                rows.append(ListedRow(row, entry: entry?.row == row.number ? entry : nil))
                if entry?.row == row.number {
                    place.ledger = ledger.offset
                    entry = try ledger.next()
                }
            }
            place.table = reader.place
            let isLast = place.table.passed >= table.rows || rows.count < request.limit
            return Page(elements: rows, nextCursor: isLast ? nil : try Self.cursor(place))
        }
        return RowPage(columns: table.columns, rows: page, rowCount: table.rows, run: scored?.id)
    }

    /// The rows that a run left out, with the reasons.
    ///
    /// - Throws: `PlatformError.notFound`, `conflict` for a run without a ledger: it works, never came to a row, or was erased; `malformed` for
    ///   a cursor of another run.
    package func dropped(_ request: PageRequest, by id: RunID, of dataset: DatasetID, for principal: Principal) async throws
        -> Page<RunLedgerEntry>
    {
        let (blobs, organization) = (blobs, principal.organization)
        let (run, ledger) = try await run(id, of: dataset, principal)
        let start = try Self.place(request, of: "dropped \(run.id)")
        return try await Self.unlessErased {
            var place = start
            var reader = try LedgerReader(Self.files(ledger, organization, blobs), from: place.ledger)
            var entries: [RunLedgerEntry] = []
            while entries.count < request.limit, let entry = try reader.nextDropped() { entries.append(entry) }
            place.ledger = reader.offset
            let hasMore = try entries.count == request.limit && reader.nextDropped() != nil
            return Page(elements: entries, nextCursor: hasMore ? try Self.cursor(place) : nil)
        }
    }

    /// A run's rows before and after, in the table's order.
    ///
    /// - Parameter id: nil for the newest run that succeeded.
    /// - Throws: `PlatformError.notFound`, `conflict` when there is nothing to compare, `malformed` for a cursor of another run.
    package func comparison(_ request: PageRequest, by id: RunID?, of dataset: DatasetID, for principal: Principal) async throws
        -> ComparisonPage
    {
        let (runs, blobs, organization) = (runs, blobs, principal.organization)
        let (run, ledger) = try await run(id, of: dataset, principal)
        guard run.state == .succeeded else {
            throw PlatformError.conflict(
                "The run did not succeed, so there is nothing to compare: the rows that it finished are its download, and …/dropped lists the others.",
                retryAfterSeconds: nil)
        }
        guard let output = try await database.read({ try runs.outputRows($0, organization, of: run.id) }) else {
            throw PlatformError.conflict("The output of this run was deleted, so there is nothing to compare.", retryAfterSeconds: nil)
        }
        let start = try Self.place(request, of: "diff \(run.id)")
        let page = try await Self.unlessErased { () -> Page<ComparedRow> in
            var place = start
            let table = RunTable(run.plan, run: run.id, organization: organization, blobs: blobs, from: place.table)
            let mapping = RowMapping(run.plan.mapping, columns: run.plan.columns)
            var entries = try LedgerReader(Self.files(ledger, organization, blobs), from: place.ledger)
            var outputs = try RowReader(
                file: blobs.localFile(BlobKey(organization: organization.text, sha256: output.sha256)), from: place.output)
            let columns = OutputColumns(outputs.columns)
            var rows: [ComparedRow] = []
            while rows.count < request.limit, let entry = try entries.next(), let row = try table.next(1).first {
                let text = mapping.text(of: row.cells)
                let made = entry.outcome == .kept ? try outputs.next().map { columns.output(of: $0.cells) } : nil
                rows.append(
                    ComparedRow(entry: entry, input: ComparedRow.Text(prompt: text.prompt, completion: text.completion), output: made))
            }
            (place.table, place.output, place.ledger) = (table.place, outputs.place, entries.offset)
            let hasMore = try rows.count == request.limit && entries.next() != nil
            return Page(elements: rows, nextCursor: hasMore ? try Self.cursor(place) : nil)
        }
        return ComparisonPage(run: run, rows: page)
    }

    /// Reads what a run read and made.
    ///
    /// - Throws: `PlatformError.conflict` when some of it was purged.
    private static func unlessErased<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        do {
            return try await BlockingWork.run(body)
        } catch BlobError.notFound {
            throw PlatformError.conflict(
                "A file that this run read was erased, so its rows cannot be shown any more.", retryAfterSeconds: nil)
        }
    }

    /// Where the made columns are in an output.
    private struct OutputColumns: Sendable {
        private let places: [String: Int]

        init(_ columns: [String]) { places = Dictionary(columns.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first }) }

        func output(of cells: [Cell]) -> ComparedRow.Output {
            func text(_ column: String) -> String? { places[column].flatMap { cells[$0].text } }
            return ComparedRow.Output(
                prompt: text("enhanced_prompt"), completion: text("enhanced_completion"), reasoning: text("reasoning_trace"),
                rejected: text("rejected"))
        }
    }

    /// The run, and the blobs of its ledger.
    ///
    /// - Throws: `PlatformError.notFound`; `conflict` where there is no ledger.
    private func run(_ id: RunID?, of dataset: DatasetID, _ principal: Principal) async throws -> (run: Run, ledger: [String]) {
        let (runs, parts, organization) = (runs, parts, principal.organization)
        return try await database.read { connection in
            guard try DatasetRepository().find(connection, organization, dataset) != nil else {
                throw PlatformError.notFound("Dataset not found.")
            }
            let run: Run
            if let id {
                guard let found = try runs.find(connection, organization, id), found.dataset == dataset else {
                    throw PlatformError.notFound("Run not found.")
                }
                run = found
            } else {
                guard let found = try runs.latestSucceeded(connection, organization, of: dataset) else {
                    throw PlatformError.conflict(
                        "No run of this dataset has succeeded yet, so there is nothing to compare.", retryAfterSeconds: nil)
                }
                run = found
            }
            if run.isActive {
                throw PlatformError.conflict(
                    "The run is still working: its rows are listed once it has ended.", retryAfterSeconds: nil)
            }
            let ledger = try Self.ledger(connection, organization, of: run, parts)
            if ledger.isEmpty {
                throw PlatformError.conflict(
                    "The run ended before it had worked on any row, or what it left was erased: it has no list of rows.",
                    retryAfterSeconds: nil)
            }
            return (run, ledger)
        }
    }

    /// The blobs of a run's ledger, one after the other: a single one of a run that succeeded, else those of its batches; none when it came to
    /// no row.
    private static func ledger(
        _ connection: any Connection, _ organization: OrganizationID, of run: Run, _ parts: RunPartRepository
    ) throws -> [String] {
        if let sha256 = run.ledgerSHA256 { return [sha256] }
        return try parts.all(connection, organization, of: run.id).filter { $0.kind == .ledger }.map(\.sha256)
    }

    private static func files(_ digests: [String], _ organization: OrganizationID, _ blobs: BlobStore) throws -> [URL] {
        try digests.map { try blobs.localFile(BlobKey(organization: organization.text, sha256: $0)) }
    }

    private static func place(_ request: PageRequest, of name: String) throws -> Place {
        guard let cursor = request.cursor else { return Place(of: digest(name)) }
        guard let place = Cursor.decode(cursor).flatMap({ try? JSONDecoder().decode(Place.self, from: $0) }), place.of == digest(name)
        else {
            throw Cursor.refusal
        }
        return place
    }

    private static func cursor(_ place: Place) throws -> String { Cursor.encode(try JSONText.bytes(place)) }

    /// Eight bytes of a name are enough to tell one list from another.
    private static func digest(_ name: String) -> String {
        String(name.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }, radix: 36)
    }
}

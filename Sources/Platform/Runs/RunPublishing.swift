import Foundation
import Ingestion
import Retrieval
import Storage

/// Makes a run's output a part of its dataset: bytes, rows and passages of an output item, the ledger, the evaluation, the settlement. All of
/// it becomes visible in one write.
struct RunPublishing: Sendable {
    let database: any Database
    let blobs: BlobStore
    let blobLock: SharedExclusiveLock
    let processing: ContentProcessing
    let vectorDemand: VectorDemand
    let sweep: BlobSweep
    let clock: any Clock
    private let runs = RunRepository()
    private let parts = RunPartRepository()
    private let answers = RunAnswerRepository()
    private let contents = ContentRepository()
    private let datasets = DatasetRepository()
    private let files = FileRepository()
    private let items = ItemRepository()

    init(
        database: any Database, blobs: BlobStore, blobLock: SharedExclusiveLock, processing: ContentProcessing, vectorDemand: VectorDemand,
        sweep: BlobSweep, clock: any Clock
    ) {
        self.database = database
        self.blobs = blobs
        self.blobLock = blobLock
        self.processing = processing
        self.vectorDemand = vectorDemand
        self.sweep = sweep
        self.clock = clock
    }

    /// What was put together of a run's parts.
    private struct Assembly: Sendable {
        /// The output as JSON Lines.
        let output: URL
        let ledger: URL
        let sum: RunEvaluationSum
        let duplicates: Int
    }

    /// - Throws: `RunStop` when no row is left; `JobLeaseLost`; errors of files and of the database.
    func publish(_ run: Run, _ checkpoints: RunCheckpoints, folder: URL, _ context: JobContext) async throws {
        let recorded = try await checkpoints.recorded()
        let assembly = try await BlockingWork.run { try Self.assemble(recorded, checkpoints, in: folder) }
        if assembly.sum.counts.rowsOut == 0 {
            throw assembly.sum.counts.rowsFailed > 0
                ? RunStop(.generatorFailed, "The generator gave no answer for any row.")
                : RunStop(.mappingFitsNoRow, "No row has any text in the mapped columns.")
        }
        let made = folder.appending(path: "made")
        try await BlockingWork.run { try FileManager.default.createDirectory(at: made, withIntermediateDirectories: true) }
        let summary = try await processing.extract(.jsonl, assembly.output, into: made)
        let outcome = try await processing.index(summary, in: made)
        let (processing, blobs, organization) = (processing, blobs, checkpoints.organization)
        let orphans = try await blobLock.shared {
            let output = try await blobs.adopt(assembly.output, organization: organization.text)
            let ledger = try await blobs.adopt(assembly.ledger, organization: organization.text)
            let derived = try await processing.adopt(outcome, of: organization)
            do {
                try await context.complete { connection in
                    try write(connection, organization, run, assembly, output: output, ledger: ledger.sha256, derived)
                }
                return [String]()
            } catch is JobLeaseLost {
                return derived.blobs + [output.sha256, ledger.sha256]
            }
        }
        if orphans.isEmpty { return await vectorDemand.wasAsked() }
        try await checkpoints.erase(orphans)
    }

    private static func assemble(_ recorded: [RunPart.Kind: [RunPart]], _ checkpoints: RunCheckpoints, in folder: URL) throws -> Assembly {
        let (output, ledger) = (folder.appending(path: "output.jsonl"), folder.appending(path: "ledger.jsonl"))
        for file in [output, ledger] {
            guard FileManager.default.createFile(atPath: file.path, contents: nil) else {
                throw PlatformError.internal("\(file.path) cannot be made")
            }
        }
        let rows = try FileHandle(forWritingTo: output)
        defer { try? rows.close() }
        for part in recorded[.rows] ?? [] {
            var export = RowExport(try RowReader(file: checkpoints.file(part)), format: .jsonl)
            while let piece = try export.next() { try rows.write(contentsOf: piece) }
        }
        let entries = try FileHandle(forWritingTo: ledger)
        defer { try? entries.close() }
        var sum = RunEvaluationSum()
        for part in recorded[.ledger] ?? [] {
            let data = try Data(contentsOf: checkpoints.file(part))
            try entries.write(contentsOf: data)
            for entry in try RunLedger.entries(data) { sum.add(entry) }
        }
        return Assembly(output: output, ledger: ledger, sum: sum, duplicates: recorded[.duplicates]?.first?.rowCount ?? 0)
    }

    private func write(
        _ connection: any Connection, _ organization: OrganizationID, _ run: Run, _ assembly: Assembly, output: StoredBlob, ledger: String,
        _ derived: DerivedContent
    ) throws {
        let now = clock.now
        let usage = try answers.usage(connection, organization, of: run.id)
        guard let dataset = try datasets.find(connection, organization, run.dataset) else {
            // Deleting a dataset ends the jobs of its runs in the same write, and so the lease that was just held.
            throw PlatformError.internal("the dataset of a run whose job is held is gone")
        }
        let (content, _) = try contents.insert(
            connection, organization, sha256: output.sha256, format: .jsonl, sizeBytes: output.size, at: now)
        _ = try contents.markReady(connection, organization, content.id, derived: derived, awaitsVectors: false, at: now)
        let file = File(
            id: .make(at: now), filename: Self.filename(dataset.name), contentType: FileFormat.jsonl.contentType, isDuplicate: false,
            storageCharged: output.size, createdAt: now, content: content, associations: [])
        try files.insert(connection, organization, file, createdBy: run.createdBy)
        try items.publishOutput(
            connection, organization, file: file.id, in: run.dataset, superseding: run.plan.inputs.map(\.content), at: now)
        let credits = RunEstimate.credits(rows: assembly.sum.counts.rowsOut + assembly.sum.counts.rowsDuplicate)
        let population = try runs.scores(connection, organization, butNot: run.dataset)
        let evaluation = assembly.sum.evaluation(
            duplicates: assembly.duplicates, dropsDuplicates: run.plan.recipes.deduplication, remarks: run.plan.remarks,
            population: population)
        try runs.succeed(
            connection, organization, run.id, counts: assembly.sum.counts, evaluation: evaluation, outputFile: file.id,
            ledgerSHA256: ledger,
            credits: credits, at: now)
        try UsageRepository().record(connection, organization, .run(run, usage: usage, credits: credits), at: now)
        if try datasets.wantsVectors(connection, organization, run.dataset) {
            try vectorDemand.ask(connection, organization, for: run.dataset, at: now)
        }
        try parts.delete(connection, organization, of: run.id)
        try answers.delete(connection, organization, of: run.id)
    }

    static func filename(_ dataset: String) -> String {
        let base = String(dataset.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last ?? "dataset").prefix(200)
        return "\(base)-adapted.jsonl"
    }
}

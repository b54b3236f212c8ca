import Foundation
import Ingestion
import Storage
import Synchronization

/// Hands out what runs made, in any of the formats, as a stream.
package struct ResultService: Sendable {
    private let database: any Database
    private let blobs: BlobStore
    private let workspace: URL
    private let clock: any Clock
    private let runs = RunRepository()
    private let parts = RunPartRepository()
    private let datasets = DatasetRepository()

    init(database: any Database, blobs: BlobStore, workspace: URL, clock: any Clock) {
        self.database = database
        self.blobs = blobs
        self.workspace = workspace
        self.clock = clock
    }

    /// Rows of a result, with what they are called.
    struct Source: Sendable {
        let dataset: Dataset
        let run: Run
        /// Blobs of rows, one after the other; none when a run ended before its first rows.
        let rows: [String]
        let rowCount: Int
    }

    /// The result of the newest run that wrote rows (contract B §6 row 10), as a download.
    ///
    /// - Throws: `PlatformError.notFound`; `unprocessable` when no run was ever started; `conflict` while the first one works.
    package func download(_ id: DatasetID, as format: TableFormat, for principal: Principal) async throws -> ResultDownload {
        let source = try await source(id, principal.organization)
        let folder = workspace.appending(path: "download-\(Identifier<ResultService>.make(at: clock.now))")
        do {
            let rows = try await rowsFile(source, principal.organization, in: folder)
            return ResultDownload(
                filename: "\(Self.plain(source.dataset.name)).\(format == .parquet ? "parquet.tar.gz" : format.rawValue)",
                chunks: try await Self.chunks(of: rows, as: format, in: folder))
        } catch {
            try? FileManager.default.removeItem(at: folder)
            throw error
        }
    }

    /// What there is to hand out.
    func source(_ id: DatasetID, _ organization: OrganizationID) async throws -> Source {
        let (runs, parts, datasets) = (runs, parts, datasets)
        return try await database.read { connection in
            guard let dataset = try datasets.find(connection, organization, id) else { throw PlatformError.notFound("Dataset not found.") }
            if let run = try runs.latestWithRows(connection, organization, of: id) {
                if let output = try runs.outputRows(connection, organization, of: run.id) {
                    return Source(dataset: dataset, run: run, rows: [output.sha256], rowCount: output.count)
                }
                let left = try parts.all(connection, organization, of: run.id).filter { $0.kind == .rows }
                return Source(dataset: dataset, run: run, rows: left.map(\.sha256), rowCount: left.reduce(0) { $0 + $1.rowCount })
            }
            if let run = try runs.latestFinished(connection, organization, of: id) {
                return Source(dataset: dataset, run: run, rows: [], rowCount: 0)
            }
            guard try runs.active(connection, organization, of: id) == nil else {
                throw PlatformError.conflict(
                    "The run has not finished: wait until the status is succeeded or failed.", retryAfterSeconds: nil)
            }
            throw PlatformError.unprocessable(
                "No run was ever started for this dataset, so there is nothing to download: POST …/run first.")
        }
    }

    /// The rows as one file; the folder is made where something has to be put together.
    func rowsFile(_ source: Source, _ organization: OrganizationID, in folder: URL) async throws -> URL {
        let blobs = blobs
        let files = try source.rows.map { try blobs.localFile(BlobKey(organization: organization.text, sha256: $0)) }
        return try await BlockingWork.run {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            if files.count == 1, source.run.state == .succeeded, let only = files.first { return only }
            let joined = folder.appending(path: "rows.jsonl")
            let writer = try RowWriter(file: joined, columns: RunOutputLayout(source.run.plan).columns)
            for file in files {
                var reader = try RowReader(file: file)
                while let row = try reader.next() { try writer.append(row.cells) }
            }
            try writer.finish()
            return joined
        }
    }

    /// The rows' bytes; the folder goes with the stream.
    static func chunks(of rows: URL, as format: TableFormat, in folder: URL) async throws -> AsyncThrowingStream<[UInt8], any Error> {
        let cursor: ExportCursor
        switch format {
        case .csv: cursor = try await BlockingWork.run { ExportCursor(.rows(RowExport(try RowReader(file: rows), format: .csv)), folder) }
        case .json: cursor = try await BlockingWork.run { ExportCursor(.rows(RowExport(try RowReader(file: rows), format: .json)), folder) }
        case .jsonl:
            cursor = try await BlockingWork.run { ExportCursor(.rows(RowExport(try RowReader(file: rows), format: .jsonl)), folder) }
        case .parquet:
            let making = folder.appending(path: "parquet")
            try await BlockingWork.run { try FileManager.default.createDirectory(at: making, withIntermediateDirectories: true) }
            cursor = ExportCursor(.archive(try await ParquetExport().make(from: rows, in: making)), folder)
        }
        return AsyncThrowingStream {
            try Task.checkCancellation()
            return try await BlockingWork.run { try cursor.next() }
        }
    }

    /// The name without the extension of a table, in characters that every header takes.
    private static func plain(_ name: String) -> String {
        let end = TableFormat(filename: name) == nil ? nil : name.lastIndex(of: ".")
        let plain = name[..<(end ?? name.endIndex)].map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) ? $0 : "-" }
        return plain.isEmpty ? "dataset" : String(plain.prefix(100))
    }
}

/// A result on its way out.
package struct ResultDownload: Sendable {
    package let filename: String
    package let chunks: AsyncThrowingStream<[UInt8], any Error>
}

/// An encoder whose calls come from one thread after another, and the passing folder that it reads from.
private final class ExportCursor: Sendable {
    enum Form { case rows(RowExport), archive(GzippedTar) }

    private let encoder: Mutex<Form>
    private let folder: URL

    init(_ encoder: sending Form, _ folder: URL) {
        self.encoder = Mutex(encoder)
        self.folder = folder
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// Blocks.
    func next() throws -> [UInt8]? {
        try encoder.withLock { encoder in
            switch encoder {
            case .rows(var export):
                let piece = try export.next()
                encoder = .rows(export)
                return piece
            case .archive(var archive):
                let piece = try archive.next()
                encoder = .archive(archive)
                return piece
            }
        }
    }
}

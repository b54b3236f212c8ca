import Foundation
import Platform

/// Brings tables into a new dataset and waits until all of them are read.
struct TableImport {
    /// File name extensions that say what a table is written in.
    static let formats = ["csv", "json", "jsonl", "parquet"]

    /// What an import came to.
    struct Result {
        let id: String
        let name: String?
        let rows: Int
        let columns: [String]
        /// Something that the owner should know of a file that could be read.
        let remarks: [(filename: String, remark: String)]
    }

    let client: APIClient

    /// The files become one dataset: the first one makes it, the others are added to it.
    ///
    /// - Parameter name: nil for the first file's, without its extension.
    /// - Throws: `APIFailure`, also for an import that failed; `FileProblem`.
    func files(_ files: [URL], name: String?) async throws -> Result {
        guard let first = files.first else { throw FileProblem(reason: "There is no file to import.") }
        let bar = ProgressBar(total: Int(try files.reduce(0) { $0 + (try FilePieces(file: $1).length()) }))
        defer { bar.clear() }
        var before: Int64 = 0
        func show(_ file: URL) -> @Sendable (Int64) -> Void {
            let (shown, before) = (bar, before)
            return { bytes in shown.show(Int(before + bytes), "sending \(PlainText.line(file.lastPathComponent))") }
        }
        let id = try await open(first, name: name ?? first.deletingPathExtension().lastPathComponent, progress: show(first))
        before += try FilePieces(file: first).length()
        for file in files.dropFirst() {
            do {
                _ = try await client.upload(file, dataset: id, idempotencyKey: APIClient.newKey(), progress: show(file))
            } catch let failure as APIFailure {
                throw APIFailure(
                    status: failure.status,
                    description: "\(file.lastPathComponent) was not taken into the dataset \(id): \(failure.description)")
            }
            before += try FilePieces(file: file).length()
        }
        return try await finished(id, bar)
    }

    /// A dataset page of a hosting site, or the address of a file.
    ///
    /// - Parameter files: paths inside the page's dataset.
    /// - Throws: `APIFailure`, also for an import that failed.
    func page(_ url: String, files: [String], name: String?) async throws -> Result {
        var source: [String: JSONValue] = ["url": .string(url)]
        if !files.isEmpty { source["files"] = .array(files.map { .string($0) }) }
        if let name { source["name"] = .string(name) }
        let reply = try await client.post(
            "/api/v1/datasets", .object(["source": .object(source)]), idempotencyKey: APIClient.newKey())
        let bar = ProgressBar(total: nil)
        return try await finished(reply["dataset_id"]?.text ?? "", bar)
    }

    private func open(_ file: URL, name: String, progress: @escaping @Sendable (Int64) -> Void) async throws -> String {
        let pieces = FilePieces(file: file)
        let (size, digest) = (try pieces.length(), try pieces.sha256())
        let source = JSONValue.object(["name": .string(name), "file_format": .string(file.pathExtension.lowercased())])
        let opened = try await client.post("/api/v1/datasets", .object(["source": source]), idempotencyKey: APIClient.newKey())
        guard let id = opened["dataset_id"]?.text, let address = opened["upload_instructions"]?["url"]?.text else {
            throw APIFailure(status: 0, description: "The server's answer does not say where to send the file.")
        }
        try await client.put(file, to: address, progress: progress)
        let body = JSONValue.object(["file_size_bytes": .integer(size), "sha256": .string(digest)])
        _ = try await client.post("/api/v1/datasets/\(id)/upload/complete", body)
        return id
    }

    /// Waits until every file is read.
    private func finished(_ id: String, _ bar: ProgressBar) async throws -> Result {
        var patience = Patience()
        defer { bar.clear() }
        while true {
            let status = try await client.get("/api/v1/datasets/\(id)/status")
            if status["status"]?.text == "failed" {
                throw APIFailure(status: 0, description: "The import of dataset \(id) failed: \(DatasetFailureText.sentence(status))")
            }
            if let rows = status["row_count"]?.number { return try await result(id, rows: rows) }
            bar.show(bar.total ?? 0, "the server reads the table")
            try await patience.wait()
        }
    }

    private func result(_ id: String, rows: Int) async throws -> Result {
        let dataset = try await client.get("/api/v1/datasets/\(id)")
        let table = try await client.get("/v1/datasets/\(id)/rows?limit=1")
        var remarks: [(String, String)] = []
        var query = "?limit=100"
        while true {
            let page = try await client.get("/v1/datasets/\(id)/items\(query)")
            for file in page["data"]?.elements ?? [] {
                guard let remark = file["processingStatus"]?["remarks"]?.text else { continue }
                remarks.append((file["filename"]?.text ?? "", remark))
            }
            guard let cursor = page["nextCursor"]?.text else { break }
            query = "?limit=100&cursor=\(cursor)"
        }
        return Result(
            id: id, name: dataset["name"]?.text, rows: rows, columns: (table["columns"]?.elements ?? []).compactMap(\.text),
            remarks: remarks)
    }
}

extension TableImport.Result {
    /// What a person reads of it.
    var lines: [String] {
        let title = name.map { "“\(PlainText.line($0))” (\(id))" } ?? id
        let what = columns.map(PlainText.line).joined(separator: ", ")
        return ["Imported \(title): \(Figures.whole(rows)) rows, columns \(what)."]
            + remarks.map { "    \(PlainText.line($0.filename)): \($0.remark)" }
    }
}

/// Why a dataset or a run is `failed`, with its documented code.
enum DatasetFailureText {
    /// - Parameter body: a dataset of the dataset platform, or its status.
    static func sentence(_ body: JSONValue) -> String {
        let data = body["error_data"]
        let message = data?["message"]?.text ?? body["error"]?["message"]?.text ?? "the server gives no reason"
        return PlainText.line((data?["code"]?.text).map { "\($0): \(message)" } ?? message)
    }
}

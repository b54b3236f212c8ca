import Foundation
import Hummingbird
import Platform

/// Uploads and imports: `/api/v1/datasets`, `/api/v1/datasets/upload/…`, and the signed place where the bytes go (contract B §3.5, §3.6).
struct UploadRoutes: Sendable {
    let platform: Platform

    var routes: [Route] {
        [
            .post("/api/v1/datasets", .scope(.datasetsWrite), create),
            .post("/api/v1/datasets/upload/initiate", .scope(.datasetsWrite), initiate),
            .post("/api/v1/datasets/upload/complete", .scope(.datasetsWrite), complete),
            .post("/api/v1/datasets/{dataset_id}/upload/complete", .scope(.datasetsWrite), completeByID),
            .putStream("/uploads/{upload_id}/{filename}", .signedURL, receive),
        ]
    }

    @Sendable private func create(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        let body = try call.body.fieldsOrNone()
        guard let source = body.object("source").given else {
            body.note("source", "is required: say where the rows come from.", .missing)
            try body.check()
            throw PlatformError.internal("a checked source is missing")
        }
        let fields = Fields(source, at: ["body", "source"])
        let asked = try SourceFields.read(fields)
        switch asked {
        case .url(let name, let url, let files):
            let render = { @Sendable (id: DatasetID) in try Reply.json(.ok, CreateBody(dataset_id: id.text, status: "pending")) }
            return try render(
                await platform.imports.start(
                    name: name, url: url, files: files, at: ["body", "source"], for: context.caller(), receipt: call.receipt(render)))
        case .file(let name, let format):
            let base = base(request)
            let render = { @Sendable (opened: (DatasetID, UploadTicket)) in
                try Reply.json(
                    .ok,
                    CreateBody(
                        dataset_id: opened.0.text, status: "pending",
                        upload_instructions: .init(url: base + opened.1.target, s3_key: opened.1.key)))
            }
            return try render(await platform.uploads.open(name: name, format: format, for: context.caller(), receipt: call.receipt(render)))
        }
    }

    @Sendable private func initiate(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        let fields = try call.body.fieldsOrNone()
        let name = fields.requiredString("name", length: UploadService.nameLength)
        let format = try fields.fileFormat()
        try fields.check()
        guard let format else { throw PlatformError.internal("a checked format is missing") }
        let ticket = try await platform.uploads.initiate(name: name, format: format, for: context.caller())
        return try .json(.ok, ["upload_url": base(request) + ticket.target])
    }

    @Sendable private func complete(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        let fields = try call.body.fieldsOrNone()
        let key = fields.requiredString("s3_key", length: 1...2_000)
        let name = fields.requiredString("name", length: UploadService.nameLength)
        let format = try fields.fileFormat()
        let size = fields.fileSize()
        try fields.check()
        guard let format, let size else { throw PlatformError.internal("checked fields are missing") }
        // `bucket/key` is accepted too (design §3): a key begins with its folder.
        let plain = key.range(of: "uploads/").map { String(key[$0.lowerBound...]) } ?? key
        let id = try await platform.uploads.complete(
            key: plain.removingPercentEncoding ?? plain, name: name, format: format, size: size, for: context.caller())
        return try .json(.accepted, CompleteBody(dataset_id: id.text, status: "processing"))
    }

    @Sendable private func completeByID(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        let id = DatasetID(try context.pathValue("dataset_id"))
        try await platform.runs.requireDataset(id, for: context.caller())
        let fields = try call.body.fieldsOrNone()
        let size = fields.fileSize()
        let sha256 = fields.string("sha256", length: 64...64).given
        if let sha256, !sha256.allSatisfy(\.isHexDigit) { fields.note("sha256", "must be 64 hexadecimal digits.", .value) }
        try fields.check()
        guard let size else { throw PlatformError.internal("a checked size is missing") }
        try await platform.uploads.complete(id, size: size, sha256: sha256, for: context.caller())
        return try .json(.ok, CompleteBody(dataset_id: id.text, status: "processing"))
    }

    @Sendable private func receive(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        let query = Query(request)
        let key = "uploads/\(try context.pathValue("upload_id"))/\(try context.pathValue("filename"))"
        let reception = try await platform.uploads.begin(
            key: key, expires: query.text("expires").flatMap(Int64.init), signature: query.text("signature"))
        do {
            for try await buffer in request.body { try await reception.bytes.write(Array(buffer.readableBytesView)) }
            try await platform.uploads.finish(reception)
        } catch {
            await reception.bytes.discard()
            throw error
        }
        return .bytes(.ok, [:], Data())
    }

    /// The server's own address as this caller knows it.
    private func base(_ request: Request) -> String {
        platform.publicURL ?? "http://\(request.head.authority ?? "127.0.0.1")"
    }

    private struct CreateBody: Encodable, Sendable {
        struct Instructions: Encodable, Sendable {
            let url: String
            let method = "PUT"
            let s3_key: String
        }

        let dataset_id: String
        let status: String
        @Nullable var upload_instructions: Instructions? = nil
    }

    private struct CompleteBody: Encodable, Sendable {
        let dataset_id: String
        let status: String
    }
}

/// What `source` of a new dataset says, in either of the client's dialects (contract B §3.6).
enum SourceFields {
    case file(name: String, format: UploadFormat)
    case url(name: String?, url: String, files: [String]?)

    /// - Throws: `PlatformError.invalid`, `notBuilt`.
    static func read(_ fields: Fields) throws -> SourceFields {
        let type = fields.string("type", length: 1...100).given
        if let type, !["file", "huggingface", "kaggle", "url"].contains(type) {
            fields.note("type", "must be file, huggingface or kaggle.", .value)
        }
        let mode = fields.string("processing_mode", length: 1...100).given ?? "adapt"
        if !["adapt", "standard", "raw", "passthrough"].contains(mode) { fields.note("processing_mode", "must be adapt or raw.", .value) }
        let url = fields.string("url", length: 1...4_000).given
        let source: SourceFields?
        if let url {
            var files: [String]?
            if let entries = fields.array("files").given {
                files = entries.compactMap { if case .string(let path) = $0 { path } else { nil } }
                if files?.count != entries.count { fields.note("files", "must be an array of paths.", .type) }
            }
            source = .url(name: fields.string("name", length: UploadService.nameLength).given, url: url, files: files)
        } else if type == nil || type == "file" {
            let name = fields.requiredString("name", length: UploadService.nameLength)
            let format = try fields.has("file_format") ? fields.fileFormat() : fields.fileFormat(ofName: name)
            if format == nil, !fields.has("file_format") {
                fields.note("file_format", "is required unless name ends in .csv, .json, .jsonl, .parquet or .txt.", .missing)
            }
            source = format.map { .file(name: name, format: $0) }
        } else {
            fields.note("url", "is required: the address of the dataset page.", .missing)
            source = nil
        }
        try fields.check()
        if ["raw", "passthrough"].contains(mode) {
            throw PlatformError.notBuilt("processing_mode \(mode) is not built yet: leave it out, and run the dataset once it is imported.")
        }
        guard let source else { throw PlatformError.internal("a checked source is missing") }
        return source
    }
}

extension Fields {
    /// - Throws: `PlatformError.notBuilt` for a format of the contract that this version cannot read.
    fileprivate func fileFormat() throws -> UploadFormat? {
        let name = requiredString("file_format", length: 1...100)
        if let format = UploadFormat(name: name) { return format }
        try Self.refusePlanned(name)
        if !name.isEmpty { note("file_format", "must be csv, json, jsonl, parquet or txt, not \"\(name)\".", .value) }
        return nil
    }

    /// The format that a file's name tells; nil if it tells none.
    ///
    /// - Throws: `PlatformError.notBuilt` like `fileFormat()`.
    fileprivate func fileFormat(ofName name: String) throws -> UploadFormat? {
        if let format = UploadFormat(filename: name) { return format }
        if let dot = name.lastIndex(of: ".") { try Self.refusePlanned(name[name.index(after: dot)...].lowercased()) }
        return nil
    }

    private static func refusePlanned(_ name: String) throws {
        if UploadFormat.planned.contains(name) {
            throw PlatformError.notBuilt("file_format \(name) is not built yet: send csv, json, jsonl, parquet or txt.")
        }
    }

    /// Bytes, 0 to 2 GiB, as `12` or `12.0`.
    fileprivate func fileSize() -> Int64? {
        let size = integer("file_size_bytes", range: 0...2_147_483_648)
        if case .value(let bytes) = size { return Int64(bytes) }
        if !isNoted("file_size_bytes") { note("file_size_bytes", "is required.", .missing) }
        return nil
    }
}

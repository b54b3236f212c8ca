import Foundation
import Hummingbird
import Platform

/// `POST /v1/files`: a multipart form whose file is streamed to disk while it arrives.
struct FileUploadRoute: Sendable {
    let files: FileService
    let gate: IdempotencyGate

    var routes: [Route] { [.post("/v1/files", .scope(.filesWrite), fingerprint: .upload, create)] }

    /// What the form held, beside the file's bytes.
    private struct Form {
        var filename: String?
        var contentType: String?
        var fields: [String: String] = [:]
    }

    @Sendable private func create(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        guard let reader = MultipartReader(contentType: request.headers[.contentType] ?? "") else {
            throw PlatformError.unsupportedMedia([
                FieldIssue(
                    location: ["header", "Content-Type"], message: "Content-Type must be multipart/form-data with a boundary.",
                    kind: .unsupported)
            ])
        }
        let upload = try await files.beginUpload()
        do {
            let form = try await read(request, reader, into: upload)
            return try await store(form, upload, request, context)
        } catch {
            await upload.discard()
            throw error
        }
    }

    private func read(_ request: Request, _ reader: MultipartReader, into upload: Upload) async throws -> Form {
        var reader = reader
        var form = Form()
        var part: String?
        var text: [UInt8] = []
        do {
            for try await buffer in request.body {
                for event in try reader.read(buffer.readableBytesView) {
                    switch event {
                    case .part(let name, let filename, let contentType):
                        try close(&part, &text, &form)
                        part = name
                        guard name == "file" else { continue }
                        if form.filename != nil {
                            throw PlatformError.invalid(["body", "file"], "file must be sent once: send one file a request.")
                        }
                        form.filename = filename ?? ""
                        form.contentType = contentType
                    case .bytes(let bytes) where part == "file": try await upload.write(bytes)
                    case .bytes(let bytes):
                        text += bytes
                        if text.count > RequestBodyLimit.form {
                            throw PlatformError.tooLarge("\(part ?? "A field") is longer than \(RequestBodyLimit.form) bytes.")
                        }
                    case .end: try close(&part, &text, &form)
                    }
                }
            }
        } catch MultipartReader.Failure.malformed(let reason) {
            throw PlatformError.malformed("The body is not valid multipart/form-data: \(reason).")
        }
        guard reader.isComplete else { throw PlatformError.malformed("The body ends before its closing boundary: send it again.") }
        return form
    }

    private func close(_ part: inout String?, _ text: inout [UInt8], _ form: inout Form) throws {
        if let name = part, name != "file" { form.fields[name] = String(decoding: text, as: UTF8.self) }
        (part, text) = (nil, [])
    }

    private func store(_ form: Form, _ upload: Upload, _ request: Request, _ context: QuarryRequestContext) async throws -> Reply {
        guard let filename = form.filename else {
            throw PlatformError.invalid(["body", "file"], "file is required: send it as a form part named file.", kind: .missing)
        }
        let (type, id) = (form.fields["resource_type"], form.fields["resource_id"])
        let resource = try NamedResource.optional(type, id, at: ["body"], "resource_type", "resource_id")
        let draft = try FileDraft(filename: filename, declaredType: form.contentType, resource: resource)
        let principal = try context.caller()
        // An upload's fingerprint: its filename, its fields and the digest of its bytes (design §9).
        let named = try JSONText.encode([filename, type ?? "", id ?? "", await upload.sha256()])
        return try await gate.run(request, context, fingerprint: IdempotencyGate.digest(named)) { receipt in
            let render = { @Sendable (file: File) in try Reply.json(.created, FileBody(file)) }
            let kept = receipt.map { ReplyReceipt<File>($0) { try render($0).stored() } }
            return try render(await files.create(draft, from: upload, for: principal, receipt: kept))
        }
    }
}

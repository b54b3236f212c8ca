import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Platform

/// `/v1/files`: read, link and delete. Taking in is `FileUploadRoute`.
struct FileRoutes: Sendable {
    let files: FileService

    var routes: [Route] {
        [
            .get("/v1/files", .scope(.filesRead), list),
            .get("/v1/files/{file_id}", .scope(.filesRead), get),
            .delete("/v1/files/{file_id}", .scope(.filesWrite), delete),
            .get("/v1/files/{file_id}/text", .scope(.filesRead), text),
            .get("/v1/files/{file_id}/content", .scope(.filesRead), content),
            .post("/v1/files/{file_id}/associations", .scope(.filesWrite), associate),
            .delete("/v1/files/{file_id}/associations", .scope(.filesWrite), dissociate),
            .delete("/v1/files/{file_id}/associations/{resource_type}/{resource_id}", .scope(.filesWrite), dissociateByPath),
        ]
    }

    @Sendable private func list(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        let query = Query(request)
        let resource = try FileResource.read(type: query.text("resourceType"), id: query.text("resourceId"), at: ["query"], style: .camelCase)
        let status = query.text("statusFilter")
        if let status, !FileBody.statuses.contains(status) {
            throw PlatformError.invalid(
                ["query", "statusFilter"], "statusFilter must be one of \(FileBody.statuses.joined(separator: ", ")).")
        }
        let page = try await files.page(query.page(), filter: FileFilter(status: status, resource: resource), for: context.caller())
        return try .json(.ok, PageBody(page, FileBody.init))
    }

    @Sendable private func get(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        try .json(.ok, FileBody(await files.get(Self.id(context), for: context.caller())))
    }

    @Sendable private func delete(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        try await files.delete(Self.id(context), purge: Query(request).flag("purge"), for: context.caller())
        return .noContent
    }

    @Sendable private func text(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        let file = try await files.get(Self.id(context), for: context.caller())
        return Self.stream(try files.text(of: file, for: context.caller()), [.contentType: "text/plain; charset=utf-8"])
    }

    @Sendable private func content(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        let file = try await files.get(Self.id(context), for: context.caller())
        let name = file.filename.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "file"
        let headers: HTTPFields = [.contentType: file.contentType, .contentDisposition: "attachment; filename*=UTF-8''\(name)"]
        return Self.stream(try files.bytes(of: file, for: context.caller()), headers)
    }

    @Sendable private func associate(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        let resource = try FileResource.read(call.body.fields())
        let render = { @Sendable (association: File.Association) in try Reply.json(.created, FileAssociationBody(association)) }
        return try render(await files.associate(Self.id(context), with: resource, for: context.caller(), receipt: call.receipt(render)))
    }

    @Sendable private func dissociate(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        let query = Query(request)
        let fields: [String: JSONValue]
        if query.text("resource_type") != nil || query.text("resource_id") != nil {
            fields = ["resource_type": .string(query.text("resource_type") ?? ""), "resource_id": .string(query.text("resource_id") ?? "")]
        } else {
            let body = ReadBody(bytes: try await request.bytes(upTo: RequestBodyLimit.form), mediaType: request.mediaType)
            return try await remove(FileResource.read(body.fields()), context)
        }
        return try await remove(FileResource.read(Fields(fields, at: ["query"])), context)
    }

    @Sendable private func dissociateByPath(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        let fields: [String: JSONValue] = [
            "resource_type": .string(try context.pathValue("resource_type")), "resource_id": .string(try context.pathValue("resource_id")),
        ]
        return try await remove(FileResource.read(Fields(fields, at: ["path"])), context)
    }

    private func remove(_ resource: FileResource, _ context: QuarryRequestContext) async throws -> Reply {
        try await files.dissociate(Self.id(context), from: resource, for: context.caller())
        return .noContent
    }

    private static func id(_ context: QuarryRequestContext) throws -> FileID { FileID(try context.pathValue("file_id")) }

    private static func stream(_ bytes: FileBytes, _ headers: HTTPFields) -> Reply {
        .stream(
            .ok, headers,
            ResponseBody(contentLength: Int(bytes.size)) { writer in
                for try await chunk in bytes.chunks { try await writer.write(ByteBuffer(bytes: chunk)) }
                try await writer.finish(nil)
            })
    }
}

extension FileResource {
    /// How a caller spells the two fields: forms in snake case, queries in camel case (contract A §3.12).
    enum Style { case snakeCase, camelCase }

    static let idLength = 1...255

    /// From the fields of an association: `resource_type` and `resource_id`, their camel-case forms, or the guide's `datasetId`
    /// and `chatId` (contract A §6 Q7).
    ///
    /// - Throws: `PlatformError.invalid`.
    static func read(_ fields: Fields) throws -> FileResource {
        for (name, make) in [("datasetId", { FileResource.dataset(DatasetID($0)) }), ("chatId", { FileResource.chat(AttachedChatID($0)) })] {
            guard fields.has(name), let id = fields.string(name, length: idLength).given else { continue }
            try fields.check()
            return make(id)
        }
        let (typeName, idName) = fields.has("resourceType") || fields.has("resourceId") ? ("resourceType", "resourceId") : ("resource_type", "resource_id")
        let type = fields.requiredString(typeName, length: idLength)
        let id = fields.requiredString(idName, length: idLength)
        if !type.isEmpty, make(type, id) == nil { fields.note(typeName, "must be dataset or chat.", .value) }
        try fields.check()
        guard let resource = make(type, id) else { throw PlatformError.internal("a checked resource type is unknown") }
        return resource
    }

    /// From a pair that may be absent, but only together.
    ///
    /// - Throws: `PlatformError.invalid`.
    static func read(type: String?, id: String?, at location: [String], style: Style) throws -> FileResource? {
        if type == nil, id == nil { return nil }
        let (typeName, idName) = style == .camelCase ? ("resourceType", "resourceId") : ("resource_type", "resource_id")
        guard let type, !type.isEmpty else {
            throw PlatformError.invalid(location + [typeName], "\(typeName) is required with \(idName).", kind: .missing)
        }
        guard let id, !id.isEmpty else {
            throw PlatformError.invalid(location + [idName], "\(idName) is required with \(typeName).", kind: .missing)
        }
        guard let resource = make(type, id) else {
            throw PlatformError.invalid(location + [typeName], "\(typeName) must be dataset or chat.")
        }
        return resource
    }

    private static func make(_ type: String, _ id: String) -> FileResource? {
        switch type {
        case "dataset": .dataset(DatasetID(id))
        case "chat": .chat(AttachedChatID(id))
        default: nil
        }
    }
}

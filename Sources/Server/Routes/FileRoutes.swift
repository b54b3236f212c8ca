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
        let resource = try NamedResource.optional(
            query.text("resourceType"), query.text("resourceId"), at: ["query"], "resourceType", "resourceId")
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
        let named = try NamedResource(call.body.fields())
        let render = { @Sendable (association: File.Association) in try Reply.json(.created, FileAssociationBody(association)) }
        return try render(
            await files.associate(
                Self.id(context), with: named.resource, namedAt: named.location, for: context.caller(), receipt: call.receipt(render)))
    }

    /// Named in the query, in either spelling, or in a body like the one that made the association.
    @Sendable private func dissociate(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        let query = Query(request)
        let names = ["resource_type", "resource_id", "resourceType", "resourceId", "datasetId", "chatId"]
        let pairs = names.compactMap { name in query.text(name).map { (name, JSONValue.string($0)) } }
        guard pairs.isEmpty else {
            return try await remove(NamedResource(Fields(Dictionary(uniqueKeysWithValues: pairs), at: ["query"])), context)
        }
        let body = ReadBody(bytes: try await request.bytes(upTo: RequestBodyLimit.form), mediaType: request.mediaType)
        return try await remove(NamedResource(body.fields()), context)
    }

    @Sendable private func dissociateByPath(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        let fields: [String: JSONValue] = [
            "resource_type": .string(try context.pathValue("resource_type")), "resource_id": .string(try context.pathValue("resource_id")),
        ]
        return try await remove(NamedResource(Fields(fields, at: ["path"])), context)
    }

    private func remove(_ named: NamedResource, _ context: QuarryRequestContext) async throws -> Reply {
        try await files.dissociate(Self.id(context), from: named.resource, for: context.caller())
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

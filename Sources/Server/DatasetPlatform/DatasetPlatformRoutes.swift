import HTTPTypes
import Hummingbird
import NIOCore
import Platform

/// `/api/v1/datasets`: what the dataset platform shows and hands out (contract B §2).
struct DatasetPlatformRoutes: Sendable {
    let platform: Platform

    var routes: [Route] {
        [
            .get("/api/v1/datasets", .scope(.datasetsRead), list),
            .get("/api/v1/datasets/{dataset_id}", .scope(.datasetsRead), get),
            .delete("/api/v1/datasets/{dataset_id}", .scope(.datasetsWrite), delete),
            .get("/api/v1/datasets/{dataset_id}/status", .scope(.datasetsRead), status),
            .get("/api/v1/datasets/{dataset_id}/evaluation", .scope(.datasetsRead), evaluation),
            .get("/api/v1/datasets/{dataset_id}/download", .scope(.datasetsRead), download),
            .post("/api/v1/datasets/{dataset_id}/publish", .scope(.datasetsWrite), publish),
        ]
    }

    /// Whether a path without a route belongs to the later parts of the contract (its tier 3): those say that they are not built yet.
    static func isPlanned(_ path: String) -> Bool {
        guard DatasetPlatformError.speaks(at: path) else { return false }
        let parts = path.split(separator: "/").dropFirst(2).map(String.init)
        let families: Set = ["autoscientist", "models", "training-models", "responses", "tools"]
        let ofAll: Set = ["invent", "combine"]
        let ofOne: Set = [
            "augment", "translate", "localize", "extend-trajectories", "custom-evals", "export-links", "finetune", "start-adaption",
        ]
        let uploads: Set = ["initiate-batch", "complete-batch"]
        guard let first = parts.first else { return false }
        if families.contains(first) { return true }
        guard first == "datasets", parts.count >= 2 else { return false }
        if ofAll.contains(parts[1]) { return true }
        guard parts.count >= 3 else { return false }
        return ofOne.contains(parts[2]) || (parts[1] == "upload" && uploads.contains(parts[2]))
    }

    @Sendable private func list(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        let query = Query(request)
        let shows = platform.showsAwaitingInput
        let (page, listing) = try (query.datasetPage(), query.datasetListing(showsAwaitingInput: shows))
        guard let listing else { return try .json(.ok, DatasetListBody(datasets: [], next_cursor: nil)) }
        let found = try await platform.overviews.page(page, listing, for: context.caller())
        return try .json(
            .ok,
            DatasetListBody(
                datasets: found.elements.map { DatasetListEntryBody($0, showsAwaitingInput: shows) }, next_cursor: found.nextCursor))
    }

    @Sendable private func get(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        try .json(.ok, DatasetPlatformBody(await overview(context)))
    }

    @Sendable private func delete(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        try await platform.datasets.delete(Self.id(context), for: context.caller())
        return try .json(.ok, ["message": "Dataset deleted."])
    }

    @Sendable private func status(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        try .json(.ok, DatasetStatusBody(await overview(context), showsAwaitingInput: platform.showsAwaitingInput))
    }

    @Sendable private func evaluation(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        try .json(.ok, EvaluationBody(await overview(context)))
    }

    @Sendable private func download(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        let query = Query(request)
        // Whether there is such a dataset comes before what is wrong with the request (contract B §6 row 14).
        _ = try await overview(context)
        let name = query.text("fileFormat") ?? query.text("file_format") ?? TableFormat.csv.rawValue
        guard let format = TableFormat(rawValue: name) else {
            let known = TableFormat.allCases.map(\.rawValue).joined(separator: ", ")
            throw PlatformError.invalid(["query", "fileFormat"], "fileFormat must be one of \(known), not \"\(name)\".")
        }
        let download = try await platform.results.download(Self.id(context), as: format, for: context.caller())
        return .stream(
            .ok,
            [.contentType: "application/octet-stream", .contentDisposition: "attachment; filename=\"\(download.filename)\""],
            ResponseBody { writer in
                for try await chunk in download.chunks { try await writer.write(ByteBuffer(bytes: chunk)) }
                try await writer.finish(nil)
            })
    }

    @Sendable private func publish(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        _ = try await overview(context)
        let fields = try call.body.fieldsOrNone()
        let target = fields.choice("target", PublishTarget.self)
        if target == nil { fields.note("target", "must be one of \(PublishTarget.names).", .value) }
        let spec = fields.object("target_spec").given ?? [:]
        try fields.check()
        guard let target else { throw PlatformError.internal("a checked target is missing") }
        let render = { @Sendable (publication: Publication) in try Reply.json(.accepted, PublishBody(publication)) }
        return try render(
            await platform.publications.start(
                target, spec, of: Self.id(context), at: ["body", "target_spec"], for: context.caller(), receipt: call.receipt(render)))
    }

    private func overview(_ context: QuarryRequestContext) async throws -> DatasetOverview {
        try await platform.overviews.get(Self.id(context), for: context.caller())
    }

    private static func id(_ context: QuarryRequestContext) throws -> DatasetID { DatasetID(try context.pathValue("dataset_id")) }
}

/// What a publishing is told at its beginning (contract B §3.9).
private struct PublishBody: Encodable, Sendable {
    let publish_id: String
    let status: String
    @Nullable var message: String?

    init(_ publication: Publication) {
        publish_id = publication.id.text
        status = publication.state.rawValue
        message = publication.message ?? "Follow it at /v1/datasets/\(publication.dataset)/publications."
    }
}

extension Query {
    /// `limit` as clients of the dataset platform send it: `20` or `20.0`.
    fileprivate func datasetPage() throws -> PageRequest {
        let range = PageRequest.limits
        guard let written = text("limit"), !written.isEmpty else { return PageRequest(cursor: text("cursor")) }
        guard let number = Double(written), number == number.rounded(), range.contains(Int(exactly: number) ?? 0) else {
            throw PlatformError.invalid(
                ["query", "limit"], "limit must be an integer from \(range.lowerBound) to \(range.upperBound).", kind: .range)
        }
        return PageRequest(limit: Int(number), cursor: text("cursor"))
    }

    /// What to list; nil when the filter names a kind of dataset that nobody can have here.
    fileprivate func datasetListing(showsAwaitingInput: Bool) throws -> DatasetListing? {
        var listing = DatasetListing()
        var issues: [FieldIssue] = []
        func note(_ name: String, _ expectation: String) {
            issues.append(FieldIssue(location: ["query", name], message: "\(name) must be \(expectation).", kind: .value))
        }
        func given(_ name: String) -> String? { text(name).flatMap { $0.isEmpty ? nil : $0 } }
        if let status = given("status") {
            if status == "awaiting_input" {
                (listing.status, listing.awaitsInput) = (.pending, true)
            } else if let known = DatasetOverview.Status(rawValue: status) {
                listing.status = known
                // A filter finds what the entries say of themselves.
                if known == .pending, showsAwaitingInput { listing.awaitsInput = false }
            } else {
                note("status", "one of pending, running, succeeded, failed, awaiting_input")
            }
        }
        listing.search = given("q")
        if listing.search?.unicodeScalars.contains("\0") ?? false { note("q", "text without U+0000") }
        if let text = given("created_after") {
            listing.createdAfter = Timestamp.parseLoosely(text)
            if listing.createdAfter == nil { note("created_after", "an ISO 8601 time such as 2026-08-03T16:12:04Z") }
        }
        if let text = given("created_before") {
            listing.createdBefore = Timestamp.parseLoosely(text)
            if listing.createdBefore == nil { note("created_before", "an ISO 8601 time such as 2026-08-03T16:12:04Z") }
        }
        if let sort = given("sort") {
            if let known = DatasetListing.Sort(rawValue: sort) {
                listing.sort = known
            } else {
                note("sort", "created_at, updated_at or name")
            }
        }
        if let direction = given("sort_direction") {
            if let known = DatasetListing.Direction(rawValue: direction) {
                listing.direction = known
            } else {
                note("sort_direction", "asc or desc")
            }
        }
        listing.createdBy = given("created_by_user_id").map { MemberID($0) }
        let kinds: Set = ["original", "combined", "augmented", "invented"]
        if let kind = given("type"), !kinds.contains(kind) { note("type", "one of original, combined, augmented, invented") }
        if !issues.isEmpty { throw PlatformError.invalid(issues) }
        return given("type").map { $0 == "original" } ?? true ? listing : nil
    }
}

import Hummingbird
import Platform

/// `/v1/integrations`: credentials for other sites. They go in and never come out: what is told is which fields are set.
///
/// Setting and removing wants `org:admin`, because whoever does it decides as whom the organization publishes. Seeing what is set wants
/// `datasets:read`, so that whoever may start an import or a publishing can see whether it has a chance.
struct IntegrationRoutes: Sendable {
    let integrations: IntegrationService

    var routes: [Route] {
        [
            .get("/v1/integrations", .scope(.datasetsRead), list),
            .get("/v1/integrations/{integration_name}", .scope(.datasetsRead), get),
            .put("/v1/integrations/{integration_name}", .scope(.organizationAdmin), set),
            .delete("/v1/integrations/{integration_name}", .scope(.organizationAdmin), delete),
        ]
    }

    @Sendable private func list(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        try .json(.ok, IntegrationListBody(data: await integrations.all(for: context.caller()).map(IntegrationBody.init)))
    }

    @Sendable private func get(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        try .json(.ok, IntegrationBody(await integrations.get(Self.name(context), for: context.caller())))
    }

    @Sendable private func set(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        let name = try Self.name(context)
        let fields = try Fields(body: call.body.json())
        let credentials = IntegrationFields.read(name, fields)
        try fields.check()
        let render = { @Sendable (summary: IntegrationSummary) in try Reply.json(.ok, IntegrationBody(summary)) }
        return try render(await integrations.set(credentials, for: context.caller(), receipt: call.receipt(render)))
    }

    @Sendable private func delete(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        try await integrations.delete(Self.name(context), for: context.caller())
        return .noContent
    }

    private static func name(_ context: QuarryRequestContext) throws -> IntegrationName {
        try .named(context.pathValue("integration_name"))
    }
}

/// The body of a `PUT`, field by field; faults are noted in the fields.
enum IntegrationFields {
    static let length = 1...1_000

    static func read(_ name: IntegrationName, _ fields: Fields) -> IntegrationCredentials {
        switch name {
        case .huggingFace: .huggingFace(token: secret("token", fields))
        case .kaggle: .kaggle(username: secret("username", fields), key: secret("key", fields))
        case .webhook: webhook(fields)
        case .s3: .s3(s3(fields))
        }
    }

    /// Credentials travel in headers, where nothing but visible ASCII has a place.
    private static func secret(_ name: String, _ fields: Fields) -> String {
        let text = fields.requiredString(name, length: length)
        if !text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
            fields.note(name, "must consist of visible ASCII characters without spaces.", .value)
        }
        return text
    }

    private static func webhook(_ fields: Fields) -> IntegrationCredentials {
        let secret = fields.requiredString("secret", length: length)
        if !secret.isEmpty, WebhookSignature.key(of: secret) == nil {
            fields.note("secret", "must be whsec_ followed by base64 of 24 to 64 random bytes.", .value)
        }
        return .webhook(secret: secret)
    }

    private static func s3(_ fields: Fields) -> S3Credentials {
        let endpoint = fields.string("endpoint", length: length).given
        if let endpoint {
            do {
                let address = try WebAddress(endpoint)
                if address.query != nil { fields.note("endpoint", "must have no query.", .value) }
            } catch {
                fields.note("endpoint", "\(error).", .value)
            }
        }
        let region = fields.requiredString("region", length: 1...64)
        if !region.isEmpty, region.wholeMatch(of: /[a-z0-9-]+/) == nil {
            fields.note("region", "must be a region such as eu-central-1.", .value)
        }
        let bucket = fields.string("bucket", length: 3...63).given
        if let bucket, !bucket.isEmpty, bucket.wholeMatch(of: /[a-z0-9][a-z0-9.-]*[a-z0-9]/) == nil {
            fields.note("bucket", "must consist of lower-case letters, digits, dashes and dots.", .value)
        }
        return S3Credentials(
            endpoint: endpoint, region: region, bucket: bucket, accessKeyID: secret("accessKeyId", fields),
            secretAccessKey: secret("secretAccessKey", fields), pathStyle: fields.flag("pathStyle").given)
    }
}

/// What is told of an integration.
struct IntegrationBody: Encodable, Sendable {
    let name: String
    let fields: [String]
    let updatedAt: String

    init(_ summary: IntegrationSummary) {
        name = summary.name.rawValue
        fields = summary.fields
        updatedAt = summary.updatedAt.secondsText
    }
}

/// All of them: there is one for each site at most, so the list has no pages.
struct IntegrationListBody: Encodable, Sendable {
    let data: [IntegrationBody]
}

/// A site that an organization can leave credentials for.
package enum IntegrationName: String, Sendable, CaseIterable {
    case huggingFace = "huggingface"
    case kaggle
    case s3
    case webhook

    /// Every name, for messages.
    package static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

    /// How people write the site's name.
    package var title: String {
        switch self {
        case .huggingFace: "Hugging Face"
        case .kaggle: "Kaggle"
        case .s3: "S3"
        case .webhook: "webhook"
        }
    }

    /// - Throws: `PlatformError.notFound`, naming the ones there are.
    package static func named(_ text: String) throws -> IntegrationName {
        guard let name = IntegrationName(rawValue: text) else {
            throw PlatformError.notFound("There is no such integration: the names are \(names).")
        }
        return name
    }
}

/// What an organization left for a site.
package enum IntegrationCredentials: Sendable, Equatable, Codable {
    /// A user access token with permission to write.
    case huggingFace(token: String)
    /// User name and key as they stand in `kaggle.json`.
    case kaggle(username: String, key: String)
    case s3(S3Credentials)
    /// `whsec_` and base64 of 24 to 64 bytes.
    case webhook(secret: String)

    package var name: IntegrationName {
        switch self {
        case .huggingFace: .huggingFace
        case .kaggle: .kaggle
        case .s3: .s3
        case .webhook: .webhook
        }
    }

    /// The names of the fields that are set: all that is ever told of them.
    package var fields: [String] {
        switch self {
        case .huggingFace: ["token"]
        case .kaggle: ["username", "key"]
        case .webhook: ["secret"]
        case .s3(let s3):
            ["region", "accessKeyId", "secretAccessKey"] + (s3.endpoint == nil ? [] : ["endpoint"]) + (s3.bucket == nil ? [] : ["bucket"])
                + (s3.pathStyle == nil ? [] : ["pathStyle"])
        }
    }
}

/// Access to an S3-compatible store.
package struct S3Credentials: Sendable, Equatable, Codable {
    /// `https://…` of a store that is not AWS; nil for AWS.
    package var endpoint: String?
    package var region: String
    /// Used where a publishing names none.
    package var bucket: String?
    package var accessKeyID: String
    package var secretAccessKey: String
    /// Whether the bucket stands in the path; nil: yes for an own endpoint, no for AWS.
    package var pathStyle: Bool?

    package init(
        endpoint: String? = nil, region: String, bucket: String? = nil, accessKeyID: String, secretAccessKey: String, pathStyle: Bool? = nil
    ) {
        self.endpoint = endpoint
        self.region = region
        self.bucket = bucket
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.pathStyle = pathStyle
    }
}

/// What may be told of an integration.
package struct IntegrationSummary: Sendable, Equatable {
    package let name: IntegrationName
    /// The names of the fields that are set.
    package let fields: [String]
    package let updatedAt: Timestamp
}

import Foundation

/// Where a dataset can be published.
package enum PublishTarget: String, Sendable, CaseIterable {
    case huggingFace = "huggingface"
    case kaggle
    case s3
    case webhook

    /// Every target's name, for messages.
    package static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

    /// Whose credentials it needs.
    package var integration: IntegrationName {
        switch self {
        case .huggingFace: .huggingFace
        case .kaggle: .kaggle
        case .s3: .s3
        case .webhook: .webhook
        }
    }
}

/// What a caller says of a publishing, checked: one case for each target.
package enum PublishSpec: Sendable, Equatable {
    case huggingFace(HuggingFaceSpec)
    case kaggle(KaggleSpec)
    case s3(S3Spec)
    case webhook(WebhookSpec)

    /// Reads a `target_spec` (contract B §3.9). Unknown fields are ignored.
    ///
    /// - Parameter location: where the object is, such as `["body", "target_spec"]`.
    /// - Throws: `PlatformError.invalid` with everything that is wrong.
    package init(_ target: PublishTarget, _ fields: [String: JSONValue], at location: [String]) throws {
        var reader = SpecFields(fields, at: location)
        switch target {
        case .huggingFace: self = .huggingFace(HuggingFaceSpec(&reader))
        case .kaggle: self = .kaggle(KaggleSpec(&reader))
        case .s3: self = .s3(S3Spec(&reader))
        case .webhook: self = .webhook(WebhookSpec(&reader))
        }
        try reader.check()
    }

    package var target: PublishTarget {
        switch self {
        case .huggingFace: .huggingFace
        case .kaggle: .kaggle
        case .s3: .s3
        case .webhook: .webhook
        }
    }

    /// The form in which the rows are to be written.
    package var format: TableFormat {
        switch self {
        case .huggingFace(let spec): spec.format
        case .kaggle(let spec): spec.format
        case .s3(let spec): spec.format
        case .webhook(let spec): spec.format
        }
    }
}

/// What is published: one dataset's rows, written to files.
package struct PublishSubject: Sendable {
    /// The same for every attempt: receivers tell repetitions by it.
    package let publishID: String
    package let dataset: DatasetID
    package let name: String
    package let rowCount: Int64
    package let format: TableFormat
    package let files: [PublishFile]
    /// Where the rows can be downloaded from this server, with a key of the organization's; nil when nobody knows this server's address.
    package let downloadURL: String?

    package init(
        publishID: String, dataset: DatasetID, name: String, rowCount: Int64, format: TableFormat, files: [PublishFile],
        downloadURL: String?
    ) {
        self.publishID = publishID
        self.dataset = dataset
        self.name = name
        self.rowCount = rowCount
        self.format = format
        self.files = files
        self.downloadURL = downloadURL
    }

    /// The dataset's name as a part of paths and addresses: letters, digits and dashes.
    var slug: String { Self.slug(name) }

    static func slug(_ name: String) -> String {
        let folded = name.folding(options: [.diacriticInsensitive, .caseInsensitive], locale: nil)
        let words = folded.split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        let joined = words.joined(separator: "-").prefix(50)
        return joined.isEmpty ? "dataset" : String(joined.drop { $0 == "-" })
    }
}

/// What became of a publishing.
package struct PublishOutcome: Sendable, Equatable {
    /// Where people find it; nil where there is no page.
    package let url: String?
    /// One sentence for the owner.
    package let message: String

    package init(url: String?, message: String) {
        self.url = url
        self.message = message
    }
}

/// Why a publishing failed, and whether the job should try again.
package struct PublishFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// One sentence for the owner, with no secret in it.
    package let description: String
    package let isWorthRetrying: Bool
    package let retryAfterSeconds: Int?

    init(_ description: String, isWorthRetrying: Bool, retryAfterSeconds: Int? = nil) {
        self.description = description
        self.isWorthRetrying = isWorthRetrying
        self.retryAfterSeconds = retryAfterSeconds
    }

    /// What went wrong on the way, told as the target's.
    init(_ failure: WebFailure, at step: String) {
        self.init(
            "\(step): \(failure.description).", isWorthRetrying: failure.isWorthRetrying, retryAfterSeconds: failure.retryAfterSeconds)
    }
}

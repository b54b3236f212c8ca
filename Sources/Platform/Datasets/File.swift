package import Ingestion

/// Immutable bytes of one organization in one format, with what was derived from them. Processed once, however many files name it.
package struct Content: Sendable, Hashable {
    package enum Status: String, Sendable, CaseIterable { case uploaded, processing, ready, failed }

    package let id: ContentID
    package let sha256: String
    package let format: FileFormat
    package let sizeBytes: Int64
    package let status: Status
    /// 0 to 100.
    package let progress: Int
    /// Why it failed, in a sentence for the user.
    package let error: String?
    package let textSHA256: String?
    package let rowsSHA256: String?
    package let segmentSHA256: String?
    /// The names of a table's columns; nil for a document and before it was processed.
    package let columns: [String]?
    /// Rows of a table; nil for a document and before it was processed.
    package let rowCount: Int?
    /// Passages; nil before it was processed.
    package let passageCount: Int?
    /// What its owner should know although it could be read; nil when there is nothing.
    package let remarks: String?
    package let processedAt: Timestamp?
    /// Nil when vectors are there, or were never asked for.
    package let vectorStatus: VectorStatus?
    /// Why its vectors could not be made.
    package let vectorError: String?
    package let vectorsSHA256: String?
    /// Which encoder made the vectors.
    package let vectorFamily: String?
}

/// What a content whose vectors are wanted and missing is waiting for.
package enum VectorStatus: String, Sendable {
    /// Its files are not ready before their vectors are made.
    case ingesting
    /// They could not be made.
    case failed
}

/// A named upload that points at a content.
package struct File: Sendable, Hashable {
    /// The link of a file to a dataset or a chat.
    package struct Association: Sendable, Hashable {
        /// What the file is in a dataset: brought by somebody, or made by a run.
        package enum Role: String, Sendable { case source, output }

        package let resource: FileResource
        package let role: Role
        /// Whether a run's output stands for it where the dataset is searched.
        package let isSuperseded: Bool
        package let createdAt: Timestamp

    }

    package let id: FileID
    package let filename: String
    package let contentType: String
    /// Whether these bytes were already stored when this file came.
    package let isDuplicate: Bool
    /// Bytes billed; 0 for a duplicate.
    package let storageCharged: Int64
    package let createdAt: Timestamp
    package let content: Content

    /// What its owner may expect of it: `ready` is found by keyword and, where vectors are wanted, by vector.
    package var status: Content.Status {
        switch content.vectorStatus {
        case .ingesting: .processing
        case .failed: .failed
        case nil: content.status
        }
    }

    /// Why it failed, in a sentence.
    package var error: String? { content.error ?? content.vectorError }

    package var associations: [Association]
}

/// Which files a list shows.
package struct FileFilter: Sendable, Hashable {
    package let status: String?
    package let resource: FileResource?

    package init(status: String? = nil, resource: FileResource? = nil) {
        self.status = status
        self.resource = resource
    }
}

package import Ingestion

package enum PresignedUploadSubject {}
package typealias PresignedUploadID = Identifier<PresignedUploadSubject>

/// A place for the bytes of one file, opened for whoever holds its URL (design §3, contract B §3.5).
package struct PresignedUpload: Sendable, Hashable {
    /// `open` waits for bytes, `stored` has them, `completed` made a dataset of them.
    package enum State: String, Sendable { case open, stored, completed }

    package let id: PresignedUploadID
    package let organization: OrganizationID
    /// The path of its URL without the first slash: what the client names it by.
    package let key: String
    /// The dataset that waits for it, or was made of it.
    package let dataset: DatasetID?
    package let name: String
    package let format: FileFormat
    package let state: State
    package let sha256: String?
    package let size: Int64?
    package let createdBy: MemberID
    package let createdAt: Timestamp
    package let expiresAt: Timestamp
}

/// Where to PUT the bytes, without the server's own address.
package struct UploadTicket: Sendable, Hashable {
    package let key: String
    /// Path and query, beginning with a slash.
    package let target: String
}

package import Storage

/// What is about to be erased or deleted.
package enum Erasure: Sendable, Hashable {
    /// A dataset, with everything that works on it.
    case dataset(DatasetID)
    /// A content, and what was made of it in these datasets.
    case content(ContentID, of: [DatasetID])
}

/// Ends the work on what is about to be erased, within the transaction that does it, and returns the blobs that are named by nobody any more.
package typealias EndWork = @Sendable (any Connection, OrganizationID, Erasure, Timestamp) throws -> [String]

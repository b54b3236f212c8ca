/// The name of a blob: the organization that owns it and the SHA-256 of its bytes.
///
/// A key from outside may hold anything; whatever looks a blob up refuses one that is not well formed, so that no key leaves the folder.
package struct BlobKey: Hashable, Sendable {
    /// Letters that cannot be part of a path that leads elsewhere; enough for ids and hexadecimal digests.
    private static let allowed = Set("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-".utf8)
    /// Longest part of a key, in bytes; an id has 36 and a digest 64.
    static let maximumPartLength = 128

    /// Whose blob it is.
    package let organization: String
    /// The digest of its bytes, in lowercase hexadecimal digits.
    package let sha256: String

    /// Names a blob; it need not exist.
    package init(organization: String, sha256: String) {
        self.organization = organization
        self.sha256 = sha256
    }

    /// `<organization>/<sha256>`: the key in a presigned URL and in an object store.
    package var path: String { "\(organization)/\(sha256)" }

    /// Whether both parts are of the characters `0-9 a-z A-Z _ -` alone, at least two and at most 128 of them.
    package var isWellFormed: Bool {
        [organization, sha256].allSatisfy { part in
            (2...Self.maximumPartLength).contains(part.utf8.count) && part.utf8.allSatisfy(Self.allowed.contains)
        }
    }
}

/// A blob that was stored.
package struct StoredBlob: Sendable, Hashable {
    /// The digest of its bytes, in lowercase hexadecimal digits.
    package let sha256: String
    /// In bytes.
    package let size: Int64
    /// True if the organization had these bytes already; the old file was kept.
    package let alreadyPresent: Bool
}

/// What can go wrong with blobs.
package enum BlobError: Error, Sendable, Equatable {
    /// There is no such blob; the text is its key.
    case notFound(String)
    /// The key holds characters that no key has.
    case invalidKey
    /// The range does not lie within the blob, whose size in bytes this is.
    case invalidRange(size: Int64)
    /// The spool was stored or discarded before.
    case spoolClosed
    /// The disk is full, a permission is missing, or the file system failed; the text says what and where.
    case unavailable(String)
}

/// What a publishing to an S3-compatible store says: `bucket` (else the one of the credentials), `path` (or `key`, `prefix`), `format`.
package struct S3Spec: Sendable, Equatable {
    /// Nil for the bucket of the credentials.
    let bucket: String?
    /// The object's key, or the folder of several; nil for a folder with the dataset's name.
    let path: String?
    let format: TableFormat

    init(_ fields: inout SpecFields) {
        bucket = fields.text("bucket", longest: 63)
        if let bucket, !Self.isBucket(bucket) {
            fields.note("bucket", "must be a bucket's name: 3 to 63 lower-case letters, digits, dashes and dots.")
        }
        path = fields.path("path", "key", "prefix")
        format = fields.format()
    }

    static func isBucket(_ text: String) -> Bool {
        text.wholeMatch(of: /[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/) != nil && !text.contains("..")
    }
}

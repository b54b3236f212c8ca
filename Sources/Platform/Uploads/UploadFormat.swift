import Ingestion

/// A file format of an upload, by the names of the dataset platform (contract B §3.5).
package struct UploadFormat: Sendable, Hashable {
    /// Formats of the contract that this version cannot read yet.
    package static let planned: Set = ["pdf", "docx", "pptx", "xlsx", "html", "zip"]

    let file: FileFormat

    init(_ file: FileFormat) { self.file = file }

    /// Nil for a name that is no format, or one that cannot be read.
    package init?(name: String) {
        guard let file = FileFormat(rawValue: name) else { return nil }
        self.init(file)
    }

    /// Nil when the extension says nothing.
    package init?(filename: String) {
        guard let file = FileFormat.detect(filename: filename, contentType: nil) else { return nil }
        self.init(file)
    }
}

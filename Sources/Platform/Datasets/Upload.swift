package import Ingestion
import Storage

/// Bytes of one file on their way in: streamed to disk, hashed on the way, never held in memory.
package actor Upload {
    /// The file's bytes once they are all there.
    struct Finished: Sendable {
        let spool: BlobSpool
        let sha256: String
        let size: Int64
    }

    private let spool: BlobSpool
    private let mostBytes: Int64
    private var finished: Finished?

    init(spool: BlobSpool, mostBytes: Int64) {
        self.spool = spool
        self.mostBytes = mostBytes
    }

    /// Takes the next bytes.
    ///
    /// - Throws: `PlatformError.tooLarge` beyond the limit, `unavailable` when the disk refuses them.
    package func write(_ bytes: [UInt8]) async throws {
        guard spool.size + Int64(bytes.count) <= mostBytes else {
            throw PlatformError.tooLarge("file is larger than the limit of \(mostBytes) bytes: split it, or raise uploads.maxBytes.")
        }
        try await spool.write(bytes)
    }

    /// The SHA-256 of everything written, as 64 hexadecimal digits. Nothing may be written afterwards.
    package func sha256() async throws -> String { try await finish().sha256 }

    func finish() async throws -> Finished {
        if let finished { return finished }
        let (sha256, size) = try await spool.finish()
        let made = Finished(spool: spool, sha256: sha256, size: size)
        finished = made
        return made
    }

    /// Drops the bytes, when the request ends without a file.
    package func discard() async { await spool.discard() }
}

/// What a caller says of an uploaded file.
package struct FileDraft: Sendable {
    /// Characters of a filename at most.
    package static let longestName = 255

    package let filename: String
    package let format: FileFormat
    package let resource: FileResource?

    /// - Throws: `PlatformError.unsupportedMedia` for formats that cannot be read, `invalid` for a filename that is empty or too long.
    package init(filename: String, declaredType: String?, resource: FileResource?) throws {
        let name = String(filename.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last ?? "")
        guard (1...Self.longestName).contains(name.count), !name.unicodeScalars.contains(where: { $0.value < 0x20 }) else {
            throw PlatformError.invalid(
                ["body", "file"], "file must have a filename of 1 to \(Self.longestName) characters without control characters.",
                kind: .length)
        }
        guard let format = FileFormat.detect(filename: name, contentType: declaredType) else {
            let accepted = FileFormat.acceptedExtensions.joined(separator: ", ")
            throw PlatformError.unsupportedMedia([
                FieldIssue(
                    location: ["body", "file"], message: "file “\(name)” has a format that cannot be read; accepted: \(accepted).",
                    kind: .unsupported)
            ])
        }
        self.filename = name
        self.format = format
        self.resource = resource
    }
}

import Ingestion
import Storage

/// Uploads without credentials: opened by a member, filled by whoever holds the signed URL, made into a dataset by the organization.
package struct UploadService: Sendable {
    /// Characters of a dataset's name.
    package static let nameLength = 1...200

    private let database: any Database
    private let blobs: BlobStore
    private let blobLock: SharedExclusiveLock
    private let clock: any Clock
    private let signer: UploadSigner
    private let mostBytes: Int64
    private let jobEnqueued: @Sendable () async -> Void
    private let uploads = PresignedUploadRepository()
    private let datasets = DatasetRepository()
    private let recording = FileRecording()

    init(
        database: any Database, blobs: BlobStore, blobLock: SharedExclusiveLock, clock: any Clock, signer: UploadSigner, mostBytes: Int64,
        jobEnqueued: @escaping @Sendable () async -> Void
    ) {
        self.database = database
        self.blobs = blobs
        self.blobLock = blobLock
        self.clock = clock
        self.signer = signer
        self.mostBytes = mostBytes
        self.jobEnqueued = jobEnqueued
    }

    /// Opens a place for bytes of which a dataset will be made later.
    package func initiate(name: String, format: UploadFormat, for principal: Principal) async throws -> UploadTicket {
        let (uploads, upload) = (uploads, make(name, format.file, for: nil, principal))
        try await database.write { try uploads.insert($0, principal.organization, upload) }
        return ticket(upload)
    }

    /// Makes a dataset and opens the place for its bytes.
    package func open(
        name: String, format: UploadFormat, for principal: Principal, receipt: ReplyReceipt<(DatasetID, UploadTicket)>?
    ) async throws -> (dataset: DatasetID, ticket: UploadTicket) {
        let dataset = newDataset(name, principal)
        let upload = make(name, format.file, for: dataset.id, principal)
        let (uploads, datasets, ticket) = (uploads, datasets, ticket(upload))
        try await database.write { connection in
            try datasets.insert(connection, principal.organization, dataset)
            try uploads.insert(connection, principal.organization, upload)
            try receipt?.finish((dataset.id, ticket), on: connection)
        }
        return (dataset.id, ticket)
    }

    /// Checks a signed URL and opens a spool for what is PUT to it.
    ///
    /// - Throws: `PlatformError.forbidden` for a wrong or expired signature, `conflict` once the upload was completed.
    package func begin(key: String, expires: Int64?, signature: String?) async throws -> PresignedReception {
        guard let expires, let signature, signer.isValid(signature, of: key, expires: Timestamp(milliseconds: expires)) else {
            throw PlatformError.forbidden("The signature of this upload URL is missing or wrong: use the URL exactly as it was given.")
        }
        guard clock.now.milliseconds < expires else {
            throw PlatformError.forbidden("This upload URL has expired: ask for a new one.")
        }
        let (uploads, datasets) = (uploads, datasets)
        let found = try await database.read { connection -> PresignedUpload? in
            guard let upload = try uploads.findSigned(connection, key: key) else { return nil }
            guard let dataset = upload.dataset else { return upload }
            return try datasets.find(connection, upload.organization, dataset) == nil ? nil : upload
        }
        guard let upload = found else { throw PlatformError.forbidden("This upload is no longer open: ask for a new URL.") }
        if upload.state == .completed { throw Self.alreadyCompleted }
        return PresignedReception(upload: upload, bytes: Upload(spool: try await blobs.makeSpool(), mostBytes: mostBytes))
    }

    /// Stores what was received. Bytes that were PUT before and not yet completed are replaced.
    ///
    /// - Throws: `PlatformError.conflict` when the upload was completed meanwhile.
    package func finish(_ reception: PresignedReception) async throws {
        let finished = try await reception.bytes.finish()
        let (uploads, blobs, database) = (uploads, blobs, database)
        let (organization, id) = (reception.upload.organization, reception.upload.id)
        let isStored = try await blobLock.shared {
            _ = try await blobs.store(finished.spool, organization: organization.text)
            return try await database.write {
                try uploads.store($0, organization, id, sha256: finished.sha256, size: finished.size)
            }
        }
        if !isStored { throw Self.alreadyCompleted }
    }

    /// Makes a dataset of an upload. The second time the answer is the first one's.
    ///
    /// - Throws: `PlatformError.notFound` for a key that is not the organization's, `invalid` when the bytes are not there or not as said.
    package func complete(
        key: String, name: String, format: UploadFormat, size: Int64, for principal: Principal
    ) async throws -> DatasetID {
        let (uploads, datasets, now) = (uploads, datasets, clock.now)
        let dataset = newDataset(name, principal)
        let id = try await blobLock.shared {
            try await database.write { connection in
                guard let upload = try uploads.lock(connection, principal.organization, key: key) else {
                    throw PlatformError.notFound(
                        "There is no upload with this s3_key: use the path of the upload URL without its first slash.")
                }
                if upload.state == .completed, let made = upload.dataset { return made }
                let bytes = try Self.arrived(upload, name: name, format: format.file, size: size, sha256: nil)
                if let waiting = upload.dataset {
                    guard try datasets.find(connection, principal.organization, waiting) != nil else {
                        throw PlatformError.notFound("Dataset not found.")
                    }
                    try self.takeIn(connection, upload, bytes, dataset: waiting, at: now)
                    return waiting
                }
                try datasets.insert(connection, principal.organization, dataset)
                try self.takeIn(connection, upload, bytes, dataset: dataset.id, at: now)
                return dataset.id
            }
        }
        await jobEnqueued()
        return id
    }

    /// Completes the upload that was opened with a dataset. The second time the answer is the first one's.
    ///
    /// - Throws: `PlatformError.notFound`, `unprocessable` for a dataset that waits for no upload, `invalid` when the bytes are not there or
    ///   not as said; the dataset then stays open for another try.
    package func complete(_ id: DatasetID, size: Int64, sha256: String?, for principal: Principal) async throws {
        let (uploads, datasets, now) = (uploads, datasets, clock.now)
        try await blobLock.shared {
            try await database.write { connection in
                guard try datasets.find(connection, principal.organization, id) != nil else {
                    throw PlatformError.notFound("Dataset not found.")
                }
                guard let upload = try uploads.lock(connection, principal.organization, of: id) else {
                    throw PlatformError.unprocessable("This dataset waits for no upload: it was not opened with POST /api/v1/datasets.")
                }
                if upload.state == .completed { return }
                let bytes = try Self.arrived(upload, name: upload.name, format: upload.format, size: size, sha256: sha256)
                try self.takeIn(connection, upload, bytes, dataset: id, at: now)
            }
        }
        await jobEnqueued()
    }

    /// Forgets uploads that nobody completed and whose URL expired so long ago; their bytes are swept afterwards.
    func forget(expiredFor age: Duration) async throws {
        let (uploads, moment) = (uploads, clock.now.adding(.zero - age))
        try await database.write { try uploads.dropStale($0, expiredBefore: moment) }
    }

    private func takeIn(
        _ connection: any Connection, _ upload: PresignedUpload, _ bytes: ArrivedFile, dataset: DatasetID, at now: Timestamp
    ) throws {
        _ = try recording.record(connection, upload.organization, bytes, by: upload.createdBy, in: dataset, at: now)
        try uploads.complete(connection, upload.organization, upload.id, dataset: dataset)
    }

    /// What arrived, checked against what the client says of it.
    private static func arrived(
        _ upload: PresignedUpload, name: String, format: FileFormat, size: Int64, sha256 claimed: String?
    ) throws -> ArrivedFile {
        guard let sha256 = upload.sha256, let stored = upload.size else {
            throw PlatformError.invalid(["body"], "No bytes have arrived yet: PUT the file to the upload URL first.")
        }
        guard stored == size else {
            throw PlatformError.invalid(
                ["body", "file_size_bytes"],
                "file_size_bytes is \(size), but \(stored) bytes arrived: PUT the file again, or correct the number.")
        }
        if let claimed, claimed.lowercased() != sha256 {
            throw PlatformError.invalid(
                ["body", "sha256"],
                "sha256 does not agree with the bytes that arrived (\(sha256)): PUT the file again, or correct the digest.")
        }
        return ArrivedFile(filename: filename(name, format), format: format, sha256: sha256, size: stored)
    }

    /// The name with the extension of its format, unless it has that already.
    static func filename(_ name: String, _ format: FileFormat) -> String {
        let base = name.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init) ?? "data"
        let ending = ".\(format.rawValue)"
        return base.lowercased().hasSuffix(ending) ? base : base + ending
    }

    /// The name in characters that a URL's path holds as they are, so that path and key are the same text whether a client decodes or not.
    static func plain(_ name: String) -> String {
        String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-._".contains($0)) ? $0 : "-" })
    }

    private func make(_ name: String, _ format: FileFormat, for dataset: DatasetID?, _ principal: Principal) -> PresignedUpload {
        let now = clock.now
        let id = PresignedUploadID.make(at: now)
        return PresignedUpload(
            id: id, organization: principal.organization, key: "uploads/\(id)/\(Self.plain(Self.filename(name, format)))", dataset: dataset,
            name: name,
            format: format, state: .open, sha256: nil, size: nil, createdBy: principal.member, createdAt: now,
            expiresAt: now.adding(UploadSigner.life))
    }

    private func newDataset(_ name: String, _ principal: Principal) -> Dataset {
        let now = clock.now
        return Dataset(
            id: .make(at: now), organization: principal.organization, name: name, description: nil, consentForTraining: false, version: 0,
            createdBy: principal.member, createdAt: now, updatedAt: now)
    }

    private func ticket(_ upload: PresignedUpload) -> UploadTicket {
        UploadTicket(key: upload.key, target: signer.target(upload.key, expires: upload.expiresAt))
    }

    private static let alreadyCompleted = PlatformError.conflict(
        "This upload was completed: its bytes cannot be changed any more.", retryAfterSeconds: nil)
}

/// Bytes that are being PUT to a signed URL.
package struct PresignedReception: Sendable {
    let upload: PresignedUpload
    /// Takes the bytes as they come.
    package let bytes: Upload
}

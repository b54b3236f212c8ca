import Ingestion
package import Storage

/// Files: take in, read, link, delete.
package struct FileService: Sendable {
    private let database: any Database
    private let blobs: BlobStore
    private let clock: any Clock
    private let faults: Faults
    private let mostBytes: Int64
    /// Held shared while a blob is stored and named by the database, exclusively while unnamed blobs are erased.
    private let blobLock: SharedExclusiveLock
    private let sweep: BlobSweep
    private let forgetIndexes: ForgetIndexes
    private let jobEnqueued: @Sendable () async -> Void
    private let files = FileRepository()
    private let contents = ContentRepository()
    private let items = ItemRepository()
    private let datasets = DatasetRepository()
    private let recording = FileRecording()
    private let endWork: EndWork

    package init(
        database: any Database, blobs: BlobStore, clock: any Clock, faults: Faults, mostBytes: Int64, blobLock: SharedExclusiveLock,
        endWork: @escaping EndWork, forgetIndexes: @escaping ForgetIndexes, jobEnqueued: @escaping @Sendable () async -> Void
    ) {
        self.database = database
        self.blobs = blobs
        self.clock = clock
        self.faults = faults
        self.mostBytes = mostBytes
        self.blobLock = blobLock
        self.endWork = endWork
        self.forgetIndexes = forgetIndexes
        self.jobEnqueued = jobEnqueued
        sweep = BlobSweep(database: database, blobs: blobs, blobLock: blobLock)
    }

    /// Opens a place for the bytes of one file.
    package func beginUpload() async throws -> Upload { Upload(spool: try await blobs.makeSpool(), mostBytes: mostBytes) }

    /// Stores the bytes, then the file, its link and its ingestion job in one write.
    ///
    /// - Throws: `PlatformError.invalid` for an empty file or an unknown dataset or chat.
    package func create(_ draft: FileDraft, from upload: Upload, for principal: Principal, receipt: ReplyReceipt<File>?) async throws
        -> File
    {
        let bytes = try await upload.finish()
        guard bytes.size > 0 else {
            await upload.discard()
            throw PlatformError.invalid(["body", "file"], "file is empty: send at least one byte.", kind: .length)
        }
        let file = try await blobLock.shared {
            _ = try await blobs.store(bytes.spool, organization: principal.organization.text)
            try await faults.pass(.afterUpload)
            return try await record(draft, bytes, for: principal, receipt: receipt)
        }
        await jobEnqueued()
        return file
    }

    private func record(
        _ draft: FileDraft, _ bytes: Upload.Finished, for principal: Principal, receipt: ReplyReceipt<File>?
    ) async throws -> File {
        let (files, recording, now) = (files, recording, clock.now)
        let organization = principal.organization
        let arrived = ArrivedFile(filename: draft.filename, format: draft.format, sha256: bytes.sha256, size: bytes.size)
        return try await database.write { connection in
            let dataset = try draft.resource.map { try self.dataset(connection, principal, $0, namedAt: ["body", "resource_id"], at: now) }
            let file = try recording.record(connection, organization, arrived, by: principal.member, in: dataset, at: now)
            let made = try Self.require(files.find(connection, organization, file, for: principal.member))
            try receipt?.finish(made, on: connection)
            return made
        }
    }

    package func page(_ request: PageRequest, filter: FileFilter, for principal: Principal) async throws -> Page<File> {
        let (files, datasets) = (files, datasets)
        return try await database.read { connection in
            guard let resource = filter.resource else {
                return try files.page(connection, principal.organization, request, filter: filter, dataset: nil, for: principal.member)
            }
            if case .dataset(let id) = resource, try datasets.find(connection, principal.organization, id) == nil {
                throw PlatformError.notFound("Dataset not found.")
            }
            if case .chat(let id) = resource, try !datasets.ownsChat(connection, principal.organization, principal.member, id) {
                throw PlatformError.notFound("Chat not found.")
            }
            guard let dataset = try self.existingDataset(connection, principal, resource) else {
                return Page(elements: [], nextCursor: nil)
            }
            return try files.page(connection, principal.organization, request, filter: filter, dataset: dataset, for: principal.member)
        }
    }

    /// - Throws: `PlatformError.notFound`.
    package func get(_ id: FileID, for principal: Principal) async throws -> File {
        let files = files
        return try await database.read { try Self.require(files.find($0, principal.organization, id, for: principal.member)) }
    }

    /// The uploaded bytes.
    package func bytes(of file: File, for principal: Principal) throws -> FileBytes {
        try FileBytes(blobs: blobs, organization: principal.organization, sha256: file.content.sha256)
    }

    /// The extracted text, into which sources' offsets point.
    ///
    /// - Throws: `PlatformError.conflict` before the text exists.
    package func text(of file: File, for principal: Principal) throws -> FileBytes {
        guard let sha256 = file.content.textSHA256 else {
            let retry = file.content.status == .failed ? nil : 1
            let reason = file.content.error.map { "File has no text: \($0)" } ?? "File is still being processed."
            throw PlatformError.conflict(reason, retryAfterSeconds: retry)
        }
        return try FileBytes(blobs: blobs, organization: principal.organization, sha256: sha256)
    }

    /// Links a file to a dataset or a chat; linking twice is the same as once.
    ///
    /// - Throws: `PlatformError.notFound` for the file, `invalid` for the resource.
    /// - Parameter location: the field that named the resource, for the error.
    package func associate(
        _ id: FileID, with resource: FileResource, namedAt location: [String], for principal: Principal,
        receipt: ReplyReceipt<File.Association>?
    ) async throws -> File.Association {
        let (files, contents, items, now) = (files, contents, items, clock.now)
        return try await database.write { connection in
            let file = try Self.require(files.find(connection, principal.organization, id, for: principal.member))
            let dataset = try self.dataset(connection, principal, resource, namedAt: location, at: now)
            // Locked, so that the content is not published between the look at it and the link.
            let isReady = try contents.lock(connection, principal.organization, file.content.id)?.status == .ready
            _ = try items.link(connection, principal.organization, file: id, to: dataset, isReady: isReady, at: now)
            let linked = try items.associations(connection, principal.organization, of: [id])[id]?.first { $0.resource == resource }
            guard let linked else { throw PlatformError.internal("a file was just linked and is not") }
            try receipt?.finish(linked, on: connection)
            return linked
        }
    }

    /// Takes a file out of a dataset or a chat.
    ///
    /// - Throws: `PlatformError.notFound` when it is not linked.
    package func dissociate(_ id: FileID, from resource: FileResource, for principal: Principal) async throws {
        let (files, items, now) = (files, items, clock.now)
        try await database.write { connection in
            _ = try Self.require(files.find(connection, principal.organization, id, for: principal.member))
            guard let dataset = try self.existingDataset(connection, principal, resource),
                try items.unlink(connection, principal.organization, file: id, from: dataset, at: now)
            else { throw PlatformError.notFound("Association not found.") }
        }
    }

    /// Deletes a file. Without `purge` it leaves the latest version of its datasets; with it, it is erased from every version.
    package func delete(_ id: FileID, purge: Bool, for principal: Principal) async throws {
        let (files, items, contents, endWork, now) = (files, items, contents, endWork, clock.now)
        let organization = principal.organization
        guard purge else {
            try await database.write { connection in
                _ = try Self.require(files.find(connection, organization, id, for: principal.member))
                try items.unlinkEverywhere(connection, organization, file: id, at: now)
                guard try files.delete(connection, organization, id, at: now) else { throw Self.unknown }
            }
            return
        }
        let (nameless, datasets) = try await database.write { connection in
            let file = try Self.require(files.find(connection, organization, id, for: principal.member, alsoDeleted: true))
            let datasets = try items.erase(connection, organization, file: id, at: now)
            let leftovers = try endWork(connection, organization, .content(file.content.id, of: datasets), now)
            try files.purge(connection, organization, file, by: principal.member, at: now)
            if try files.isUsed(connection, organization, content: file.content.id) { return (leftovers, datasets) }
            try contents.delete(connection, organization, file.content.id)
            let content = file.content
            let blobs = [content.sha256, content.textSHA256, content.rowsSHA256, content.segmentSHA256, content.vectorsSHA256]
            return (leftovers + blobs.compactMap { $0 }, datasets)
        }
        // The bytes first: a search that still saw the file cannot make a new copy of them once the old ones are gone.
        try await sweep.erase(nameless, of: organization)
        await forgetIndexes(datasets, organization)
    }

    /// The dataset behind a resource, if the resource is the caller's and anything was ever linked to it.
    private func existingDataset(_ connection: any Connection, _ principal: Principal, _ resource: FileResource) throws -> DatasetID? {
        switch resource {
        case .dataset(let id): return try datasets.find(connection, principal.organization, id)?.id
        case .chat(let id):
            guard try datasets.ownsChat(connection, principal.organization, principal.member, id) else { return nil }
            return try datasets.attached(connection, principal.organization, to: id)
        }
    }

    /// The dataset behind a resource; a chat's hidden one is made on first use.
    private func dataset(
        _ connection: any Connection, _ principal: Principal, _ resource: FileResource, namedAt location: [String], at now: Timestamp
    ) throws -> DatasetID {
        let organization = principal.organization
        if case .chat(let id) = resource, try datasets.ownsChat(connection, organization, principal.member, id) {
            let hidden = Dataset(
                id: .make(at: now), organization: organization, name: "Files of chat \(id)", description: nil, consentForTraining: false,
                version: 0, createdBy: principal.member, createdAt: now, updatedAt: now)
            try datasets.insert(connection, organization, hidden, chat: id)
        }
        guard let found = try existingDataset(connection, principal, resource) else {
            let kind = if case .dataset = resource { "dataset" } else { "chat" }
            throw PlatformError.invalid(location, "\(location.last ?? "resource") names no \(kind) of yours.", kind: .notFound)
        }
        return found
    }

    private static let unknown = PlatformError.notFound("File not found.")

    private static func require(_ file: File?) throws -> File {
        guard let file else { throw unknown }
        return file
    }
}

/// Stored bytes, ready to be streamed out.
package struct FileBytes: Sendable {
    /// Bytes read at a time.
    static let chunkSize = 64 * 1024

    package let size: Int64
    private let blobs: BlobStore
    private let key: BlobKey

    init(blobs: BlobStore, organization: OrganizationID, sha256: String) throws {
        self.blobs = blobs
        key = BlobKey(organization: organization.text, sha256: sha256)
        size = try blobs.size(key)
    }

    package var chunks: AsyncThrowingStream<[UInt8], any Error> { blobs.read(key, range: nil, chunkSize: Self.chunkSize) }
}

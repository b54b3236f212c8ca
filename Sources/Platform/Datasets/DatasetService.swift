package import Storage

/// Removes whatever copies of the datasets' passages searches have made: they hold what was just erased.
package typealias ForgetIndexes = @Sendable ([DatasetID], OrganizationID) async -> Void

/// Datasets: make, read, change, delete.
package struct DatasetService: Sendable {
    private let database: any Database
    private let clock: any Clock
    private let forgetIndexes: ForgetIndexes
    private let repository = DatasetRepository()
    private let endWork: EndWork

    package init(database: any Database, clock: any Clock, endWork: @escaping EndWork, forgetIndexes: @escaping ForgetIndexes) {
        self.database = database
        self.clock = clock
        self.endWork = endWork
        self.forgetIndexes = forgetIndexes
    }

    /// Makes an empty dataset at version 0.
    package func create(_ draft: DatasetDraft, for principal: Principal, receipt: ReplyReceipt<Dataset>?) async throws -> Dataset {
        let repository = repository
        let now = clock.now
        let dataset = Dataset(
            id: .make(at: now), organization: principal.organization, name: draft.name, description: draft.description,
            consentForTraining: draft.consentForTraining, version: 0, createdBy: principal.member, createdAt: now, updatedAt: now)
        return try await database.write { connection in
            try repository.insert(connection, principal.organization, dataset)
            try receipt?.finish(dataset, on: connection)
            return dataset
        }
    }

    package func page(_ request: PageRequest, for principal: Principal) async throws -> Page<Dataset> {
        let repository = repository
        return try await database.read { try repository.page($0, principal.organization, request) }
    }

    /// - Throws: `PlatformError.notFound`.
    package func get(_ id: DatasetID, for principal: Principal) async throws -> Dataset {
        let repository = repository
        return try await database.read { try Self.require(repository.find($0, principal.organization, id)) }
    }

    /// - Throws: `PlatformError.notFound`.
    package func update(
        _ id: DatasetID, _ changes: DatasetChanges, for principal: Principal, receipt: ReplyReceipt<Dataset>?
    ) async throws -> Dataset {
        let repository = repository
        let now = clock.now
        return try await database.write { connection in
            let current = try Self.require(repository.find(connection, principal.organization, id))
            try repository.update(
                connection, principal.organization, id, name: changes.name.merged(into: current.name),
                description: changes.description.merged(into: current.description), at: now)
            let updated = try Self.require(repository.find(connection, principal.organization, id))
            try receipt?.finish(updated, on: connection)
            return updated
        }
    }

    /// Deletes the dataset, detaches it from every model and stops its run. Its files stay files.
    ///
    /// - Throws: `PlatformError.notFound`, the second time too.
    package func delete(_ id: DatasetID, for principal: Principal) async throws {
        let (repository, endWork) = (repository, endWork)
        let now = clock.now
        try await database.write { connection in
            guard try repository.delete(connection, principal.organization, id, at: now) else { throw Self.unknown }
            _ = try endWork(connection, principal.organization, .dataset(id), now)
        }
        await forgetIndexes([id], principal.organization)
    }

    private static let unknown = PlatformError.notFound("Dataset not found.")

    private static func require(_ dataset: Dataset?) throws -> Dataset {
        guard let dataset else { throw unknown }
        return dataset
    }
}

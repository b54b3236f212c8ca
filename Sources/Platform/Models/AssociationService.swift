package import Storage

/// Which datasets a model reads.
package struct AssociationService: Sendable {
    /// Entries of one batch.
    package static let batchSizes = 1...50
    package static let priorities = 0...100
    /// The only use of a dataset so far (seed 000).
    package static let usageType = "rag"

    private let database: any Database
    private let clock: any Clock
    private let repository = AssociationRepository()
    private let models = ModelRepository()
    private let datasets = DatasetRepository()
    private let vectorDemand: VectorDemand

    package init(database: any Database, clock: any Clock, vectorDemand: VectorDemand) {
        self.database = database
        self.clock = clock
        self.vectorDemand = vectorDemand
    }

    /// - Throws: `PlatformError.notFound` for the model, `invalid` for the dataset, `conflict` when they are associated already.
    package func create(
        _ draft: AssociationDraft, on model: ModelID, for principal: Principal, receipt: ReplyReceipt<Association>?
    ) async throws -> Association {
        let (repository, vectorDemand, now) = (repository, vectorDemand, clock.now)
        let association = try await database.write { connection in
            try self.requireModel(connection, principal, model)
            try self.check(connection, principal, draft, at: ["body"])
            let association = Self.association(draft, model, at: now)
            guard try repository.insert(connection, principal.organization, association) else {
                throw PlatformError.conflict(
                    "The model uses this dataset already: change the association with PATCH.", retryAfterSeconds: nil)
            }
            try vectorDemand.ask(connection, principal.organization, for: draft.dataset, at: now)
            try receipt?.finish(association, on: connection)
            return association
        }
        await vectorDemand.wasAsked()
        return association
    }

    /// Makes what is not there yet; what is there is skipped, not failed.
    package func createBatch(
        _ drafts: [AssociationDraft], on model: ModelID, for principal: Principal, receipt: ReplyReceipt<AssociationBatch>?
    ) async throws -> AssociationBatch {
        let (repository, vectorDemand, now) = (repository, vectorDemand, clock.now)
        let batch = try await database.write { connection in
            try self.requireModel(connection, principal, model)
            var issues: [FieldIssue] = []
            for (index, draft) in drafts.enumerated() {
                do {
                    try self.check(connection, principal, draft, at: ["body", "datasets", "\(index)"])
                } catch PlatformError.invalid(let found) {
                    issues += found
                }
            }
            if !issues.isEmpty { throw PlatformError.invalid(issues) }
            var created: [Association] = []
            var skipped: [AssociationBatch.Skipped] = []
            for draft in drafts {
                let association = Self.association(draft, model, at: now)
                if try repository.insert(connection, principal.organization, association) {
                    created.append(association)
                    try vectorDemand.ask(connection, principal.organization, for: draft.dataset, at: now)
                } else {
                    skipped.append(.init(dataset: draft.dataset, reason: "The model uses this dataset already."))
                }
            }
            let batch = AssociationBatch(created: created, skipped: skipped)
            try receipt?.finish(batch, on: connection)
            return batch
        }
        await vectorDemand.wasAsked()
        return batch
    }

    /// One page, and how many there are in all.
    package func page(
        _ request: PageRequest, of model: ModelID, for principal: Principal
    ) async throws -> (page: Page<Association>, total: Int) {
        let repository = repository
        return try await database.read { connection in
            try self.requireModel(connection, principal, model)
            return (
                try repository.page(connection, principal.organization, model, request),
                try repository.count(connection, principal.organization, model)
            )
        }
    }

    /// - Throws: `PlatformError.notFound`, `invalid` for a snapshot that does not exist.
    package func update(
        _ model: ModelID, _ dataset: DatasetID, _ changes: AssociationChanges, for principal: Principal, receipt: ReplyReceipt<Association>?
    ) async throws -> Association {
        let (repository, now) = (repository, clock.now)
        return try await database.write { connection in
            try self.requireModel(connection, principal, model)
            guard let current = try repository.find(connection, principal.organization, model, dataset) else { throw Self.unknown }
            if changes.snapshotID.given != nil { throw PlatformError.invalid([Self.unknownSnapshot(at: ["body"])]) }
            let updated = Association(
                model: model, dataset: dataset, usageType: changes.usageType.merged(into: current.usageType),
                priority: changes.priority.merged(into: current.priority), createdAt: current.createdAt, updatedAt: now)
            try repository.update(connection, principal.organization, updated)
            try receipt?.finish(updated, on: connection)
            return updated
        }
    }

    /// - Throws: `PlatformError.notFound`.
    package func delete(_ model: ModelID, _ dataset: DatasetID, for principal: Principal) async throws {
        let repository = repository
        try await database.write { connection in
            try self.requireModel(connection, principal, model)
            guard try repository.delete(connection, principal.organization, model, dataset) else { throw Self.unknown }
        }
    }

    private static let unknown = PlatformError.notFound("Association not found.")

    private static func association(_ draft: AssociationDraft, _ model: ModelID, at now: Timestamp) -> Association {
        Association(
            model: model, dataset: draft.dataset, usageType: draft.usageType, priority: draft.priority, createdAt: now, updatedAt: now)
    }

    private static func unknownSnapshot(at location: [String]) -> FieldIssue {
        FieldIssue(
            location: location + ["datasetSnapshotId"], message: "datasetSnapshotId names no snapshot of this dataset.", kind: .notFound)
    }

    private func requireModel(_ connection: any Connection, _ principal: Principal, _ model: ModelID) throws {
        guard try models.find(connection, principal.organization, model) != nil else { throw PlatformError.notFound("Model not found.") }
    }

    private func check(_ connection: any Connection, _ principal: Principal, _ draft: AssociationDraft, at location: [String]) throws {
        var issues: [FieldIssue] = []
        if try datasets.find(connection, principal.organization, draft.dataset) == nil {
            issues.append(FieldIssue(location: location + ["datasetId"], message: "datasetId names no dataset of yours.", kind: .notFound))
        }
        if draft.snapshotID != nil { issues.append(Self.unknownSnapshot(at: location)) }
        if !issues.isEmpty { throw PlatformError.invalid(issues) }
    }
}

import Storage

/// Lets datasets have the vectors that were not made when their files came in: of the rows of a table, which are encoded when the dataset
/// is first searched or associated with a model, and of everything after the encoder changed.
package struct VectorDemand: Sendable {
    /// The family that vectors must be of; nil without an encoder, and then nothing is ever asked for.
    let family: String?
    private let jobEnqueued: @Sendable () async -> Void
    private let datasets = DatasetRepository()
    private let jobs = JobRepository()

    package init(family: String?, jobEnqueued: @escaping @Sendable () async -> Void) {
        self.family = family
        self.jobEnqueued = jobEnqueued
    }

    /// Asks for the vectors of everything in the dataset, now and in future. While a job for that waits or runs, no second one is made.
    func ask(_ connection: any Connection, _ organization: OrganizationID, for dataset: DatasetID, at now: Timestamp) throws {
        if family == nil { return }
        try datasets.wantVectors(connection, organization, dataset)
        try jobs.enqueue(
            connection, organization, kind: EncodingJob.kind, uniqueKey: dataset.text, payload: dataset.text, at: now)
    }

    /// Whether what was asked for the dataset is still being worked on.
    func isUnderWay(_ connection: any Connection, _ organization: OrganizationID, for dataset: DatasetID) throws -> Bool {
        try jobs.isUnderWay(connection, organization, kind: EncodingJob.kind, uniqueKey: dataset.text)
    }

    /// To be called after the transaction that asked.
    func wasAsked() async { if family != nil { await jobEnqueued() } }
}

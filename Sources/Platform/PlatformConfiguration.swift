package import Ingestion

/// What an installation decides.
package struct PlatformConfiguration: Sendable {
    package var catalogue = Catalogue(configured: [])
    package var requestsPerMinutePerMember = 60
    package var requestsPerMinutePerOrganization = 300
    /// Bytes of one uploaded file at most.
    package var mostUploadBytes: Int64 = 50 * 1024 * 1024
    /// Jobs that this process runs at once.
    package var jobConcurrency = 2
    package var extractionLimits = ExtractionLimits()
    /// A passage qualifies for an answer with this cosine to the question, 0 to 1 …
    package var minimumCosine = 0.25
    /// … or with this share of the question's idf mass, 0 to 1.
    package var minimumMatchedShare = 0.5
    /// Whether imports, publishing and webhooks may visit addresses that are not public.
    package var allowsPrivateNetwork = false
    /// Where datasets are imported from and published to by name.
    package var sites = RemoteSites()
    /// Bytes of one table that comes by a presigned URL or an import (contract B §3.5).
    package var mostDatasetBytes: Int64 = 2_147_483_648
    /// The address that clients use, without a slash at its end; nil when nobody said.
    package var publicURL: String?
    /// Whether an imported dataset without a run is `awaiting_input` rather than `pending` where that word is allowed (contract B §6 row 1).
    package var showsAwaitingInput = false
    /// The system model that generates in runs; nil for none.
    package var generator: String?
    /// Rows of one run that are asked for at the same time.
    package var generatorConcurrency = RowGenerator.defaultConcurrency
    /// From this similarity on rows count as the same, 0.5 to 1.
    package var deduplicationThreshold = 0.9
    package var faults = Faults.none
    /// How a retry of a run is waited for; tests do not wait.
    package var sleep: Sleep = { try await Task.sleep(for: $0) }

    package init() {}
}

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
    package var faults = Faults.none

    package init() {}
}

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
    package var faults = Faults.none

    package init() {}
}

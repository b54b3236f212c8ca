import Logging

/// What has to be tidied from time to time. Every process does it; all of it is safe to do twice.
struct Maintenance: Sendable {
    static let interval = Duration.seconds(10)
    static let blobSweepInterval = Duration.seconds(60 * 60)
    /// How long a throw-away chat lives after its last turn.
    static let ephemeralLife = Duration.seconds(60 * 60)
    /// How long the flushed events of an ended turn are kept for clients that come back late.
    static let eventLife = Duration.seconds(10 * 60)

    /// How long an upload that nobody completed is kept after its URL expired.
    static let staleUploadLife = Duration.seconds(24 * 60 * 60)

    let turns: TurnService
    let uploads: UploadService
    let blobSweep: BlobSweep
    let idempotency: IdempotencyService
    let logger: Logger

    func run() async {
        var nextBlobSweep = ContinuousClock.now
        while (try? await Task.sleep(for: Self.interval)) != nil {
            do {
                if ContinuousClock.now >= nextBlobSweep {
                    nextBlobSweep = ContinuousClock.now + Self.blobSweepInterval
                    try await uploads.forget(expiredFor: Self.staleUploadLife)
                    try await blobSweep.run()
                }
                try await turns.recover(all: false)
                try await turns.forget(eventsOlderThan: Self.eventLife, throwAwayChatsOlderThan: Self.ephemeralLife)
                try await idempotency.sweep()
            } catch {
                logger.warning("maintenance failed and will be tried again", metadata: ["error": "\(error)"])
            }
        }
    }
}

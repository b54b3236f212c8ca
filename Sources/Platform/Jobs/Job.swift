package enum JobSubject {}
package typealias JobID = Identifier<JobSubject>

/// One piece of durable background work.
package struct Job: Sendable, Hashable {
    /// Where a job stands; `succeeded`, `failed` and `cancelled` are final.
    package enum State: String, Sendable { case available, running, succeeded, failed, cancelled }

    package let id: JobID
    package let organization: OrganizationID
    /// What is to be done; chooses the handler.
    package let kind: String
    /// What it is to be done to, in the handler's own words (usually an id).
    package let payload: String
    package let state: State
    /// How often it was begun, this time included.
    package let attempt: Int
    /// How often its process died while it ran.
    package let crashes: Int
    /// The worker that holds it, while it runs.
    package let worker: String?
    /// 0 to 100.
    package let progress: Int
    package let lastError: String?
}

/// How a job ends that should not be tried again.
package struct JobRefusal: Error, Sendable {
    /// A sentence for whoever asked for the work.
    package let reason: String

    package init(_ reason: String) { self.reason = reason }
}

/// Why an attempt came to nothing that may succeed later. If no later one does, this is why the job failed.
package struct JobRetry: Error, Sendable, CustomStringConvertible {
    /// A sentence for whoever asked for the work.
    package let description: String

    package init(_ reason: String) { description = reason }
}

/// What is told of a job that the server gave up although nothing was wrong with what was asked.
enum JobFailure {
    private static let beginning = "The server gave this up"

    /// The process died in it too often.
    static func died(_ times: Int) -> String { "\(beginning): its process ended \(times) times while it worked on it. Try again." }

    /// It failed too often, for reasons that the log tells.
    static func failed(_ attempts: Int) -> String { "\(beginning) after \(attempts) attempts. Try again." }

    /// Whether a reason that was written down is one of these, and no fault of what was asked.
    static func isOurs(_ reason: String) -> Bool { reason.hasPrefix(beginning) }
}

/// The job's lease went to another worker: whatever this one did must not be published.
package struct JobLeaseLost: Error, Sendable {}

package enum PublicationSubject {}
package typealias PublicationID = Identifier<PublicationSubject>

/// One publishing of a dataset's result to somewhere else, and what became of it.
package struct Publication: Sendable, Hashable {
    /// `queued` waits for its job; the last two are final.
    package enum State: String, Sendable { case queued, running, succeeded, failed }

    package let id: PublicationID
    package let dataset: DatasetID
    package let target: String
    /// As the caller said it, checked when it was taken in.
    let spec: [String: JSONValue]
    package let state: State
    /// What happened, in a sentence; nil before the end.
    package let message: String?
    /// Where people find it.
    package let url: String?
    package let createdAt: Timestamp
    package let finishedAt: Timestamp?
}

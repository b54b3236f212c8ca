/// What the dataset platform shows of a dataset: the same dataset, seen as a table that runs work on (design §7).
package struct DatasetOverview: Sendable {
    /// Derived from runs, imports and contents, never stored.
    package enum Status: String, Sendable, CaseIterable { case pending, running, succeeded, failed }

    /// With the moment when anything about it changed last, its runs included.
    package let dataset: Dataset
    package let status: Status
    /// Rows of the table; nil until everything that was sent is read.
    package let rowCount: Int?
    /// The run that waits or works.
    package let activeRun: Run?
    /// The newest run that ended.
    package let latestRun: Run?
    /// The run whose rows are downloaded (contract B §6 row 10): its evaluation is the dataset's. The newest that ended where none wrote rows.
    package let resultRun: Run?
    /// Why the status is `failed`; a warning when the latest run lost some rows.
    package let failure: DatasetFailure?

    /// Whether it was imported and nobody launched anything yet: some clients call that awaiting input (contract B §6 row 1).
    package var awaitsInput: Bool { status == .pending && rowCount != nil && activeRun == nil }
}

/// Why a dataset is not what its owner wanted, with one of the documented codes (contract B §4.9).
package struct DatasetFailure: Sendable, Hashable {
    /// The codes; their meanings are documented in docs/datasets.md.
    package enum Code: String, Sendable, Hashable {
        case unreadable = "E0100"
        case empty = "E0101"
        case columnsDiffer = "E0102"
        case unreachable = "E0103"
        case mappingFitsNoRow = "E0200"
        case generatorFailed = "E0201"
        case interrupted = "E0202"
        case cancelled = "E0203"
        case evaluationFailed = "E0300"
    }

    package let code: Code
    package let message: String
    /// Whether something was lost and the rest is there.
    package let isWarning: Bool

    /// Somebody asked a run to stop.
    static let runCancelled = DatasetFailure(.cancelled, "The run was cancelled.")

    init(_ code: Code, _ message: String, isWarning: Bool = false) {
        self.code = code
        self.message = message
        self.isWarning = isWarning
    }
}

/// Which datasets a list of the dataset platform shows, and in what order.
package struct DatasetListing: Sendable {
    /// What the list is sorted by; ties are broken by id.
    package enum Sort: String, Sendable, CaseIterable {
        case createdAt = "created_at"
        case updatedAt = "updated_at"
        case name
    }

    /// Which end comes first.
    package enum Direction: String, Sendable, CaseIterable { case ascending = "asc", descending = "desc" }

    package var status: DatasetOverview.Status?
    /// True lists only what was imported and waits for a run to be launched, false all but that.
    package var awaitsInput: Bool?
    /// A part of the name, without regard to case.
    package var search: String?
    /// Exclusive bounds.
    package var createdAfter: Timestamp?
    package var createdBefore: Timestamp?
    package var createdBy: MemberID?
    package var sort: Sort = .createdAt
    package var direction: Direction = .descending

    package init() {}

    /// Everything that decides which entries come in which order: a cursor is good for this alone.
    var signature: String {
        let parts: [String?] = [
            status?.rawValue, awaitsInput.map { "\($0)" }, search, createdAfter.map { "\($0.milliseconds)" },
            createdBefore.map { "\($0.milliseconds)" },
            createdBy?.text,
            sort.rawValue, direction.rawValue,
        ]
        return "overview " + parts.map { $0 ?? "" }.joined(separator: "\u{1F}")
    }
}

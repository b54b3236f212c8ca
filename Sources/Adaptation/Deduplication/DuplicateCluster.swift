/// Rows of which one stays.
package struct DuplicateCluster: Sendable, Hashable {
    /// The row that stays: the best-scored one, of equal scores the first.
    package let kept: Int
    /// The rows that go, in ascending order. Each was compared with the kept row itself.
    package let dropped: [DroppedRow]
}

/// A row that goes, and why.
package struct DroppedRow: Sendable, Hashable {
    /// What makes the row a duplicate.
    package enum Reason: String, Sendable, Hashable {
        /// Equal to the kept row after folding.
        case exact
        /// A near duplicate of the kept row.
        case near
    }

    package let row: Int
    /// The row that stays in its place.
    package let kept: Int
    package let reason: Reason
    /// The Jaccard similarity to the kept row, from the threshold to 1; 1 for an exact duplicate.
    package let similarity: Double
}

/// What a search for duplicates found, and what it took.
package struct DuplicateReport: Sendable, Hashable {
    /// In the order of the kept rows.
    package let clusters: [DuplicateCluster]
    /// Pairs of rows whose texts were compared. At most `DuplicateFinder.mostComparisons` for each row.
    package let comparisons: Int
    /// Pairs of rows that met in a band, and whose sketches were compared. At most `DuplicateFinder.mostMeetings` for each row.
    package let meetings: Int
    /// Rows that stay though they met more rows than the limits allow to look at, so that each may be a near duplicate that was left: they come
    /// from tables in which thousands of rows are almost near duplicates of each other. No row went for it that should have stayed.
    package let limitedRows: Int

    /// All rows that go, in ascending order.
    package var dropped: [DroppedRow] { clusters.flatMap(\.dropped).sorted { $0.row < $1.row } }
}

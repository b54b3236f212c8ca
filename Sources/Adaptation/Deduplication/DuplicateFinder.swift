/// Finds the rows of a table that repeat another one: exactly, after folding (`FoldedText`), or nearly (`RowComparison`).
///
/// Rows are added in order; then `finish` compares those that met. What is kept of a row are hashes, not its text: at the default threshold
/// 64 bytes of bands, 128 of a sketch, 16 of a fingerprint and about 20 of tables (below a threshold of 0.85 another 64, below 0.7 another 192). A
/// million different rows took 255 MB when all were added and 321 MB at most, measured. An exact repetition takes 4 bytes. The result depends on
/// nothing but the rows, their order and the scores.
package struct DuplicateFinder: Sendable {
    /// Below this, unrelated rows would meet all the time.
    package static let thresholds = 0.5...1.0
    /// What counts as near unless somebody says otherwise.
    package static let defaultThreshold = 0.9
    /// How many of the rows that stay a row may meet, the latest first, spread over its bands; their sketches are compared.
    package static let mostMeetings = 4096
    /// With how many of those that it met, the most similar sketches first, the text of a row is compared.
    package static let mostComparisons = 16

    let threshold: Double
    let plan: BandPlan
    private var signature: RowSignature
    private var folded = FoldedRow()
    private var fingerprints = FingerprintTable()
    /// For each row the number of its text; rows that are exact duplicates of each other have one text.
    private(set) var texts: [UInt32] = []
    /// `plan.bands` keys for each text.
    private(set) var keys: [UInt32] = []
    /// The sketch of each text.
    private(set) var sketches: [UInt64] = []

    /// - Parameter threshold: the least Jaccard similarity of a near duplicate, brought into 0.5...1; with 1, only exact duplicates are found.
    package init(threshold: Double = DuplicateFinder.defaultThreshold) {
        self.threshold = min(max(threshold, Self.thresholds.lowerBound), Self.thresholds.upperBound)
        plan = BandPlan(threshold: self.threshold)
        signature = RowSignature(plan: plan)
    }

    /// How many rows were added.
    package var count: Int { texts.count }
    /// How many different texts they have.
    var textCount: Int { fingerprints.count }

    /// Adds the next row.
    package mutating func add(_ row: RowText) {
        folded.fold(row)
        let (text, isNew) = fingerprints.number(of: folded.fingerprint())
        texts.append(text)
        if isNew, threshold < 1 { signature.take(folded, keys: &keys, sketch: &sketches) }
    }

    /// Hands over the keys, so that their memory can be used again.
    mutating func takeKeys() -> [UInt32] {
        defer { keys = [] }
        return keys
    }

    /// Compares the rows that met, and says which ones go.
    ///
    /// - Parameters:
    ///   - score: how good a row is, the more the better; asked once for each row that has or may have a duplicate. Not-a-number is the worst.
    ///   - row: the text of a row that was added, as it was then; asked for rows that met another, possibly several times.
    /// - Throws: what `score` or `row` throws.
    package consuming func finish(score: (Int) throws -> Double, row: (Int) throws -> RowText) throws -> DuplicateReport {
        var search = DuplicateSearch(consume self)
        return try search.run(score: score, row: row)
    }
}

/// Numbers fingerprints in the order in which they first come.
struct FingerprintTable {
    private var fingerprints: [FoldedRow.Fingerprint] = []
    /// Places of an open-addressing table: the number of a fingerprint plus one, 0 when free.
    private var slots = [UInt32](repeating: 0, count: 1024)

    var count: Int { fingerprints.count }

    /// The fingerprint's number, and whether it is a new one.
    mutating func number(of fingerprint: FoldedRow.Fingerprint) -> (number: UInt32, isNew: Bool) {
        if 2 * fingerprints.count >= slots.count { grow() }
        var place = Int(truncatingIfNeeded: fingerprint.low) & (slots.count - 1)
        while slots[place] != 0 {
            if fingerprints[Int(slots[place]) - 1] == fingerprint { return (slots[place] - 1, false) }
            place = (place + 1) & (slots.count - 1)
        }
        fingerprints.append(fingerprint)
        slots[place] = UInt32(fingerprints.count)
        return (UInt32(fingerprints.count - 1), true)
    }

    private mutating func grow() {
        slots = Array(repeating: 0, count: 2 * slots.count)
        for (number, fingerprint) in fingerprints.enumerated() {
            var place = Int(truncatingIfNeeded: fingerprint.low) & (slots.count - 1)
            while slots[place] != 0 { place = (place + 1) & (slots.count - 1) }
            slots[place] = UInt32(number + 1)
        }
    }
}

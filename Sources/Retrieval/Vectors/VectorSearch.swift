import CKernels

/// Rows to search: those of a vector file that a mask shows.
package struct VectorUnit: Sendable {
    package var file: VectorFile
    /// The visible rows; nil: all. Rows from the mask's size on are not visible.
    package var mask: PassageMask?
    /// The class of priority this unit belongs to, from 0.
    package var group: Int
    /// Decides between equal cosines; nil for the order of units and rows.
    package var order: PassageOrder?

    package init(file: VectorFile, mask: PassageMask? = nil, group: Int = 0, order: PassageOrder? = nil) {
        self.file = file
        self.mask = mask
        self.group = group
        self.order = order
    }

    /// The rows that can be visible.
    var rows: Int { min(file.count, mask?.size ?? .max) }
}

/// A row near the query.
package struct VectorHit: Sendable, Hashable {
    /// The index into the units searched.
    package var unit: Int
    package var row: Int
    /// The dot product of query and row: between vectors of length 1 their cosine, -1 to 1.
    package var cosine: Float

    package init(unit: Int, row: Int, cosine: Float) {
        self.unit = unit
        self.row = row
        self.cosine = cosine
    }
}

/// Exact search for the nearest rows: all visible rows are scanned as 8-bit codes, the best of which are scored again from the vectors. When
/// so many rows lie close together that one that was left out might belong among the best, a second pass lets more through.
package enum VectorSearch {
    /// At least so many rows of a group are scored again.
    static let fewestCandidates = 40
    /// And at least so many for each hit that is wanted.
    static let candidatesForEachHit = 4
    /// So many times more are in the second pass.
    static let widening = 32
    /// Fewer rows than this for each thread are not worth waking it.
    static let rowsForEachChunk = 16 * 1024
    static let maximumChunks = 2

    /// The best `limit` visible rows of each of the groups 0 to `groups` - 1, best first; of equal cosines the earlier by the
    /// units' order. The query has length 1 (L2). Units of another group or of other dimensions than the query's are passed over; a query with
    /// components that are not finite finds nothing. Large searches use a second thread. Blocks until done: reading may touch the disk.
    package static func search(_ query: [Float], in units: [VectorUnit], limit: Int, groups: Int = 1) -> [[VectorHit]] {
        search(query, in: units, limit: limit, groups: groups, kernel: .best)
    }

    /// The same with a kernel that the processor must support, and in a number of pieces instead of what the number of rows suggests.
    package static func search(
        _ query: [Float], in units: [VectorUnit], limit: Int, groups: Int, kernel: VectorKernel, chunks: Int? = nil
    ) -> [[VectorHit]] {
        let nothing = [[VectorHit]](repeating: [], count: max(0, groups))
        guard limit > 0, groups > 0, let question = VectorQuestion(query, kernel: kernel) else { return nothing }
        var sizes = [Int](repeating: 0, count: groups)
        for unit in units where sizes.indices.contains(unit.group) { sizes[unit.group] += unit.rows }
        guard let largest = sizes.max(), largest > 0 else { return nothing }
        let wanted = min(limit, largest)
        let chunks = chunks ?? min(maximumChunks, max(1, sizes.reduce(0, +) / rowsForEachChunk))
        func pass(_ candidates: Int, floors: [Float]) -> [VectorRanking] {
            let scan = VectorScan(units: units, question: question, capacities: sizes.map { min($0, candidates) })
            return scan.candidates(chunks: chunks, floors: floors).map { found in
                VectorRanking(found, isEverything: found.count < candidates, of: units, question, limit: wanted)
            }
        }
        let candidates = max(fewestCandidates, candidatesForEachHit * wanted)
        let first = pass(candidates, floors: [Float](repeating: -.infinity, count: groups))
        if first.allSatisfy(\.isSettled) { return first.map(\.hits) }
        let second = pass(widening * candidates, floors: first.map(\.floor))
        return zip(first, second).map { $0.isSettled ? $0.hits : $1.hits }
    }
}

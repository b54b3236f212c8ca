import CKernels

/// The best of one group's candidates by their vectors.
struct VectorRanking {
    /// Best first.
    let hits: [VectorHit]
    /// A row whose codes score no more than this cannot belong among the hits. Infinite when no row outside of the candidates can.
    let floor: Float

    /// Whether the hits are the best of all visible rows, not of the candidates alone.
    var isSettled: Bool { floor == .infinity }

    /// Ranks candidates, which come best first by their codes; `isEverything` when no visible row is missing among them.
    init(_ candidates: [ScanHit], isEverything: Bool, of units: [VectorUnit], _ question: VectorQuestion, limit: Int) {
        func place(_ hit: VectorHit) -> Int {
            units[hit.unit].order?.place(of: hit.row) ?? PassageOrder.natural(unit: hit.unit, passage: hit.row)
        }
        let sorted = candidates.compactMap { question.rescored($0, in: units) }.sorted {
            $0.cosine != $1.cosine ? $0.cosine > $1.cosine : place($0) < place($1)
        }
        hits = Array(sorted.prefix(limit))
        if let last = hits.last, let worst = candidates.last, !isEverything {
            let needed = (last.cosine - question.uncertainty(worst, in: units)) / question.scale
            // Not a number after a query of zeros, or in a file made to confuse: then every row may belong.
            floor = worst.score <= needed ? .infinity : needed.isNaN ? -.infinity : needed.nextDown
        } else {
            floor = .infinity
        }
    }
}

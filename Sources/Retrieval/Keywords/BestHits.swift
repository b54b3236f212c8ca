/// The best of many hits: a heap whose root is the worst that is kept. Of equal scores the earlier hit is the better one.
struct BestHits {
    private let limit: Int
    private var heap = [KeywordHit]()

    init(limit: Int) {
        self.limit = limit
    }

    /// A hit that comes later in the order of segment and passage than all before is kept if its score is above this.
    var threshold: Double { heap.count < limit ? 0 : heap.first?.score ?? .infinity }

    /// Best first.
    var sorted: [KeywordHit] { heap.sorted { Self.isBetter($0, $1) } }

    mutating func offer(_ hit: KeywordHit) {
        if heap.count < limit {
            heap.append(hit)
            var child = heap.count - 1
            while child > 0, Self.isBetter(heap[(child - 1) / 2], heap[child]) {
                heap.swapAt(child, (child - 1) / 2)
                child = (child - 1) / 2
            }
        } else if !heap.isEmpty, Self.isBetter(hit, heap[0]) {
            heap[0] = hit
            var parent = 0
            while true {
                var worst = 2 * parent + 1
                guard worst < heap.count else { return }
                if worst + 1 < heap.count, Self.isBetter(heap[worst], heap[worst + 1]) { worst += 1 }
                guard Self.isBetter(heap[parent], heap[worst]) else { return }
                heap.swapAt(parent, worst)
                parent = worst
            }
        }
    }

    private static func isBetter(_ left: KeywordHit, _ right: KeywordHit) -> Bool {
        if left.score != right.score { return left.score > right.score }
        return (left.segment, left.passage) < (right.segment, right.passage)
    }
}

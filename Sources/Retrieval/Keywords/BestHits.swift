/// The best of many hits: a heap whose root is the worst that is kept. Of equal scores the one with the earlier place is the better one.
struct BestHits {
    private struct Entry {
        let hit: KeywordHit
        let place: Int
    }

    private let limit: Int
    private var heap = [Entry]()

    init(limit: Int) {
        self.limit = limit
    }

    /// Only a hit whose score is above this may be kept.
    var threshold: Double { heap.count < limit ? 0 : heap.first?.hit.score.nextDown ?? .infinity }

    /// Best first.
    var sorted: [KeywordHit] { heap.sorted { Self.isBetter($0, $1) }.map(\.hit) }

    mutating func offer(_ hit: KeywordHit, place: Int) {
        let entry = Entry(hit: hit, place: place)
        if heap.count < limit {
            heap.append(entry)
            var child = heap.count - 1
            while child > 0, Self.isBetter(heap[(child - 1) / 2], heap[child]) {
                heap.swapAt(child, (child - 1) / 2)
                child = (child - 1) / 2
            }
        } else if !heap.isEmpty, Self.isBetter(entry, heap[0]) {
            heap[0] = entry
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

    private static func isBetter(_ left: Entry, _ right: Entry) -> Bool {
        left.hit.score != right.hit.score ? left.hit.score > right.hit.score : left.place < right.place
    }
}

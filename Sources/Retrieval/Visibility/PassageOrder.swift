/// Where the passages of one unit stand in an order of all passages that does not depend on how they are divided into units: it decides
/// between hits that are equally good, so that merging units changes no result.
package struct PassageOrder: Sendable, Hashable {
    /// The first passage of each run, ascending.
    private let starts: [Int]
    /// The place of each run's first passage; within a run places follow each other.
    private let places: [Int]

    /// An order of runs of passages: where each begins in the unit, ascending, and which place its first passage has.
    package init(runs: [(start: Int, place: Int)]) {
        starts = runs.map(\.start)
        places = runs.map(\.place)
    }

    /// The place of a passage; one before the first run stands before all others.
    package func place(of passage: Int) -> Int {
        var low = 0
        var high = starts.count
        while low < high {
            let middle = (low + high) / 2
            if starts[middle] <= passage { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? -1 : places[low - 1] + passage - starts[low - 1]
    }

    /// The place of a passage of a unit without an order of its own: by unit, then by passage.
    static func natural(unit: Int, passage: Int) -> Int { unit << 32 + passage }
}

import Retrieval
import Synchronization

/// The units that one search goes over, in groups of datasets: each visible content once, in the first group that has it.
final class SearchPlan: Sendable {
    let keywordUnits: [KeywordUnit]
    let vectorUnits: [VectorUnit]
    let groups: Int
    /// For each vector unit the keyword unit of the same passages, and the reverse, nil where vectors are pending.
    let keywordUnit: [Int]
    let vectorUnit: [Int?]
    private let parts: [[DatasetIndex.VisibleUnit.VisiblePart]]
    private let contents: [[VisibleContent]]

    init(_ groups: [[DatasetIndex]]) {
        var keywordUnits: [KeywordUnit] = []
        var vectorUnits: [VectorUnit] = []
        var keywordUnit: [Int] = []
        var vectorUnit: [Int?] = []
        var parts: [[DatasetIndex.VisibleUnit.VisiblePart]] = []
        var contents: [[VisibleContent]] = []
        var seen: Set<ContentID> = []
        var next = 0
        for (group, indexes) in groups.enumerated() {
            for index in indexes {
                let isNew = index.contents.map { seen.insert($0.content).inserted }
                let places = Self.places(of: index, from: &next)
                for visible in index.units {
                    let fresh = visible.parts.filter { isNew[$0.content] }
                    if fresh.isEmpty { continue }
                    let isSame = fresh.count == visible.parts.count
                    let size = visible.unit.segment.passageCount
                    let mask = isSame ? visible.mask : PassageMask(size: size, visible: fresh.map(\.passages))
                    let order = PassageOrder(runs: fresh.map { ($0.passages.lowerBound, places[$0.content]) })
                    if let vectors = visible.unit.vectors {
                        vectorUnit.append(vectorUnits.count)
                        keywordUnit.append(keywordUnits.count)
                        vectorUnits.append(VectorUnit(file: vectors, mask: mask, group: group, order: order))
                    } else {
                        vectorUnit.append(nil)
                    }
                    keywordUnits.append(KeywordUnit(segment: visible.unit.segment, mask: mask, group: group, order: order))
                    parts.append(fresh)
                    contents.append(index.contents)
                }
            }
        }
        self.groups = groups.count
        self.keywordUnits = keywordUnits
        self.vectorUnits = vectorUnits
        self.keywordUnit = keywordUnit
        self.vectorUnit = vectorUnit
        self.parts = parts
        self.contents = contents
    }

    /// Where the passages of each content begin in the order in which the contents were added, whatever units they are in.
    private static func places(of index: DatasetIndex, from next: inout Int) -> [Int] {
        var counts = [Int](repeating: 0, count: index.contents.count)
        for part in index.units.flatMap(\.parts) { counts[part.content] = part.passages.count }
        return counts.map { count in
            defer { next += count }
            return next
        }
    }

    /// The content that a passage of a unit belongs to, and the passage's number in it; nil for one that is not visible.
    func content(ofPassage passage: Int, in unit: Int) -> (content: VisibleContent, passage: Int)? {
        let parts = parts[unit]
        var low = 0
        var high = parts.count
        while low < high {
            let middle = (low + high) / 2
            if parts[middle].passages.upperBound <= passage { low = middle + 1 } else { high = middle }
        }
        guard low < parts.count, parts[low].passages.contains(passage) else { return nil }
        return (contents[unit][parts[low].content], passage - parts[low].passages.lowerBound)
    }
}

/// Plans made lately, so that a search over many datasets need not put its units together each time.
final class SearchPlans: Sendable {
    /// Plans kept; all are forgotten beyond.
    static let mostPlans = 64

    private let plans = Mutex<[[[ObjectIdentifier]]: (plan: SearchPlan, indexes: [[DatasetIndex]])]>([:])

    /// The plan over these indexes. The indexes are kept with it: while they live, nothing else can have their identity.
    func plan(_ groups: [[DatasetIndex]]) -> SearchPlan {
        let key = groups.map { $0.map { ObjectIdentifier($0) } }
        if let known = plans.withLock({ $0[key]?.plan }) { return known }
        let plan = SearchPlan(groups)
        plans.withLock { plans in
            if plans.count >= Self.mostPlans { plans.removeAll() }
            plans[key] = (plan, groups)
        }
        return plan
    }

    /// Lets go of what the plans hold open.
    func forgetAll() { plans.withLock { $0.removeAll() } }
}

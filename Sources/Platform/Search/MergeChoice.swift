import Retrieval

/// Which units of a dataset are worth merging. Small ones are merged when they are many, and a larger one joins only when the smaller ones
/// together are its size: so a passage is copied a number of times that grows with the logarithm of the dataset.
enum MergeChoice {
    /// So many units a dataset may have before small ones are merged.
    static let mostUnits = 16
    /// The least units merged at once.
    static let fewestMerged = 8
    /// Passages of a merged unit at most.
    static let mostPassages = 1_000_000
    /// A merged unit of which less than this share is still visible is written anew without the rest.
    static let wornShare = 0.75

    /// The units to merge into one now; nil when all is well.
    static func next(_ units: [DatasetIndex.VisibleUnit]) -> [DatasetIndex.VisibleUnit]? {
        if let worn = units.first(where: isWorn) { return [worn] }
        let alike = Dictionary(grouping: units) { Kind(language: $0.unit.segment.language, family: $0.unit.vectors?.family) }
        let choices = alike.values.compactMap { smallest(of: $0) }
        return choices.max { $0.count < $1.count }
    }

    /// What can be in one unit.
    private struct Kind: Hashable {
        let language: Language
        let family: String?
    }

    private static func isWorn(_ unit: DatasetIndex.VisibleUnit) -> Bool {
        unit.mask != nil && Double(unit.visiblePassages) < wornShare * Double(unit.unit.segment.passageCount)
    }

    private static func smallest(of units: [DatasetIndex.VisibleUnit]) -> [DatasetIndex.VisibleUnit]? {
        guard units.count > mostUnits else { return nil }
        var chosen: [DatasetIndex.VisibleUnit] = []
        var passages = 0
        for unit in units.sorted(by: { $0.visiblePassages < $1.visiblePassages }) {
            if chosen.count >= fewestMerged, unit.visiblePassages > passages { break }
            if passages + unit.visiblePassages > mostPassages { break }
            chosen.append(unit)
            passages += unit.visiblePassages
        }
        return chosen.count >= fewestMerged ? chosen : nil
    }
}

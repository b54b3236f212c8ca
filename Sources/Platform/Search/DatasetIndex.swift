import Retrieval

/// All that a search can see of one dataset in one state: exactly the passages of the contents that are visible then. Never changed.
final class DatasetIndex: Sendable {
    /// A unit, and which of its passages are to be seen.
    struct VisibleUnit: Sendable {
        /// The passages of one visible content within a unit.
        struct VisiblePart: Sendable {
            let passages: Range<Int>
            /// Index into `contents`.
            let content: Int
        }

        let unit: IndexUnit
        /// Nil when everything is visible.
        let mask: PassageMask?
        /// In the order of their passages.
        let parts: [VisiblePart]

        var visiblePassages: Int { mask?.count ?? unit.segment.passageCount }
    }

    let state: DatasetState
    let contents: [VisibleContent]
    let units: [VisibleUnit]
    /// Whether some visible content has no vectors that the encoder's can be compared with.
    let lacksVectors: Bool

    /// Puts together what is visible.
    ///
    /// - Parameters:
    ///   - family: the encoder's; nil without one.
    ///   - known: units that are open already; those that hold nothing visible are left out.
    ///   - open: opens a content's own files, where no known unit has them. Blocks.
    init(
        state: DatasetState, contents visible: [VisibleContent], family: String?, known: [IndexUnit],
        open: (VisibleContent) throws -> IndexUnit
    ) rethrows {
        // Bytes that several files share count once, and the first file cites them.
        var seen: Set<ContentID> = []
        let contents = visible.filter { seen.insert($0.content).inserted }
        self.state = state
        self.contents = contents
        lacksVectors = family.map { family in contents.contains { !$0.hasVectors(of: family) } } ?? false

        var wanted = Dictionary(grouping: contents.indices.reversed()) { contents[$0].segmentSHA256 }
        var units: [VisibleUnit] = []
        for unit in known {
            let parts = unit.parts.compactMap { part in
                Self.take(part, unit.vectors?.family, from: &wanted, contents, family)
            }
            if !parts.isEmpty { units.append(Self.visible(unit, parts)) }
        }
        for index in wanted.values.joined().sorted() {
            let unit = try open(contents[index])
            units.append(Self.visible(unit, [.init(passages: 0..<unit.segment.passageCount, content: index)]))
        }
        self.units = units
    }

    /// Takes the content that a part of a unit holds, if it is visible, no other unit has it, and it has vectors as the unit has.
    private static func take(
        _ part: IndexUnit.Member, _ unitFamily: String?, from wanted: inout [String: [Int]], _ contents: [VisibleContent], _ family: String?
    ) -> VisibleUnit.VisiblePart? {
        guard let index = wanted[part.segmentSHA256]?.last else { return nil }
        let expected = family.flatMap { contents[index].hasVectors(of: $0) ? $0 : nil }
        guard unitFamily == expected else { return nil }
        wanted[part.segmentSHA256]?.removeLast()
        return VisibleUnit.VisiblePart(passages: part.passages, content: index)
    }

    private static func visible(_ unit: IndexUnit, _ parts: [VisibleUnit.VisiblePart]) -> VisibleUnit {
        let isWhole = parts.reduce(0) { $0 + $1.passages.count } == unit.segment.passageCount
        let mask = isWhole ? nil : PassageMask(size: unit.segment.passageCount, visible: parts.map(\.passages))
        return VisibleUnit(unit: unit, mask: mask, parts: parts)
    }
}

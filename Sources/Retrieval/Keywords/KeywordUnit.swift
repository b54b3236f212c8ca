/// What one search looks at of one segment: all of its passages, or those that a mask shows. Making one with a mask walks over the lengths
/// of the segment's passages once; units are therefore worth keeping as long as what is visible stays the same.
package struct KeywordUnit: Sendable {
    package let segment: Segment
    /// What is visible; nil for everything.
    package let mask: PassageMask?
    /// The index of the result list that the unit's hits go to.
    package var group: Int
    /// Decides between equal scores; nil for the order of units and passages.
    package let order: PassageOrder?
    /// The number of visible passages.
    package let visibleCount: Int
    /// The sum of the visible passages' lengths in terms.
    package let visibleLength: Int

    /// A unit of a segment. What a mask shows beyond the segment's last passage is ignored, and what it does not reach is not visible.
    package init(segment: Segment, mask: PassageMask? = nil, group: Int = 0, order: PassageOrder? = nil) {
        self.segment = segment
        self.group = group
        self.order = order
        var (count, length) = (segment.passageCount, segment.totalLength)
        if let mask {
            (count, length) = (0, 0)
            for passage in 0..<min(mask.size, segment.passageCount) where mask.contains(passage) {
                count += 1
                length += segment.length(of: passage)
            }
        }
        self.mask = count == segment.passageCount ? nil : mask
        visibleCount = count
        visibleLength = length
    }

    /// Where a passage stands among those of all units; `number` is the unit's index among them.
    func place(of passage: Int, number: Int) -> Int {
        order?.place(of: passage) ?? PassageOrder.natural(unit: number, passage: passage)
    }
}

import Foundation
import Retrieval
import TestSupport
import Testing

@testable import Platform

/// Which units are merged: few are left, the work stays small, and what cannot be in one unit is not put into one.
@Suite(.timeLimit(.minutes(5))) struct MergeChoiceTests {
    private static let folder = TemporaryFolder()

    /// A unit of so many passages, of which some are hidden.
    private func unit(_ passages: Int, hidden: Int = 0, language: Language = .english, family: String? = nil) throws
        -> DatasetIndex.VisibleUnit
    {
        let url = Self.folder.url.appending(path: UUID().uuidString)
        var builder = SegmentBuilder(language: language)
        for _ in 0..<passages { try builder.append(Passage(text: "a", start: 0, end: 1, tokens: 1)) }
        _ = try builder.write(to: url)
        var vectors: VectorFile?
        if let family {
            let place = url.appendingPathExtension("vectors")
            let writer = try VectorFileBuilder(family: family, dimensions: 1, to: place)
            for _ in 0..<passages { try writer.append([1]) }
            try writer.finish()
            vectors = try VectorFile(contentsOf: place)
        }
        let part = IndexUnit.Member(segmentSHA256: UUID().uuidString, passages: 0..<passages)
        let unit = IndexUnit(segment: try Segment(contentsOf: url), vectors: vectors, parts: [part])
        let mask = hidden == 0 ? nil : PassageMask(size: passages, visible: [hidden..<passages])
        return .init(unit: unit, mask: mask, parts: [.init(passages: hidden..<passages, content: 0)])
    }

    private func sizes(_ units: [DatasetIndex.VisibleUnit]?) -> [Int]? { units?.map(\.visiblePassages) }

    private func units(_ sizes: [Int]) throws -> [DatasetIndex.VisibleUnit] { try sizes.map { try unit($0) } }

    @Test func sixteenUnitsAreLeftAloneAndSeventeenAreNot() throws {
        #expect(MergeChoice.mostUnits == 16 && MergeChoice.fewestMerged == 8 && MergeChoice.mostPassages == 1_000_000)
        #expect(MergeChoice.next([]) == nil)
        #expect(try MergeChoice.next(units(.init(repeating: 1, count: 16))) == nil)
        #expect(try sizes(MergeChoice.next(units(.init(repeating: 1, count: 17)))) == .init(repeating: 1, count: 17))
    }

    @Test func aLargerUnitJoinsOnlyWhenTheSmallerOnesTogetherAreItsSize() throws {
        let small = [Int](repeating: 2, count: 16)
        #expect(try sizes(MergeChoice.next(units(small + [33]))) == small)
        #expect(try sizes(MergeChoice.next(units([32] + small))) == small + [32])
        // At least eight are merged, whatever their sizes.
        let growing = (0..<17).map { 1 << min($0, 11) }
        #expect(try sizes(MergeChoice.next(units(growing.shuffled())))?.count == MergeChoice.fewestMerged)
    }

    @Test func unitsOfDifferentKindsStayApart() throws {
        let english = try (0..<12).map { _ in try unit(1) }
        let german = try (0..<12).map { _ in try unit(1, language: .german) }
        let encoded = try (0..<12).map { _ in try unit(1, family: "f") }
        let otherwise = try (0..<12).map { _ in try unit(1, family: "g") }
        #expect(MergeChoice.next(english + german + encoded + otherwise) == nil)
        let more = try (0..<5).map { _ in try unit(1, family: "f") }
        let chosen = try #require(MergeChoice.next(english + german + encoded + otherwise + more))
        #expect(chosen.count == 17 && chosen.allSatisfy { $0.unit.vectors?.family == "f" })
    }

    @Test func aUnitIsWornWhenLessThanThreeQuartersOfItCanBeSeen() throws {
        #expect(MergeChoice.wornShare == 0.75)
        #expect(try MergeChoice.next([unit(100, hidden: 25)]) == nil)
        let worn = try unit(100, hidden: 26)
        #expect(try sizes(MergeChoice.next([unit(4), worn])) == [74])
    }

    /// Files come one at a time, and after each everything worth it is merged: 1,000 of them are in few units then, and a passage was
    /// copied a number of times that grows with the logarithm of their number.
    @Test func copyingGrowsWithTheLogarithmWhenFilesComeOneByOne() throws {
        var units: [DatasetIndex.VisibleUnit] = []
        var copied: [Int: Int] = [:]
        var mostUnits = 0
        var total = 0
        for count in 1...1_000 {
            units.append(try unit(1))
            while let chosen = MergeChoice.next(units) {
                #expect(chosen.count >= MergeChoice.fewestMerged)
                let passages = chosen.map(\.visiblePassages).reduce(0, +)
                total += passages
                let gone = Set(chosen.map { ObjectIdentifier($0.unit) })
                units.removeAll { gone.contains(ObjectIdentifier($0.unit)) }
                units.append(try unit(passages))
            }
            mostUnits = max(mostUnits, units.count)
            if [250, 500, 1_000].contains(count) { copied[count] = total }
        }
        #expect(mostUnits <= MergeChoice.mostUnits)
        #expect(units.map(\.visiblePassages).reduce(0, +) == 1_000)
        // Each merge at least doubles the unit that a passage is in.
        for (count, total) in copied { #expect(Double(total) / Double(count) <= log2(Double(count)), "\(total) for \(count)") }
    }

    @Test func aUnitNeverGrowsBeyondItsLimit() throws {
        // Sizes that cannot be merged within the limit are left as they are; only their number is large, so this takes no such files.
        let huge = try (0..<17).map { _ in try hugeUnit(MergeChoice.mostPassages / 8 + 1) }
        #expect(MergeChoice.next(huge) == nil)
        let fitting = try (0..<17).map { _ in try hugeUnit(MergeChoice.mostPassages / 8) }
        #expect(MergeChoice.next(fitting)?.count == 8)
    }

    /// Says by its mask how many passages are to be seen.
    private func hugeUnit(_ visible: Int) throws -> DatasetIndex.VisibleUnit {
        let small = try unit(1)
        return .init(unit: small.unit, mask: PassageMask(size: visible, visible: [0..<visible]), parts: small.parts)
    }
}

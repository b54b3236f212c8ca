import Foundation
import Testing

@testable import Retrieval

@Suite struct KeywordUnitTests {
    /// A search as the formula reads, over every passage that is visible.
    private struct Reference {
        struct Entry {
            var unit: Int
            var passage: Int
            var group: Int
            var terms: [String: Int]
            var length: Int
        }

        var entries = [Entry]()

        func hits(_ query: String) -> [(group: Int, hit: KeywordHit)] {
            let terms = KeywordQuestion.terms(query, language: .english)
            let average = max(1, Double(entries.reduce(0) { $0 + $1.length })) / Double(max(1, entries.count))
            func idf(_ term: String, _ total: Int) -> Double {
                let count = Double(entries.count { $0.terms[term] != nil })
                return log(1 + (Double(total) - count + 0.5) / (count + 0.5))
            }
            let weights = Dictionary(uniqueKeysWithValues: terms.map { ($0, idf($0, entries.count)) })
            let shares = Dictionary(uniqueKeysWithValues: terms.map { ($0, idf($0, max(100, entries.count))) })
            let mass = terms.reduce(0) { $0 + (shares[$1] ?? 0) }
            var result = [(group: Int, hit: KeywordHit)]()
            for entry in entries {
                var (score, share) = (0.0, 0.0)
                for term in terms {
                    guard let count = entry.terms[term] else { continue }
                    let frequency = Double(count)
                    score += (weights[term] ?? 0) * frequency * 2.2 / (frequency + 1.2 * (0.25 + 0.75 * Double(entry.length) / average))
                    share += shares[term] ?? 0
                }
                let hit = KeywordHit(segment: entry.unit, passage: entry.passage, score: score, matchedShare: min(1, share / mass))
                if score > 0 { result.append((entry.group, hit)) }
            }
            return result
        }
    }

    private func isClose(_ left: KeywordHit, _ right: KeywordHit) -> Bool {
        left.segment == right.segment && left.passage == right.passage && abs(left.score - right.score) < 1e-9
            && abs(left.matchedShare - right.matchedShare) < 1e-9
    }

    /// Ranges that show each of `size` passages with a chance that differs from call to call.
    private func ranges(_ size: Int, _ random: inout SeededGenerator) -> [Range<Int>] {
        let percent = [2, 30, 70, 98].randomElement(using: &random) ?? 50
        return (0..<size).filter { _ in Int.random(in: 0..<100, using: &random) < percent }.map { $0..<$0 + 1 }
    }

    /// A text whose words are the rarer the higher their number; now and then one that is longer than a byte can say.
    private func text(_ random: inout SeededGenerator) -> String {
        (0..<Int.random(in: 0...([40, 40, 40, 600].randomElement(using: &random) ?? 40), using: &random)).map { _ in
            "t\(min(Int.random(in: 0..<90, using: &random), Int.random(in: 0..<90, using: &random)))"
        }
        .joined(separator: " ")
    }

    @Test func whatIsMaskedCountsNowhere() throws {
        var random = SeededGenerator(41)
        let analyzer = TextAnalyzer(language: .english)
        for round in 0..<30 {
            var units = [KeywordUnit]()
            var reference = Reference()
            // More than one window of passages now and then, and windows in which a term is missing.
            let sizes =
                round % 10 == 0
                ? [5000, 3] : (0..<Int.random(in: 1...6, using: &random)).map { _ in Int.random(in: 0...60, using: &random) }
            for (number, size) in sizes.enumerated() {
                let texts = (0..<size).map { _ in text(&random) }
                let group = Int.random(in: 0..<3, using: &random)
                let visible = ranges(size, &random)
                let mask = number % 3 == 2 ? nil : PassageMask(size: size, visible: visible)
                units.append(KeywordUnit(segment: try Segment(segmentData(texts.map { passage($0) })), mask: mask, group: group))
                for (passage, text) in texts.enumerated() where mask?.contains(passage) ?? true {
                    let terms = analyzer.terms(text)
                    reference.entries.append(
                        .init(
                            unit: number, passage: passage, group: group,
                            terms: Dictionary(terms.map { ($0, 1) }, uniquingKeysWith: +), length: terms.count))
                }
            }
            #expect(units.reduce(0) { $0 + $1.visibleCount } == reference.entries.count)
            #expect(units.reduce(0) { $0 + $1.visibleLength } == reference.entries.reduce(0) { $0 + $1.length })
            for _ in 0..<8 {
                let query = (0..<Int.random(in: 1...9, using: &random)).map { _ in "t\(Int.random(in: 0..<95, using: &random))" }
                    .joined(separator: " ")
                try check(query, units, reference, limit: Int.random(in: 1...40, using: &random))
            }
        }
    }

    private func check(_ query: String, _ units: [KeywordUnit], _ reference: Reference, limit: Int) throws {
        let places = units.enumerated().flatMap { unit, value in
            stride(from: 0, to: value.segment.passageCount, by: 3).map { PassagePlace(unit: unit, passage: $0) }
        }
        let also = Array(places.reversed())
        let expected = reference.hits(query)
        let result = try KeywordSearch.search(query, in: units, limit: limit, groups: 3, also: also)
        #expect(result.groups.count == 3)
        for (group, hits) in result.groups.enumerated() {
            let all = expected.filter { $0.group == group }.map(\.hit)
            #expect(hits.count == min(limit, all.count))
            // Each is scored right, they are in order, and none that was left out is better.
            for hit in hits { #expect(all.contains { isClose($0, hit) }) }
            #expect(zip(hits, hits.dropFirst()).allSatisfy { $0.score >= $1.score })
            let kept = Set(hits.map { [$0.segment, $0.passage] })
            let worst = hits.last?.score ?? 0
            #expect(all.allSatisfy { kept.contains([$0.segment, $0.passage]) || $0.score <= worst + 1e-9 })
        }
        let byPlace = Dictionary(expected.map { (PassagePlace(unit: $0.hit.segment, passage: $0.hit.passage), $0.hit) }) { first, _ in first
        }
        for (place, hit) in zip(also, result.others) {
            if let other = byPlace[place] { #expect(hit.map { isClose($0, other) } == true) } else { #expect(hit == nil) }
        }
    }

    @Test func maskedUnitRanksAsACorpusWithoutThosePassages() throws {
        let whole = try segment("rope anchor", "rope rope kelp", "gull", "rope sand sand", "anchor")
        let shown = try segment("rope anchor", "gull", "anchor")
        let unit = KeywordUnit(segment: whole, mask: PassageMask(size: 5, visible: [0..<1, 2..<3, 4..<5]))
        let masked = try KeywordSearch.search("rope anchor gull kelp", in: [unit], limit: 9).groups[0]
        let plain = try KeywordSearch.search("rope anchor gull kelp", in: [shown], limit: 9)
        #expect(masked.map(\.score) == plain.map(\.score) && masked.map(\.matchedShare) == plain.map(\.matchedShare))
        #expect(masked.map { $0.passage / 2 } == plain.map(\.passage))
    }

    @Test func mergedSegmentRanksAsItsParts() throws {
        var random = SeededGenerator(43)
        let parts = try (0..<7).map { _ in
            let size = Int.random(in: 1...50, using: &random)
            return try Segment(segmentData((0..<size).map { _ in passage(text(&random)) }))
        }
        try withFolder { folder in
            let url = folder.appendingPathComponent("merged")
            try SegmentMerger.merge(parts.enumerated().map { ("p\($0)", $1) }, to: url)
            let merged = try Segment(contentsOf: url)
            let ranges = try merged.parts.map(\.passages)
            for number in 0..<20 {
                let query = "t\(number) t\(number * 2) t\(number * 4)"
                let left = try KeywordSearch.search(query, in: [merged], limit: 30)
                let right = try KeywordSearch.search(query, in: parts, limit: 30)
                #expect(left.map(\.passage) == right.map { ranges[$0.segment].lowerBound + $0.passage })
                #expect(left.map(\.score) == right.map(\.score) && left.map(\.matchedShare) == right.map(\.matchedShare))
            }
        }
    }

    @Test func eachGroupHasItsOwnBest() throws {
        let units = [
            KeywordUnit(segment: try segment("rope", "rope rope rope"), group: 1),
            KeywordUnit(segment: try segment("rope gull kelp"), group: 0),
            KeywordUnit(segment: try segment("rope rope"), group: 7), KeywordUnit(segment: try segment("rope sand"), group: -1),
        ]
        let result = try KeywordSearch.search(
            "rope", in: units, limit: 1, groups: 3, also: [.init(unit: 2, passage: 0), .init(unit: 9, passage: 0)])
        #expect(result.groups.map { $0.map { [$0.segment, $0.passage] } } == [[[1, 0]], [[0, 1]], []])
        // Of a group nobody asked for, and yet in the statistics and among what was asked for besides.
        #expect(result.others[0]?.segment == 2 && result.others[1] == nil)
        let all = try KeywordSearch.search("rope", in: units.map(\.segment), limit: 9)
        #expect(result.groups[0][0].score == all.first { $0.segment == 1 }?.score)
    }

    @Test func maskOfAnotherSizeNeitherShowsNorHidesMoreThanThereIs() throws {
        let three = try segment("rope", "rope", "rope")
        let short = KeywordUnit(segment: three, mask: PassageMask(size: 2, visible: [0..<2]))
        let long = KeywordUnit(segment: three, mask: PassageMask(size: 900, visible: [0..<900]))
        #expect(short.visibleCount == 2 && short.visibleLength == 2)
        #expect(long.visibleCount == 3 && long.mask == nil)
        #expect(
            try KeywordSearch.search("rope", in: [short], limit: 9).groups == [
                KeywordSearch.search("rope", in: [segment("rope", "rope")], limit: 9)
            ])
    }

    @Test func passagesNobodyMaySeeAreNotScoredWhenAskedFor() throws {
        let unit = KeywordUnit(segment: try segment("rope", "rope", "gull"), mask: PassageMask(size: 3, visible: [1..<3]))
        let places = [0, 1, 2, 3, -1].map { PassagePlace(unit: 0, passage: $0) }
        let result = try KeywordSearch.search("rope", in: [unit], limit: 0, also: places)
        #expect(result.groups == [[]] && result.others.map { $0?.passage } == [nil, 1, nil, nil, nil])
        let none = KeywordUnit(segment: unit.segment, mask: PassageMask(size: 3, visible: []))
        #expect(try KeywordSearch.search("rope", in: [none], limit: 5, also: places).others.allSatisfy { $0 == nil })
    }
}

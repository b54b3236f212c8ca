import Foundation
import Testing

@testable import Retrieval

@Suite struct SegmentMergerTests {
    /// Some passages with words of a small vocabulary, now and then with headings and pages.
    private func passages(_ count: Int, _ random: inout SeededGenerator) -> [Passage] {
        (0..<count).map { number in
            let words = (0..<Int.random(in: 0...30, using: &random)).map { _ in "w\(Int.random(in: 0..<400, using: &random) / 3)" }
            return passage(
                words.joined(separator: " "), headings: number % 5 == 0 ? ["Head \(number)"] : [], page: number % 7 == 0 ? number : nil)
        }
    }

    private func merged(_ parts: [(name: String, segment: Segment)]) throws -> Data {
        try withFolder { folder in
            let url = folder.appendingPathComponent("merged")
            let statistics = try SegmentMerger.merge(parts, to: url)
            let segment = try Segment(contentsOf: url)
            #expect(statistics.passages == segment.passageCount && statistics.terms == segment.termCount)
            #expect(statistics.totalLength == segment.totalLength && statistics.bytes == segment.byteSize)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["merged"])
            return try Data(contentsOf: url)
        }
    }

    /// The bytes of each section but the names of parts, which a built segment has not.
    private func sections(_ data: Data) throws -> [SegmentLayout.Section: Data] {
        let places = try data.withUnsafeBytes { try SegmentLayout.sections(of: $0) }
        return places.filter { $0.key != .parts }.mapValues { data.subdata(in: $0) }
    }

    @Test func mergedSegmentIsByteForByteTheBuiltOne() throws {
        var random = SeededGenerator(23)
        for round in 0..<25 {
            let sizes = (0..<Int.random(in: 1...9, using: &random)).map { _ in
                Int.random(in: 0...(round % 5 == 0 ? 300 : 12), using: &random)
            }
            let contents = sizes.map { passages($0, &random) }
            let parts = try contents.enumerated().map { ("part\($0)", try Segment(segmentData($1))) }
            let result = try merged(parts)
            #expect(try sections(result) == (try sections(segmentData(contents.flatMap { $0 }))))
            let segment = try Segment(result)
            #expect(try segment.parts.map(\.name) == parts.map(\.0))
            #expect(try segment.parts.map(\.passages.count) == sizes)
        }
    }

    @Test func passagesOfAPartAreWhereTheFileSaysTheyAre() throws {
        var random = SeededGenerator(29)
        let contents = [passages(5, &random), [], passages(1, &random), passages(40, &random)]
        let segment = try Segment(merged(contents.enumerated().map { ("n\($0)", try Segment(segmentData($1))) }))
        for (part, content) in zip(try segment.parts, contents) {
            #expect(try part.passages.map { try segment.passage(at: $0) } == content)
        }
        #expect(try Segment(segmentData(contents[0])).parts == [])
    }

    @Test func mergedPartContributesItsOwnParts() throws {
        var random = SeededGenerator(31)
        let contents = (0..<5).map { _ in passages(Int.random(in: 1...9, using: &random), &random) }
        let single = try contents.enumerated().map { ("n\($0)", try Segment(segmentData($1))) }
        let first = try Segment(merged(Array(single[0..<2])))
        let second = try Segment(merged(Array(single[3..<5])))
        let nested = try merged([("dropped", first), single[2], ("dropped", second)])
        #expect(try nested == merged(single))
        #expect(try Segment(nested).parts.map(\.name) == ["n0", "n1", "n2", "n3", "n4"])
    }

    @Test func termsOfOneHashStayApart() throws {
        let pairs = [["xazukufo", "zogotuta"], ["duxupapo", "lurafato"], ["tokuloba", "zudumota"]]
        for pair in pairs { #expect(TermHash.of(pair[0].utf8) == TermHash.of(pair[1].utf8)) }
        let texts = pairs.flatMap { [[$0[1]], [$0[0]], [$0[0], $0[1], $0[1]], [$0[1]], ["rope"]] }.map { $0.joined(separator: " ") }
        let result = try merged(texts.enumerated().map { ("n\($0)", try segment($1)) })
        #expect(try sections(result) == (try sections(segmentData(texts.map { passage($0) }))))
        for word in pairs.joined() {
            let found = try KeywordSearch.search(word, in: [Segment(result)], limit: 99).map(\.passage)
            #expect(found.sorted() == texts.indices.filter { texts[$0].contains(word) })
        }
    }

    @Test func nothingMergedIsEmpty() throws {
        let segment = try Segment(merged([]))
        #expect(try segment.passageCount == 0 && segment.parts == [] && KeywordSearch.search("rope", in: [segment], limit: 5).isEmpty)
    }

    @Test func manyTermsGoThroughAFile() throws {
        try withFolder { folder in
            let parts = try (0..<2).map { half in
                let words = (0..<30_000).map { "z\($0 * 2 + half)" + String(repeating: "q", count: 80) }
                let texts = stride(from: 0, to: words.count, by: 1000).map { words[$0..<$0 + 1000].joined(separator: " ") }
                return (name: "p\(half)", segment: try Segment(segmentData(texts.map { passage($0) })))
            }
            let url = folder.appendingPathComponent("merged")
            #expect(try SegmentMerger.merge(parts, to: url).bytes > 2 * ByteSpool.memoryBytes)
            let segment = try Segment(contentsOf: url)
            for number in [0, 1, 29_999, 30_000, 59_999] {
                let place = number % 2 * 30 + number / 2 / 1000
                let word = "z\(number)" + String(repeating: "q", count: 80)
                #expect(try KeywordSearch.search(word, in: [segment], limit: 2).map(\.passage) == [place])
            }
            #expect(try KeywordSearch.search("z60000", in: [segment], limit: 2).isEmpty)
        }
    }

    @Test func differentLanguagesAreNotMerged() throws {
        let parts = [("a", try segment("Haus", language: .german)), ("b", try segment("house"))]
        #expect(throws: SegmentError.mixedLanguages) { try merged(parts) }
    }

    @Test func limitsAreNamed() throws {
        let part = try segment("rope", "anchor")
        try withFolder { folder in
            let url = folder.appendingPathComponent("merged")
            #expect(throws: SegmentError.tooLarge("3 passages in one segment")) {
                try SegmentMerger.merge([("a", part), ("b", part)], to: url, passageLimit: 3, partLimit: 9)
            }
            #expect(throws: SegmentError.tooLarge("1 parts in one segment")) {
                try SegmentMerger.merge([("a", part), ("b", part)], to: url, passageLimit: 9, partLimit: 1)
            }
            let name = String(repeating: "n", count: SegmentMerger.maximumNameBytes + 1)
            #expect(throws: SegmentError.tooLarge("256 bytes in a part's name")) { try SegmentMerger.merge([(name, part)], to: url) }
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(left.isEmpty)
        }
    }

    @Test func whatWasThereStaysWhenMergingFails() throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("merged")
            try Data("before".utf8).write(to: url)
            let damaged = try changed(segmentData([passage("rope rope"), passage("rope")]), .postings) { $0 = $0.map { _ in 0 } + [7] }
            #expect(throws: SegmentError.self) { try SegmentMerger.merge([("a", Segment(damaged))], to: url) }
            #expect(try Data(contentsOf: url) == Data("before".utf8))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["merged"])
        }
    }

    @Test func damagedPartsAreRefusedOrMergedButNeverCrash() throws {
        var random = SeededGenerator(37)
        let good = try segment("rope anchor", "anchor")
        let data = try merged([("a", segment("rope", "anchor rope rope")), ("b", segment("gull", "kelp gull"))])
        var refused = 0
        for _ in 0..<400 {
            let victim = SegmentLayout.Section.allCases.randomElement(using: &random) ?? .terms
            let damaged = try changed(data, victim) { bytes in
                let index = Int.random(in: 0..<max(1, bytes.count), using: &random)
                guard index < bytes.count else { return }
                bytes[index] = Bool.random(using: &random) ? UInt8.random(in: 0...255, using: &random) : 0xFF
            }
            try withFolder { folder in
                do {
                    let part = try Segment(damaged)
                    try SegmentMerger.merge([("good", good), ("bad", part)], to: folder.appendingPathComponent("merged"))
                } catch {
                    refused += 1
                }
            }
        }
        #expect(refused > 80)
    }

    @Test func partsThatDoNotAddUpAreRefused() throws {
        let data = try merged([("a", segment("rope", "anchor"))])
        for bytes: [UInt8] in [[], [1], [1, 1, 97, 1], [1, 1, 97, 3], [1, 1, 97, 2, 0], [2, 1, 97, 2]] {
            let segment = try Segment(changed(data, .parts) { $0 = bytes })
            #expect(throws: SegmentError.self) { try segment.parts }
        }
    }
}

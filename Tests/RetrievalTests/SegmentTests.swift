import Foundation
import Testing

@testable import Retrieval

@Suite struct SegmentTests {
    private let sample = [
        passage("The harbour opens at dawn.", headings: ["Harbour", "Hours"], page: 3),
        passage("Ropes and anchors: cafe\u{301}, 漢字.", row: 0), passage("Ropes."),
    ]

    @Test func passagesComeBackAsTheyWentIn() throws {
        let segment = try Segment(segmentData(sample))
        #expect(segment.passageCount == 3)
        for (number, passage) in sample.enumerated() {
            let read = try segment.passage(at: number)
            #expect(read == passage && same(read.text, passage.text))
        }
        #expect(throws: SegmentError.noSuchPassage(3)) { try segment.passage(at: 3) }
        #expect(throws: SegmentError.noSuchPassage(-1)) { try segment.passage(at: -1) }
        #expect(try Segment(segmentData([])).passageCount == 0)
    }

    @Test func statisticsDescribeTheFile() throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("segment")
            var builder = SegmentBuilder()
            for passage in sample { try builder.append(passage) }
            let statistics = try builder.write(to: url)
            let segment = try Segment(contentsOf: url)
            #expect(statistics.passages == 3 && statistics.bytes == segment.byteSize && statistics.totalLength == segment.totalLength)
            #expect(statistics.terms == segment.termCount && statistics.language == .english)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["segment"])
        }
    }

    @Test func languageIsThatOfTheContentsFirstPassages() throws {
        let german = "Der Hafen wurde im letzten Jahrhundert gebaut und ist seitdem für die Öffentlichkeit geöffnet."
        let segment = try Segment(segmentData([passage(german), passage("The end of it was in the house.")], language: nil))
        #expect(segment.language == .german)
        #expect(try KeywordSearch.search("Häfen", in: [segment], limit: 1).first?.passage == 0)
    }

    @Test func largeContentGoesThroughAFileAndIsMapped() throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("segment")
            var builder = SegmentBuilder()
            let filler = String(repeating: "filler words go here ", count: 500)
            for number in 0..<900 { try builder.append(passage("number\(number) \(filler)")) }
            #expect(try builder.write(to: url).bytes > ByteSpool.memoryBytes)
            let segment = try Segment(contentsOf: url)
            for number in [0, 1, 450, 899] {
                #expect(try segment.passage(at: number).text.hasPrefix("number\(number) "))
                #expect(try KeywordSearch.search("number\(number)", in: [segment], limit: 5).map(\.passage) == [number])
            }
        }
    }

    @Test func morePassagesThanTheLimitAreRefused() throws {
        var builder = SegmentBuilder(language: nil, limit: 2)
        try builder.append(passage("one"))
        try builder.append(passage("two"))
        #expect(throws: SegmentError.tooLarge("2 passages in one segment")) { try builder.append(passage("three")) }
    }

    @Test func fileCutAnywhereThrows() throws {
        let data = try segmentData(sample)
        for length in 0..<data.count { #expect(throws: SegmentError.self) { try Segment(data.prefix(length)) } }
        #expect(throws: SegmentError.self) { try Segment(data + Data([0])) }
    }

    @Test func fileChangedInAnyByteThrows() throws {
        let data = try segmentData(sample)
        var random = SeededGenerator(11)
        for index in data.indices {
            var changed = data
            changed[index] ^= UInt8.random(in: 1...255, using: &random)
            #expect(throws: SegmentError.self) { try Segment(changed) }
        }
    }

    @Test func anotherVersionIsNamed() throws {
        var data = try segmentData(sample)
        data[8] = 1
        #expect(throws: SegmentError.unknownVersion(1)) { try Segment(data) }
    }

    /// Damage that the checksums do not see, as a hostile file would have it: the bytes of one section changed and all checksums made anew.
    @Test func nonsenseUnderRightChecksumsThrowsOrAnswersButNeverCrashes() throws {
        let data = try segmentData(sample)
        let places = try data.withUnsafeBytes { try SegmentLayout.sections(of: $0) }
        var random = SeededGenerator(13)
        var refused = 0
        for _ in 0..<6000 {
            var sections = SegmentLayout.Section.allCases.map { section in (section.rawValue, [UInt8](data[places[section] ?? 0..<0])) }
            let victim = Int.random(in: 0..<sections.count, using: &random)
            for _ in 0..<Int.random(in: 1...3, using: &random) where !sections[victim].1.isEmpty {
                let index = Int.random(in: 0..<sections[victim].1.count, using: &random)
                switch Int.random(in: 0..<6, using: &random) {
                case 0: sections[victim].1[index] = UInt8.random(in: 0...255, using: &random)
                case 1: sections[victim].1[index] = 0xFF
                case 2: sections[victim].1.remove(at: index)
                case 3, 4: sections[victim].1[index] = UInt8.random(in: 0...4, using: &random)
                default: sections[victim].1.insert(0xFF, at: index)
                }
            }
            let outlines = sections.map { section in
                SegmentLayout.Outline(identifier: section.0, checksum: section.1.withUnsafeBytes { Checksum.of($0) }, size: section.1.count)
            }
            let file = Data(SegmentLayout.head(outlines) + sections.flatMap(\.1))
            do {
                let segment = try Segment(file)
                _ = try KeywordSearch.search("harbour ropes anchor dawn cafe", in: [segment], limit: 10)
                for number in 0..<min(segment.passageCount, 10) { _ = try segment.passage(at: number) }
            } catch {
                refused += 1
            }
        }
        #expect(refused > 1000)
    }

    @Test func sectionsNotKnownYetAreSkipped() throws {
        let data = try segmentData(sample)
        let places = try data.withUnsafeBytes { try SegmentLayout.sections(of: $0) }
        let sections = SegmentLayout.Section.allCases.map { ($0.rawValue, [UInt8](data[places[$0] ?? 0..<0])) } + [(99, [1, 2, 3])]
        let outlines = sections.map {
            SegmentLayout.Outline(identifier: $0.0, checksum: $0.1.withUnsafeBytes { Checksum.of($0) }, size: $0.1.count)
        }
        #expect(try Segment(Data(SegmentLayout.head(outlines) + sections.flatMap(\.1))).passage(at: 2).text == "Ropes.")
    }

    @Test func checksumIsTheCommonOne() {
        #expect(Array("123456789".utf8).withUnsafeBytes { Checksum.of($0) } == 0xCBF4_3926)
    }
}

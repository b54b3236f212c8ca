import Foundation

@testable import Retrieval

/// The same numbers on every run and machine (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

func slice(_ scalars: [Unicode.Scalar], _ range: Range<Int>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars[range])
    return String(view)
}

/// Equality by scalars: Swift's `==` would let canonical equivalents pass.
func same(_ left: String, _ right: String) -> Bool { left.unicodeScalars.elementsEqual(right.unicodeScalars) }

func passage(_ text: String, headings: [String] = [], page: Int? = nil, row: Int? = nil) -> Passage {
    Passage(
        text: text, start: 0, end: text.unicodeScalars.count, page: page, row: row, headings: headings, tokens: TokenCounter.count(text))
}

/// A folder of its own that is gone afterwards.
func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("retrieval-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
}

/// The bytes of a segment with these passages.
func segmentData(_ passages: [Passage], language: Language? = .english) throws -> Data {
    try withFolder { folder in
        let url = folder.appendingPathComponent("segment")
        var builder = SegmentBuilder(language: language)
        for passage in passages { try builder.append(passage) }
        _ = try builder.write(to: url)
        return try Data(contentsOf: url)
    }
}

func segment(_ texts: String..., language: Language? = .english) throws -> Segment {
    try Segment(segmentData(texts.map { passage($0) }, language: language))
}

/// A segment file with one section changed and all checksums made anew, as a hostile file would have it.
func changed(_ data: Data, _ victim: SegmentLayout.Section, _ change: (inout [UInt8]) -> Void) throws -> Data {
    let places = try data.withUnsafeBytes { try SegmentLayout.sections(of: $0) }
    var sections = SegmentLayout.Section.allCases.compactMap { section in places[section].map { (section, [UInt8](data[$0])) } }
    for index in sections.indices where sections[index].0 == victim { change(&sections[index].1) }
    let outlines = sections.map { section, bytes in
        SegmentLayout.Outline(identifier: section.rawValue, checksum: bytes.withUnsafeBytes { Checksum.of($0) }, size: bytes.count)
    }
    return Data(SegmentLayout.head(outlines) + sections.flatMap(\.1))
}

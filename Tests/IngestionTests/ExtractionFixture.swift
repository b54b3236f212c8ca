import Foundation
import Testing

@testable import Ingestion

/// What an extraction left in its directory, read back whole.
struct Extracted: Equatable {
    var summary: ExtractionSummary
    var text: String
    var blocks: [Block]
    var columns: [String] = []
    var cells: [[Cell]] = []

    var rows: [[String?]] { cells.map { $0.map(\.text) } }

    var texts: [String] { blocks.map(\.text) }
}

/// Extracts bytes through files, and checks what must hold for every extraction.
func extract(
    _ bytes: [UInt8], as format: FileFormat, limits: ExtractionLimits = ExtractionLimits(),
    passageColumns: [String]? = nil, chunkBytes: Int = ByteSource.defaultChunkBytes, _ location: SourceLocation = #_sourceLocation
) throws -> Extracted {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("ingestion-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: directory) }
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    let input = directory.appendingPathComponent("input")
    try Data(bytes).write(to: input)
    let output = directory.appendingPathComponent("output")
    let summary = try Extractor(limits: limits, passageColumns: passageColumns, chunkBytes: chunkBytes).extract(
        format: format, input: input, into: output)

    let text = String(decoding: try Data(contentsOf: output.appendingPathComponent(ArtefactFiles.text)), as: UTF8.self)
    var blocks: [Block] = []
    try BlockReader(directory: output).forEachBlock { blocks.append($0) }
    #expect(Array(try BlockReader(directory: output)) == blocks, sourceLocation: location)
    var result = Extracted(summary: summary, text: text, blocks: blocks)
    if summary.kind == .table {
        var reader = try RowReader(directory: output)
        result.columns = reader.columns
        while let row = try reader.next() { result.cells.append(row.cells) }
    }

    let scalars = Array(text.unicodeScalars)
    #expect(summary.scalars == scalars.count, sourceLocation: location)
    #expect(summary.blocks == blocks.count, sourceLocation: location)
    #expect(summary.rows == result.rows.count, sourceLocation: location)
    #expect(summary.columns == result.columns, sourceLocation: location)
    for block in blocks {
        let isInside = 0 <= block.start && block.start <= block.end && block.end <= scalars.count
        try #require(isInside, "\(block)", sourceLocation: location)
        let slice = Array(scalars[block.start..<block.end])
        #expect(slice == Array(block.text.unicodeScalars), "\(block)", sourceLocation: location)
    }
    for scalar in scalars where scalar.value < 0x20 && scalar != "\n" && scalar != "\t" {
        Issue.record("a control character is left in the text", sourceLocation: location)
    }
    return result
}

func extract(
    _ text: String, as format: FileFormat, limits: ExtractionLimits = ExtractionLimits(),
    passageColumns: [String]? = nil, chunkBytes: Int = ByteSource.defaultChunkBytes, _ location: SourceLocation = #_sourceLocation
) throws -> Extracted {
    try extract(Array(text.utf8), as: format, limits: limits, passageColumns: passageColumns, chunkBytes: chunkBytes, location)
}

/// The sentence with which a file is refused; an empty one if it is not.
func refusal(_ bytes: [UInt8], as format: FileFormat, limits: ExtractionLimits = ExtractionLimits()) throws -> String {
    do {
        _ = try extract(bytes, as: format, limits: limits)
        return ""
    } catch ExtractionFailure.refused(let sentence) {
        return sentence
    } catch ExtractionFailure.empty(let sentence) {
        return sentence
    }
}

func refusal(_ text: String, as format: FileFormat, limits: ExtractionLimits = ExtractionLimits()) throws -> String {
    try refusal(Array(text.utf8), as: format, limits: limits)
}

/// Random numbers that are the same in every run (SplitMix64, Steele, Lea and Flood 2014).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func text(of alphabet: [String], upTo count: Int) -> String {
        (0..<Int.random(in: 0...count, using: &self)).map { _ in alphabet.randomElement(using: &self) ?? "" }.joined()
    }
}

import Foundation

@testable import Retrieval

/// Vectors of length 1 around a few centres, as passages about a few subjects are; `spread` 0 makes all of one centre equal.
func clusteredVectors(_ count: Int, dimensions: Int = 384, clusters: Int = 8, spread: Float = 1, seed: UInt64) -> [[Float]] {
    var random = SeededGenerator(seed)
    func direction() -> [Float] { (0..<dimensions).map { _ in Float.random(in: -1...1, using: &random) } }
    let centres = (0..<clusters).map { _ in direction() }
    return (0..<count).map { number in
        let noise = direction()
        return normalized(zip(centres[number % clusters], noise).map { $0 + spread * $1 })
    }
}

func normalized(_ vector: [Float]) -> [Float] {
    let length = vector.reduce(Float(0)) { $0 + $1 * $1 }.squareRoot()
    return length > 0 ? vector.map { $0 / length } : vector
}

/// The bytes of a vector file with these rows.
func vectorFileData(_ vectors: [[Float]], dimensions: Int? = nil, family: String = "float") throws -> Data {
    try withFolder { folder in
        let url = folder.appendingPathComponent("vectors")
        let builder = try VectorFileBuilder(family: family, dimensions: dimensions ?? vectors.first?.count ?? 384, to: url)
        for vector in vectors { try builder.append(vector) }
        try builder.finish()
        return try Data(contentsOf: url)
    }
}

func vectorFile(_ vectors: [[Float]], dimensions: Int? = nil, family: String = "float") throws -> VectorFile {
    try VectorFile(vectorFileData(vectors, dimensions: dimensions, family: family))
}

/// A file whose checksums are right, whatever its sections hold: what damage by somebody who knows the format looks like.
func sealedVectorFile(_ layout: VectorFileLayout, sections: [UInt8]) -> Data {
    let checksums = layout.sections.map { range in
        sections.withUnsafeBytes { bytes in
            let first = layout.vectors.lowerBound
            return Checksum.of(UnsafeRawBufferPointer(rebasing: bytes[range.lowerBound - first..<range.upperBound - first]))
        }
    }
    return Data(layout.header(checksums: checksums) + sections)
}

/// The nearest rows by the definition: every visible row's product with the query in 64 bits, sorted.
func nearest(_ query: [Float], in units: [VectorUnit], group: Int, limit: Int) throws -> [(unit: Int, row: Int, cosine: Double)] {
    var found = [(unit: Int, row: Int, cosine: Double)]()
    for (number, unit) in units.enumerated() where unit.group == group && unit.file.dimensions == query.count {
        for row in 0..<unit.file.count where unit.mask?.contains(row) ?? true {
            let vector = try unit.file.vector(at: row)
            let cosine = zip(query, vector).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
            found.append((number, row, cosine))
        }
    }
    return Array(found.sorted { ($1.cosine, $0.unit, $0.row) < ($0.cosine, $1.unit, $1.row) }.prefix(limit))
}

/// What is wrong with the hits of one group; nil when they are the nearest rows in the right order. Rows whose cosines are the same but for
/// rounding, the tolerance, may stand for each other.
func fault(
    _ hits: [VectorHit], _ query: [Float], in units: [VectorUnit], group: Int, limit: Int, tolerance: Double = 1e-6
) throws -> String? {
    let expected = try nearest(query, in: units, group: group, limit: limit)
    guard hits.count == expected.count else { return "\(hits.count) hits instead of \(expected.count)" }
    guard Set(hits.map { [$0.unit, $0.row] }).count == hits.count else { return "a row twice" }
    for (index, hit) in hits.enumerated() {
        guard units[hit.unit].group == group, units[hit.unit].mask?.contains(hit.row) ?? true else { return "row \(hit) is not visible" }
        let vector = try units[hit.unit].file.vector(at: hit.row)
        let cosine = zip(query, vector).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
        guard abs(cosine - Double(hit.cosine)) < tolerance else { return "row \(hit) has the cosine \(cosine)" }
        guard abs(cosine - expected[index].cosine) < tolerance else { return "place \(index) has \(cosine), not \(expected[index].cosine)" }
        if index > 0 {
            let before = hits[index - 1]
            guard (-before.cosine, before.unit, before.row) < (-hit.cosine, hit.unit, hit.row) else { return "\(before) before \(hit)" }
        }
    }
    return nil
}

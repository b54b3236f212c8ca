import Foundation
import Retrieval

/// Vectors as 32-bit floats, one behind the other, which every peer reads too.
enum FloatFile {
    static func read(_ path: String) throws -> [[Float]] {
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        return data.withUnsafeBytes { bytes in
            let floats = bytes.bindMemory(to: Float.self)
            let width = SentenceEncoder.dimensions
            return (0..<floats.count / width).map { Array(floats[$0 * width..<($0 + 1) * width]) }
        }
    }
}

/// More rows out of real vectors: the real ones first, then mixtures of two of them with a little noise, always the same for the same base.
struct GrownRows {
    private let base: [[Float]]
    /// SplitMix64 (Steele, Lea and Flood, 2014).
    private var state: UInt64 = 7
    private var count = 0

    init(_ base: [[Float]]) { self.base = base }

    /// The next row, of length 1.
    mutating func next() -> [Float] {
        defer { count += 1 }
        if count < base.count { return base[count] }
        let (first, second) = (base[Int(random() % UInt64(base.count))], base[Int(random() % UInt64(base.count))])
        let share = 0.3 + 0.4 * Float(random() % 1024) / 1024
        var row = [Float](repeating: 0, count: first.count)
        var bits: UInt64 = 0
        var squares: Float = 0
        for index in row.indices {
            if index % 4 == 0 { bits = random() }
            // Even noise with a standard deviation of 0.01.
            let noise = (Float(bits & 0xFFFF) / 65536 - 0.5) * 0.0346
            bits >>= 16
            row[index] = share * first[index] + (1 - share) * second[index] + noise
            squares += row[index] * row[index]
        }
        let length = squares.squareRoot()
        for index in row.indices { row[index] /= length }
        return row
    }

    private mutating func random() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

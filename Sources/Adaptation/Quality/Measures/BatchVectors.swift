/// The vectors of some rows' prompts and answers, made by a sentence encoder from `RelevanceText.cut` of each, all of length 1.
package struct BatchVectors: Sendable {
    /// The width of a vector.
    package let dimensions: Int
    /// One vector behind the other, in the order of the rows.
    let prompts: [Float]
    let completions: [Float]

    /// The same number of prompts and completions, `dimensions` floats each. A row that has not both takes any vector, such as zeros.
    package init(dimensions: Int, prompts: [Float], completions: [Float]) {
        self.dimensions = max(1, dimensions)
        self.prompts = prompts
        self.completions = completions
    }

    /// Rows that have both vectors.
    var count: Int { min(prompts.count, completions.count) / dimensions }

    /// The cosine between a row of one list and a row of another.
    static func cosine(_ left: [Float], _ leftRow: Int, _ right: [Float], _ rightRow: Int, dimensions: Int) -> Float {
        left.withUnsafeBufferPointer { left in
            right.withUnsafeBufferPointer { right in
                var sums = SIMD16<Float>.zero
                var index = 0
                let leftStart = leftRow * dimensions
                let rightStart = rightRow * dimensions
                while index + 16 <= dimensions {
                    let first = UnsafeRawPointer(left.baseAddress.unsafelyUnwrapped + leftStart + index).loadUnaligned(
                        as: SIMD16<Float>.self)
                    let second = UnsafeRawPointer(right.baseAddress.unsafelyUnwrapped + rightStart + index).loadUnaligned(
                        as: SIMD16<Float>.self)
                    sums += first * second
                    index += 16
                }
                var sum = sums.sum()
                while index < dimensions {
                    sum += left[leftStart + index] * right[rightStart + index]
                    index += 1
                }
                return sum
            }
        }
    }
}

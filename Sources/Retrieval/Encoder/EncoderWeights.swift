import CKernels
import Foundation

/// The numbers of the network, packed for one kind of kernels. They do not change once loaded, so any number of threads may read them.
///
/// `@unchecked Sendable` is safe because the memory is written in `init` only and freed in `deinit`.
final class EncoderWeights: @unchecked Sendable {
    /// A matrix, packed, with its bias.
    struct Matrix {
        let packed: UnsafeMutableRawPointer
        let bias: UnsafeMutablePointer<Float>
        let inputs: Int
        let outputs: Int
    }

    /// Weight and bias of a layer normalisation.
    struct Norm {
        let weight: UnsafeMutablePointer<Float>
        let bias: UnsafeMutablePointer<Float>
    }

    struct Layer {
        /// Query, key and value side by side; the query carries the scale of attention, 1 / sqrt(32).
        let attention: Matrix
        let context: Matrix
        let contextNorm: Norm
        let inner: Matrix
        let outer: Matrix
        let outerNorm: Norm
    }

    static let layerCount = 6
    static let vocabularySize = 30_522

    let kernel: EncoderKernel
    let functions: encoder_kernels
    /// One row of half-precision floats for each id of the vocabulary.
    let words: UnsafeMutablePointer<UInt16>
    /// One row for each position, with the one token type in use added.
    let positions: UnsafeMutablePointer<Float>
    let embeddingNorm: Norm
    let layers: [Layer]
    private let memory: PackedMemory

    /// Reads and packs the weights of a file; throws `missing`, `invalid`, or `unsupported` for a kernel that this processor lacks.
    init(_ url: URL, kernel: EncoderKernel) throws(EncoderError) {
        guard let functions = kernel.functions else { throw .unsupported(kernel) }
        self.kernel = kernel
        self.functions = functions
        let width = encoder_dimensions
        let file = try TensorFile(url)
        let memory = PackedMemory(capacity: Self.bytes(functions))
        let loader = WeightLoader(file: file, memory: memory, functions: functions)
        words = try loader.halves("embeddings.word_embeddings.weight", [Self.vocabularySize, width])
        positions = try loader.positions()
        embeddingNorm = try loader.norm("embeddings.LayerNorm")
        var layers = [Layer]()
        for number in 0..<Self.layerCount { layers.append(try loader.layer("encoder.layer.\(number).")) }
        self.layers = layers
        self.memory = memory
    }

    /// Room for everything, a little rounded up for the alignment of each part.
    private static func bytes(_ functions: encoder_kernels) -> Int {
        let width = encoder_dimensions, inner = encoder_inner_dimensions
        let matrices = layerCount * (4 * width * width + 2 * width * inner) * functions.operand_size
        let floats = encoder_most_tokens * width + 2 * width + layerCount * (9 * width + inner)
        return matrices + vocabularySize * width * MemoryLayout<UInt16>.size + floats * MemoryLayout<Float>.size + 16_384
    }
}

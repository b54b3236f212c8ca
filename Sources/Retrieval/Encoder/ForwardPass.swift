import CKernels

/// Several sequences of token ids laid end to end, at most `ForwardPass.mostRows` tokens together.
struct TokenBatch: Sendable {
    private(set) var ids = [Int32]()
    /// Where each sequence begins and ends in `ids`.
    private(set) var sequences = [Range<Int>]()

    /// Whether a sequence of `count` tokens still fits.
    func fits(_ count: Int) -> Bool { ids.count + count <= ForwardPass.mostRows }

    /// Adds a sequence of 1 to `encoder_most_tokens` ids.
    mutating func append(_ sequence: [Int32]) {
        sequences.append(ids.count..<ids.count + sequence.count)
        ids.append(contentsOf: sequence)
    }
}

/// The network from token ids to vectors, with the memory that it needs on the way. Sequences are not padded: the products run over the
/// tokens of all sequences at once, attention over each sequence by itself.
///
/// `@unchecked Sendable` is safe because it is handed from thread to thread and used by one at a time.
final class ForwardPass: @unchecked Sendable {
    /// The most tokens of a batch: one of the longest sequences. With more the work does not fit into the cache of a core.
    static let mostRows = encoder_most_tokens

    private let weights: EncoderWeights
    private let memory: PackedMemory
    /// The hidden state of each token, and the same as operands.
    private let hidden: UnsafeMutablePointer<Float>
    private let operands: UnsafeMutableRawPointer
    /// Query, key and value of each token; the answer of attention; the wide middle of the feed-forward step.
    private let attention: UnsafeMutableRawPointer
    private let context: UnsafeMutableRawPointer
    private let inner: UnsafeMutableRawPointer

    init(_ weights: EncoderWeights) {
        self.weights = weights
        let rows = Self.mostRows, size = weights.functions.operand_size
        let operandColumns = 2 * encoder_dimensions + encoder_attention_dimensions + encoder_inner_dimensions
        memory = PackedMemory(capacity: rows * (encoder_dimensions * MemoryLayout<Float>.size + operandColumns * size) + 1024)
        hidden = memory.floats(rows * encoder_dimensions)
        operands = memory.cut(bytes: rows * encoder_dimensions * size)
        attention = memory.cut(bytes: rows * encoder_attention_dimensions * size)
        context = memory.cut(bytes: rows * encoder_dimensions * size)
        inner = memory.cut(bytes: rows * encoder_inner_dimensions * size)
    }

    /// Writes one vector of length 1 for each sequence of the batch to `vectors`, in their order. `pause` is called before each of the steps
    /// of a layer.
    func run(_ batch: TokenBatch, pause: () -> Void, vectors: UnsafeMutablePointer<Float>) {
        let functions = weights.functions
        embed(batch)
        let rows = batch.ids.count
        for layer in weights.layers {
            pause()
            multiply(operands, rows, layer.attention, encoder_store, attention)
            pause()
            attend(batch)
            multiply(context, rows, layer.context, encoder_accumulate, hidden)
            functions.normalize(hidden, rows, layer.contextNorm.weight, layer.contextNorm.bias, operands)
            pause()
            multiply(operands, rows, layer.inner, encoder_gelu, inner)
            pause()
            multiply(inner, rows, layer.outer, encoder_accumulate, hidden)
            functions.normalize(hidden, rows, layer.outerNorm.weight, layer.outerNorm.bias, operands)
        }
        for (number, sequence) in batch.sequences.enumerated() {
            let start = sequence.lowerBound * encoder_dimensions
            functions.pool(hidden + start, sequence.count, vectors + number * encoder_dimensions)
        }
    }

    private func embed(_ batch: TokenBatch) {
        let size = weights.functions.operand_size
        batch.ids.withUnsafeBufferPointer { ids in
            guard let ids = ids.baseAddress else { return }
            for sequence in batch.sequences {
                let start = sequence.lowerBound * encoder_dimensions
                weights.functions.embed(
                    ids + sequence.lowerBound, sequence.count, weights.words, weights.positions, weights.embeddingNorm.weight,
                    weights.embeddingNorm.bias, hidden + start, operands + start * size)
            }
        }
    }

    private func attend(_ batch: TokenBatch) {
        let size = weights.functions.operand_size
        for sequence in batch.sequences {
            let start = sequence.lowerBound * size
            weights.functions.attend(
                attention + start * encoder_attention_dimensions, sequence.count, 0, encoder_heads, context + start * encoder_dimensions)
        }
    }

    private func multiply(
        _ input: UnsafeMutableRawPointer, _ rows: Int, _ matrix: EncoderWeights.Matrix, _ finish: encoder_finish,
        _ output: UnsafeMutableRawPointer
    ) {
        weights.functions.multiply(
            input, rows, matrix.inputs, matrix.packed, matrix.bias, matrix.outputs, 0, matrix.outputs / weights.functions.panel_width,
            finish, output)
    }
}

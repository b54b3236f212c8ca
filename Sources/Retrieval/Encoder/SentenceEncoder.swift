package import Foundation
import Synchronization

/// Turns texts into vectors whose cosine says how near their meanings are: all-MiniLM-L6-v2, computed on the processor. There are two lanes.
/// Queries are encoded at once, on the calling thread. Bulk work is spread over threads of the encoder's own and lets queries overtake it.
/// Both functions block until they are done, so they are not called on the cooperative pool; any number of threads may call them.
package final class SentenceEncoder: Sendable {
    /// The width of a vector.
    package static let dimensions = 384
    /// Tokens of a text that count, its start and end marks included; what follows is ignored.
    package static let mostTokens = 256
    /// What vectors are stored under: those of one family may be compared, whatever kernels they were computed with.
    package static let family = "all-MiniLM-L6-v2/float"

    /// As many texts are sorted by length at a time, so that batches come out full.
    private static let windowTexts = 256

    /// The instructions in use.
    package let kernel: EncoderKernel
    let gate: QueryGate
    private let tokenizer: WordPieceTokenizer
    private let weights: EncoderWeights
    private let bulk: BulkLane
    /// Passes for queries that no query is using.
    private let idlePasses = Mutex<[ForwardPass]>([])

    /// Reads `model.safetensors` and `vocab.txt` of a directory, which takes about a tenth of a second; afterwards the files are not needed.
    /// `kernel` is the fastest that this processor has, unless given; `threads` are those for bulk work, as many as cores unless given.
    /// Throws `EncoderError` when a file is missing or wrong, or when the processor lacks the kernel.
    package convenience init(directory: URL, kernel: EncoderKernel? = nil, threads: Int? = nil) throws(EncoderError) {
        try self.init(directory: directory, kernel: kernel, threads: threads, gate: QueryGate())
    }

    init(directory: URL, kernel: EncoderKernel?, threads: Int?, gate: QueryGate) throws(EncoderError) {
        tokenizer = try WordPieceTokenizer(vocabulary: directory.appendingPathComponent("vocab.txt"), count: EncoderWeights.vocabularySize)
        weights = try EncoderWeights(directory.appendingPathComponent("model.safetensors"), kernel: kernel ?? .best)
        self.kernel = weights.kernel
        self.gate = gate
        bulk = BulkLane(weights, gate: gate, threads: threads ?? ProcessInfo.processInfo.activeProcessorCount)
    }

    /// The vector of a query, of length 1. Any text will do, also an empty one.
    package func encode(query: String) -> [Float] {
        gate.query {
            var batch = TokenBatch()
            batch.append(tokenizer.ids(query, most: Self.mostTokens))
            let pass = idlePasses.withLock { $0.popLast() } ?? ForwardPass(weights)
            defer { idlePasses.withLock { $0.append(pass) } }
            return [Float](unsafeUninitializedCapacity: Self.dimensions) { vector, count in
                guard let start = vector.baseAddress else { return }
                pass.run(batch, pause: {}, vectors: start)
                count = Self.dimensions
            }
        }
    }

    /// The vectors of texts in their order, each of length 1.
    package func encode(_ texts: [String]) -> [[Float]] {
        let vectors = Mutex([[Float]](repeating: [], count: texts.count))
        encode(texts) { index, vector in vectors.withLock { $0[index] = vector } }
        return vectors.withLock { $0 }
    }

    /// How many tokens a text has, its start and end marks included, of which `encode` reads the first `mostTokens`.
    package func tokenCount(_ text: String) -> Int { tokenizer.ids(text, most: .max).count }

    /// Calls `receive` on the threads of the bulk lane with the index of each text and its vector; returns after the last.
    private func encode(_ texts: [String], _ receive: @escaping @Sendable (Int, [Float]) -> Void) {
        // What the caller may still hand over before a thread has to finish something.
        let room = DispatchSemaphore(value: 0)
        for _ in 0..<bulk.depth { room.signal() }
        for start in stride(from: 0, to: texts.count, by: Self.windowTexts) {
            let window = start..<min(start + Self.windowTexts, texts.count)
            var sequences = window.map { (index: $0, ids: tokenizer.ids(texts[$0], most: Self.mostTokens)) }
            sequences.sort { $0.ids.count > $1.ids.count }
            var next = 0
            while next < sequences.count {
                var batch = TokenBatch()
                var indices = [Int]()
                while next < sequences.count, batch.fits(sequences[next].ids.count) {
                    batch.append(sequences[next].ids)
                    indices.append(sequences[next].index)
                    next += 1
                }
                room.wait()
                let batchIndices = indices
                bulk.add(
                    BulkLane.Item(batch: batch) { vectors in
                        for (number, index) in batchIndices.enumerated() {
                            let vector = UnsafeBufferPointer(start: vectors + number * Self.dimensions, count: Self.dimensions)
                            receive(index, Array(vector))
                        }
                        room.signal()
                    })
            }
        }
        // Everything is done when all the room is free again.
        for _ in 0..<bulk.depth { room.wait() }
        for _ in 0..<bulk.depth { room.signal() }
    }
}

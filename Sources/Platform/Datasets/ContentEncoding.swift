import Foundation
import Retrieval
import Storage
import Synchronization

/// Makes the vector file of a content: one vector for each passage of its segment, in their order.
struct ContentEncoding: Sendable {
    /// Passages encoded between two looks at whether the work is still wanted.
    static let batch = 128

    let encoder: SentenceEncoder
    let blobs: BlobStore

    /// Encodes every passage of a segment into a new file at `url`.
    ///
    /// - Parameter progress: told after each batch how far the work has come, 0 to 1.
    /// - Throws: `CancellationError`, and errors of files.
    func run(
        segment key: BlobKey, into url: URL, progress: @Sendable (Double) async throws -> Void
    ) async throws {
        let (encoder, blobs) = (encoder, blobs)
        let assembly = try await BlockingWork.run {
            try VectorAssembly(segment: Segment(contentsOf: blobs.localFile(key)), encoder: encoder, file: url)
        }
        while try await BlockingWork.run({ try assembly.encodeNext(Self.batch) }) {
            try Task.checkCancellation()
            try await progress(assembly.done)
        }
        try await BlockingWork.run { try assembly.finish() }
    }
}

/// A vector file in the making. Each call may come from another thread, one after the other.
private final class VectorAssembly: Sendable {
    private struct State {
        var next = 0
        let builder: VectorFileBuilder
    }

    private let segment: Segment
    private let encoder: SentenceEncoder
    private let state: Mutex<State>

    init(segment: Segment, encoder: SentenceEncoder, file: URL) throws {
        self.segment = segment
        self.encoder = encoder
        state = Mutex(State(builder: try VectorFileBuilder(family: SentenceEncoder.family, to: file)))
    }

    var done: Double { segment.passageCount == 0 ? 1 : Double(state.withLock(\.next)) / Double(segment.passageCount) }

    /// Encodes the next passages; false when none are left. Blocks.
    func encodeNext(_ count: Int) throws -> Bool {
        try state.withLock { state in
            let numbers = state.next..<min(state.next + count, segment.passageCount)
            if numbers.isEmpty { return false }
            let texts = try numbers.map { try segment.passage(at: $0).encodedText }
            for vector in encoder.encode(texts) { try state.builder.append(vector) }
            state.next = numbers.upperBound
            return true
        }
    }

    /// Blocks.
    func finish() throws { try state.withLock { _ = try $0.builder.finish() } }
}

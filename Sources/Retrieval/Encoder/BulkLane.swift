import Foundation
import Synchronization

/// The threads that encode in bulk. They start with the first work, run at a lower priority than the rest of the process, let queries
/// overtake them at the gate, and end with this object. Work is done in the order it came, whoever asked for it.
final class BulkLane: Sendable {
    /// A piece of work: a batch, and what to do with its vectors ([sequences][dimensions]).
    struct Item: Sendable {
        var batch: TokenBatch
        var done: @Sendable (UnsafeMutablePointer<Float>) -> Void
    }

    /// What the operating system subtracts from the threads' priority.
    private static let niceness: Int32 = 5

    private let shared: Shared

    /// A lane of `threads` threads.
    init(_ weights: EncoderWeights, gate: QueryGate, threads: Int) {
        shared = Shared(weights: weights, gate: gate, threads: max(1, threads))
    }

    deinit { shared.stop() }

    /// How many pieces of work one caller should have under way: enough that no thread ever waits for the caller.
    var depth: Int { 2 * shared.threads }

    func add(_ item: Item) { shared.add(item) }

    /// What the threads hold on to, so that they do not keep the lane alive.
    private final class Shared: Sendable {
        private struct State {
            var items = [Item]()
            var isStarted = false
        }

        let threads: Int
        private let weights: EncoderWeights
        private let gate: QueryGate
        private let state = Mutex(State())
        /// Counts the items that wait; once more for each thread that is to end.
        private let work = DispatchSemaphore(value: 0)

        init(weights: EncoderWeights, gate: QueryGate, threads: Int) {
            self.weights = weights
            self.gate = gate
            self.threads = threads
        }

        func add(_ item: Item) {
            let isFirst = state.withLock { state in
                state.items.append(item)
                defer { state.isStarted = true }
                return !state.isStarted
            }
            if isFirst {
                for number in 0..<threads { start(number) }
            }
            work.signal()
        }

        func stop() {
            for _ in 0..<threads { work.signal() }
        }

        private func start(_ number: Int) {
            let thread = Thread { [self] in
                #if os(Linux)
                    // On Linux this is the priority of the calling thread alone.
                    setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, BulkLane.niceness)
                #endif
                encodeItems()
            }
            thread.name = "encoder \(number)"
            thread.stackSize = 1 << 20
            thread.start()
        }

        private func encodeItems() {
            let pass = ForwardPass(weights)
            let vectors = UnsafeMutablePointer<Float>.allocate(capacity: ForwardPass.mostRows * SentenceEncoder.dimensions)
            defer { vectors.deallocate() }
            while true {
                work.wait()
                guard let item = state.withLock({ $0.items.isEmpty ? nil : $0.items.removeFirst() }) else { return }
                pass.run(item.batch, pause: gate.pass, vectors: vectors)
                item.done(vectors)
            }
        }
    }
}

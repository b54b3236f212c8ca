import Foundation
import Synchronization
import Testing

@testable import Retrieval

/// A thread waits at the gate for as long as a test needs, so that nothing here depends on how fast it runs.
@Suite struct QueryGateTests {
    /// Long after everything that these tests wait for: only a test that fails gets there.
    private let limit = Date(timeIntervalSinceNow: 60)

    @Test func bulkWorkWaitsBetweenItsStepsWhileAQueryRuns() throws {
        let gate = QueryGate(patience: 3600)
        let encoder = try SentenceEncoder(directory: EncoderSupport.directory, kernel: nil, threads: 2, gate: gate)
        let finished = DispatchSemaphore(value: 0)
        let received = Mutex<[[Float]]?>(nil)
        gate.query {
            Thread.detachNewThread {
                let vectors = encoder.encode(["one text", "another text that is a little longer", "and one more"])
                received.withLock { $0 = vectors }
                finished.signal()
            }
            #expect(gate.untilWaiting(1, until: limit))
            // The bulk work stands; a query goes through all the same.
            #expect(received.withLock { $0 } == nil)
            #expect(encoder.encode(query: "one text").count == SentenceEncoder.dimensions)
            #expect(received.withLock { $0 } == nil)
            #expect(finished.wait(timeout: .now()) == .timedOut)
        }
        #expect(finished.wait(timeout: .now() + 60) == .success)
        let vectors = try #require(received.withLock { $0 })
        #expect(EncoderSupport.cosine(vectors[0], encoder.encode(query: "one text")) > 0.99999)
    }

    @Test func aPassPausesBeforeEachStepOfEachLayer() throws {
        let weights = try EncoderWeights(EncoderSupport.directory.appending(path: "model.safetensors"), kernel: .best)
        var batch = TokenBatch()
        batch.append([101, 102])
        var pauses = 0
        let vector = UnsafeMutablePointer<Float>.allocate(capacity: SentenceEncoder.dimensions)
        defer { vector.deallocate() }
        ForwardPass(weights).run(batch, pause: { pauses += 1 }, vectors: vector)
        #expect(pauses >= 2 * EncoderWeights.layerCount)
    }

    @Test func theGateIsOpenWhenNoQueryRuns() {
        let gate = QueryGate(patience: 3600)
        gate.pass()
        gate.query {}
        gate.pass()
    }

    @Test func anUnbrokenStreamOfQueriesDoesNotStopBulkWork() {
        let gate = QueryGate(patience: 0.001)
        gate.query { gate.pass() }
    }

    @Test func theGateStaysClosedUntilTheLastQueryIsDone() {
        let gate = QueryGate(patience: 3600)
        let passed = DispatchSemaphore(value: 0)
        gate.query {
            Thread.detachNewThread {
                gate.pass()
                passed.signal()
            }
            gate.query {
                #expect(gate.untilWaiting(1, until: limit))
            }
            #expect(passed.wait(timeout: .now()) == .timedOut)
        }
        #expect(passed.wait(timeout: .now() + 60) == .success)
    }
}

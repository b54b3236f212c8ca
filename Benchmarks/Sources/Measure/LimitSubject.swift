import CLimits
import Dispatch
import Foundation

/// What the machine could do at best: arithmetic in registers on every core, and reading memory once.
struct LimitSubject: Subject {
    private static let arithmetics = ["plain": limit_plain, "avx2": limit_avx2, "avx512": limit_avx512, "bf16": limit_bf16]
    private static let rounds: UInt64 = 20_000_000

    func answer(_ request: [String]) throws -> Answer {
        switch (request.first, request.count) {
        case ("arithmetic", 2):
            guard let arithmetic = Self.arithmetics[request[1]], limit_is_supported(arithmetic) else {
                throw Refusal("This processor has no \(request[1]).")
            }
            return multiplyAdd(arithmetic)
        case ("read", 3):
            guard let bytes = Int(request[1]), let threads = Int(request[2]), bytes > 0, threads > 0 else {
                throw Refusal("What is \(request)?")
            }
            return read(bytes, threads)
        default: throw Refusal("What is \(request)?")
        }
    }

    private func multiplyAdd(_ arithmetic: limit_arithmetic) -> Answer {
        let cores = ProcessInfo.processInfo.activeProcessorCount
        // A factor below 1 keeps the sums finite.
        let seed: Float = 0.5
        var result: Float = 0
        let operations = limit_multiply_add(arithmetic, 1, seed, &result)
        let time = seconds {
            DispatchQueue.concurrentPerform(iterations: cores) { _ in
                var result: Float = 0
                _ = limit_multiply_add(arithmetic, Self.rounds, seed, &result)
            }
        }
        return Answer(seconds: time, operations: Double(operations) * Double(Self.rounds) * Double(cores))
    }

    /// How long one reading takes: ten, one behind the other, as searches come.
    private func read(_ bytes: Int, _ threads: Int) -> Answer {
        let count = bytes / 8 / threads
        let words = (0..<threads).map { _ in [UInt64](repeating: 1, count: count) }
        var times = [Double]()
        for _ in 0..<10 {
            let time = seconds {
                DispatchQueue.concurrentPerform(iterations: threads) { thread in
                    words[thread].withUnsafeBufferPointer { if let start = $0.baseAddress { _ = limit_read(start, count) } }
                }
            }
            times.append(1000 * time)
        }
        return Answer(milliseconds: times)
    }
}

import Foundation
import Testing

@testable import Retrieval

/// Where tests find the encoder's files, and encoders that several tests share.
enum EncoderSupport {
    /// `QUARRY_ENCODER_DIR`, else the place where the set-up puts the weights.
    static let directory = EncoderDirectory.find(environment: ProcessInfo.processInfo.environment)

    /// One encoder for each kernel that this processor has: a test may share it, because it keeps no state between texts.
    private static let shared: [EncoderKernel: Result<SentenceEncoder, EncoderError>] = Dictionary(
        uniqueKeysWithValues: EncoderKernel.available.map { kernel in
            (kernel, Result { () throws(EncoderError) in try SentenceEncoder(directory: directory, kernel: kernel, threads: 2) })
        })

    /// The shared encoder; fails the test with the reason where the weights are missing.
    static func encoder(_ kernel: EncoderKernel = .best) throws -> SentenceEncoder {
        let opened = try #require(shared[kernel])
        do {
            return try opened.get()
        } catch {
            Issue.record("\(error) Run the set-up (make test does), or set QUARRY_ENCODER_DIR.")
            throw error
        }
    }

    static func tokenizer() throws -> WordPieceTokenizer {
        do {
            return try WordPieceTokenizer(vocabulary: directory.appending(path: "vocab.txt"), count: EncoderWeights.vocabularySize)
        } catch {
            Issue.record("\(error) Run the set-up (make test does), or set QUARRY_ENCODER_DIR.")
            throw error
        }
    }

    /// The cosine of two vectors, whatever their lengths.
    static func cosine(_ left: [Float], _ right: [Float]) -> Double {
        func dot(_ left: [Float], _ right: [Float]) -> Double { zip(left, right).reduce(0) { $0 + Double($1.0) * Double($1.1) } }
        return dot(left, right) / (dot(left, left) * dot(right, right)).squareRoot()
    }
}

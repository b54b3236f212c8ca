import Foundation
import Testing

@testable import Retrieval

@Suite struct SentenceEncoderTests {
    @Test(arguments: EncoderKernel.available) func vectorsAgreeWithTheReference(_ kernel: EncoderKernel) throws {
        let encoder = try EncoderSupport.encoder(kernel)
        let least = kernel == .bf16 ? 0.9995 : 0.9999
        let expected = try reference()
        let bulk = encoder.encode(VectorSample.texts)
        #expect(encoder.kernel == kernel)
        #expect(bulk.count == expected.count)
        for (index, text) in VectorSample.texts.enumerated() {
            for vector in [bulk[index], encoder.encode(query: text)] {
                let cosine = EncoderSupport.cosine(vector, expected[index])
                #expect(cosine >= least, "\(text.prefix(40))")
                #expect(abs(EncoderSupport.cosine(vector, vector) - 1) < 1e-6)
                #expect(abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 1e-4)
            }
        }
    }

    @Test(arguments: EncoderKernel.available) func aBatchOfMixedLengthsGivesWhatEachTextGivesAlone(_ kernel: EncoderKernel) throws {
        let encoder = try EncoderSupport.encoder(kernel)
        // Every length from 2 to 70 tokens, and some up to the longest, in an order that is not that of length.
        let counts = (0..<69).map { $0 * 29 % 69 } + [90, 127, 128, 129, 200, 253, 254, 255, 400]
        let texts = counts.map { count in (0..<count).map { ["lake", "stone", "river", "green"][$0 % 4] }.joined(separator: " ") }
        let bulk = encoder.encode(texts)
        for (text, vector) in zip(texts, bulk) {
            let alone = encoder.encode(query: text)
            #expect(EncoderSupport.cosine(vector, alone) > 0.99999, "\(text.count)")
        }
    }

    @Test func manyCallersAtOnceGetTheirOwnVectors() throws {
        let encoder = try EncoderSupport.encoder()
        let texts = (0..<40).map { "text number \($0) about \(["boats", "bread", "law", "rain"][$0 % 4])" }
        let expected = texts.map { encoder.encode(query: $0) }
        DispatchQueue.concurrentPerform(iterations: 6) { caller in
            let own = Array(texts[(caller * 3)...])
            for (index, vector) in encoder.encode(own).enumerated() {
                #expect(EncoderSupport.cosine(vector, expected[caller * 3 + index]) > 0.99999)
            }
            #expect(EncoderSupport.cosine(encoder.encode(query: texts[caller]), expected[caller]) > 0.99999)
        }
    }

    @Test func nearMeaningsHaveNearVectors() throws {
        let encoder = try EncoderSupport.encoder()
        let question = encoder.encode(query: "How do I get my money back?")
        let near = encoder.encode(query: "Refunds are paid within two weeks.")
        let far = encoder.encode(query: "The mountain lake froze in December.")
        #expect(EncoderSupport.cosine(question, near) > EncoderSupport.cosine(question, far) + 0.2)
    }

    @Test func tokensBeyondTheLimitDoNotCount() throws {
        let encoder = try EncoderSupport.encoder()
        let words = Array(repeating: "river", count: SentenceEncoder.mostTokens - 2)
        let text = words.joined(separator: " ")
        #expect(encoder.tokenCount(text) == SentenceEncoder.mostTokens)
        #expect(encoder.encode(query: text) == encoder.encode(query: text + " and something else altogether"))
        #expect(encoder.encode(query: text) != encoder.encode(query: words.dropLast().joined(separator: " ") + " tax"))
        #expect(encoder.tokenCount(text + text) > SentenceEncoder.mostTokens)
        #expect(encoder.tokenCount("") == 2)
    }

    @Test func noTextsGiveNoVectors() throws {
        #expect(try EncoderSupport.encoder().encode([]).isEmpty)
    }

    @Test func aKernelThatTheProcessorLacksIsRefused() throws {
        #expect(EncoderKernel.available.last == .plain)
        #expect(EncoderKernel.available.contains(.best))
        for kernel in EncoderKernel.allCases where !EncoderKernel.available.contains(kernel) {
            #expect(throws: EncoderError.unsupported(kernel)) {
                try SentenceEncoder(directory: EncoderSupport.directory, kernel: kernel)
            }
        }
    }

    /// The vectors of `VectorSample`.
    private func reference() throws -> [[Float]] {
        let data = try #require(Data(base64Encoded: VectorSample.base64, options: .ignoreUnknownCharacters))
        let width = SentenceEncoder.dimensions
        #expect(data.count == VectorSample.texts.count * width * 2)
        return data.withUnsafeBytes { bytes in
            VectorSample.texts.indices.map { row in
                (0..<width).map { column in
                    let offset = (row * width + column) * 2
                    return Float(Int16(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int16.self))) / 65_536
                }
            }
        }
    }
}

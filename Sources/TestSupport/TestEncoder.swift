import Foundation
package import Retrieval

/// The sentence encoder, loaded once for all tests, from where the server finds it too.
package enum TestEncoder {
    /// - Throws: `EncoderError` when `make test` has not put the weights there.
    package static func shared() throws -> SentenceEncoder { try loaded.get() }

    private static let loaded = Result {
        try SentenceEncoder(directory: EncoderDirectory.find(environment: ProcessInfo.processInfo.environment))
    }
}

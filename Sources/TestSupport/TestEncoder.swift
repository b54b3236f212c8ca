import Foundation
package import Retrieval

/// The sentence encoder, loaded once for all tests, from where the server finds it too.
package enum TestEncoder {
    /// - Throws: `EncoderError` when `make test` has not put the weights there.
    package static func shared() throws -> SentenceEncoder { try loaded.get() }

    private static let loaded = Result { try SentenceEncoder(directory: directory) }

    private static var directory: URL {
        let environment = ProcessInfo.processInfo.environment
        if let named = environment["QUARRY_ENCODER_DIR"], !named.isEmpty { return URL(fileURLWithPath: named) }
        let home = URL(fileURLWithPath: environment["HOME"] ?? "/")
        let cache = environment["XDG_CACHE_HOME"].flatMap { $0.isEmpty ? nil : URL(fileURLWithPath: $0) } ?? home.appending(path: ".cache")
        return cache.appending(path: "quarry/encoder")
    }
}

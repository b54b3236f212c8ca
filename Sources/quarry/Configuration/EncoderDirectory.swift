import Foundation

/// Where the sentence encoder's weights are.
enum EncoderDirectory {
    /// Where `make` puts them: below `$XDG_CACHE_HOME`, or `.cache` in the home directory.
    static func standard(environment: [String: String] = ProcessInfo.processInfo.environment) -> URL {
        let cache = environment["XDG_CACHE_HOME"].flatMap { $0.isEmpty ? nil : URL(fileURLWithPath: $0) }
        let home = environment["HOME"].map { URL(fileURLWithPath: $0) } ?? FileManager.default.homeDirectoryForCurrentUser
        return (cache ?? home.appending(path: ".cache")).appending(path: "quarry/encoder")
    }

    /// What to do about missing weights, for whoever starts the server.
    static let advice = """
        Fetch the weights with scripts/fetch-encoder.sh (`make` does that too), or name their folder in QUARRY_ENCODER_DIR, \
        or run without search by meaning: `encoder: none` in the file that --config names.
        """
}

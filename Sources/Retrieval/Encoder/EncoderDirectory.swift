package import Foundation

/// Where the sentence encoder's weights are.
package enum EncoderDirectory {
    /// The folder that `QUARRY_ENCODER_DIR` names, else the one where `make` puts the weights: below `$XDG_CACHE_HOME`, or `.cache` in the
    /// home directory. An empty variable counts as one that is not set.
    package static func find(environment: [String: String]) -> URL {
        func folder(_ name: String) -> URL? { environment[name].flatMap { $0.isEmpty ? nil : URL(fileURLWithPath: $0) } }
        if let named = folder("QUARRY_ENCODER_DIR") { return named }
        let cache =
            folder("XDG_CACHE_HOME") ?? (folder("HOME") ?? FileManager.default.homeDirectoryForCurrentUser).appending(path: ".cache")
        return cache.appending(path: "quarry/encoder")
    }
}

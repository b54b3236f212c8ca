import Providers
import TestSupport

/// Upstreams that several suites use.
enum ScriptedProviderSaying {
    static let short = ScriptedProvider(saying: ["Hello."])
}

import Foundation
import Platform
import Providers

/// Turns the `providers:` of the configuration file into upstreams.
enum ProviderReader {
    /// Kinds that the design names and that no adapter speaks yet.
    private static let unbuilt = ["anthropic", "gemini"]
    private static let longestTimeout = 3600.0

    static func read(_ entries: [ConfigurationFile.ProviderEntry], problems: inout [String]) -> [OpenAIConfiguration] {
        var names: Set<String> = []
        return entries.compactMap { entry in
            let place = "providers.\(entry.name)"
            let before = problems.count
            if !(1...100).contains(entry.name.count) {
                problems.append("providers: a name must have 1 to 100 characters, not “\(entry.name)”.")
            }
            if entry.name == SystemModel.quoting.provider { problems.append("\(place): this name is the built-in provider's.") }
            if !names.insert(entry.name).inserted { problems.append("\(place): the name is used twice.") }
            if unbuilt.contains(entry.kind) {
                problems.append("\(place).kind: \(entry.kind) is not built yet; openai is, for any OpenAI-compatible server.")
            } else if entry.kind != "openai" {
                problems.append("\(place).kind: must be openai, is \(entry.kind).")
            }
            let url = address(entry.baseURL)
            if url == nil {
                problems.append(
                    "\(place).baseURL: must be an http or https URL such as http://127.0.0.1:9100/v1, without user, query or fragment.")
            }
            if let key = entry.apiKey, key.isEmpty || !key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
                problems.append("\(place).apiKey: must be printable ASCII without spaces; leave it out for a server that wants none.")
            }
            let field = entry.maxTokensField.map(OpenAIConfiguration.MaxTokensField.init(rawValue:)) ?? .maxTokens
            if field == nil {
                let all = OpenAIConfiguration.MaxTokensField.allCases.map(\.rawValue).joined(separator: " or ")
                problems.append("\(place).maxTokensField: must be \(all).")
            }
            if let count = entry.concurrency, !(1...1000).contains(count) {
                problems.append("\(place).concurrency: must be between 1 and 1000.")
            }
            if let count = entry.maxWaiting, !(0...100_000).contains(count) {
                problems.append("\(place).maxWaiting: must be between 0 and 100000.")
            }
            for (name, seconds) in [
                ("connect", entry.connectTimeoutSeconds), ("firstEvent", entry.firstEventTimeoutSeconds),
                ("idle", entry.idleTimeoutSeconds),
            ] {
                if let seconds, !(seconds > 0 && seconds <= longestTimeout) {
                    problems.append("\(place).\(name)TimeoutSeconds: must be more than 0 and at most \(Int(longestTimeout)).")
                }
            }
            guard problems.count == before, let url, let field else { return nil }
            var configuration = OpenAIConfiguration(name: entry.name, baseURL: url, apiKey: entry.apiKey.map(UpstreamKey.init))
            configuration.maxTokensField = field
            configuration.concurrency = entry.concurrency ?? configuration.concurrency
            configuration.mostWaiting = entry.maxWaiting ?? configuration.mostWaiting
            configuration.connectTimeout = entry.connectTimeoutSeconds.map { .seconds($0) } ?? configuration.connectTimeout
            configuration.firstEventTimeout = entry.firstEventTimeoutSeconds.map { .seconds($0) } ?? configuration.firstEventTimeout
            configuration.idleTimeout = entry.idleTimeoutSeconds.map { .seconds($0) } ?? configuration.idleTimeout
            return configuration
        }
    }

    private static func address(_ text: String) -> URL? {
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(), ["http", "https"].contains(scheme),
            let host = parts.host, !host.isEmpty, parts.user == nil, parts.password == nil, parts.query == nil, parts.fragment == nil
        else { return nil }
        return parts.url
    }
}

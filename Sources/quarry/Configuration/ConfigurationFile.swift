import Foundation
import Platform
import Yams

/// `quarry.yaml`, as far as it is understood yet. `${NAME}` is replaced by the environment's value.
struct ConfigurationFile: Decodable, Sendable {
    struct CatalogueEntry: Decodable, Sendable {
        var name: String
        var provider: String
        var upstream: String
        var displayName: String?
        var description: String?
        var contextWindow: Int?
        var maxTokensPerRequest: Int?
        var supportsTools: Bool?
        var supportsVision: Bool?
        var supportsReasoning: Bool?
        var creditMultiplier: Int?
        var tier: String?
        var recommended: Bool?
        var enabled: Bool?
        var endOfLifeAt: String?
        var deprecationMessage: String?
        var replacement: String?
        var fallbacks: [String]?
    }

    struct ProviderEntry: Decodable, Sendable {
        var name: String
        var kind: String
        var baseURL: String
        var apiKey: String?
        var maxTokensField: String?
        var concurrency: Int?
        var maxWaiting: Int?
        var connectTimeoutSeconds: Double?
        var firstEventTimeoutSeconds: Double?
        var idleTimeoutSeconds: Double?
    }

    struct Limits: Decodable, Sendable {
        var requestsPerMinuteUser: Int?
        var requestsPerMinuteOrganization: Int?
    }

    struct Uploads: Decodable, Sendable {
        var maxBytes: Int64?
        var maxDatasetBytes: Int64?
    }

    struct Runs: Decodable, Sendable {
        var generator: String?
        var concurrency: Int?
        var deduplicationThreshold: Double?
    }

    struct Adaption: Decodable, Sendable {
        var awaitingInput: Bool?
    }

    struct Jobs: Decodable, Sendable {
        var concurrency: Int?
    }

    struct Retrieval: Decodable, Sendable {
        var minimumCosine: Double?
        var minimumMatchedShare: Double?
    }

    struct Network: Decodable, Sendable {
        var allowPrivate: Bool?
    }

    struct Site: Decodable, Sendable {
        var baseURL: String?
    }

    struct Integrations: Decodable, Sendable {
        var huggingface: Site?
        var kaggle: Site?
    }

    var host: String?
    var port: Int?
    var data: String?
    var databaseURL: String?
    var publicURL: String?
    var logLevel: String?
    var providers: [ProviderEntry]?
    var models: [CatalogueEntry]?
    var limits: Limits?
    var uploads: Uploads?
    var jobs: Jobs?
    /// `builtin` or `none`.
    var encoder: String?
    var retrieval: Retrieval?
    var network: Network?
    var runs: Runs?
    var adaption: Adaption?
    var integrations: Integrations?

    /// The keys understood at the top of the file; any other is a problem, so that a misspelt one is not ignored in silence.
    static let known: Set<String> = [
        "host", "port", "data", "databaseURL", "publicURL", "logLevel", "providers", "models", "limits", "uploads", "jobs", "encoder",
        "retrieval", "network", "integrations", "runs", "adaption",
    ]

    static let knownInSections: [String: Set<String>] = [
        "limits": ["requestsPerMinuteUser", "requestsPerMinuteOrganization"], "uploads": ["maxBytes", "maxDatasetBytes"],
        "jobs": ["concurrency"],
        "retrieval": ["minimumCosine", "minimumMatchedShare"], "network": ["allowPrivate"], "integrations": ["huggingface", "kaggle"],
        "runs": ["generator", "concurrency", "deduplicationThreshold"], "adaption": ["awaitingInput"],
    ]

    private static let knownInSites: Set<String> = ["baseURL"]

    static let knownInModels: Set<String> = [
        "name", "provider", "upstream", "displayName", "description", "contextWindow", "maxTokensPerRequest", "supportsTools",
        "supportsVision",
        "supportsReasoning", "creditMultiplier", "tier", "recommended", "enabled", "endOfLifeAt", "deprecationMessage", "replacement",
        "fallbacks",
    ]

    static let knownInProviders: Set<String> = [
        "name", "kind", "baseURL", "apiKey", "maxTokensField", "concurrency", "maxWaiting", "connectTimeoutSeconds",
        "firstEventTimeoutSeconds", "idleTimeoutSeconds",
    ]

    private static func unknown(_ keys: [String: Any], _ known: Set<String>, in place: String) -> [String] {
        keys.keys.filter { !known.contains($0) }.sorted().map { "\(place): the key \($0) is not known." }
    }

    /// Reads the file.
    ///
    /// - Throws: `ConfigurationProblems`.
    static func read(_ path: String, environment: [String: String]) throws -> ConfigurationFile {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw ConfigurationProblems(problems: ["--config: the file \(path) cannot be read."])
        }
        var problems: [String] = []
        let expanded = text.replacing(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/) { match in
            let name = String(match.output.1)
            if let value = environment[name] { return value }
            problems.append("\(path): ${\(name)} is not set in the environment.")
            return ""
        }
        do {
            if let keys = try Yams.load(yaml: expanded) as? [String: Any] {
                problems += unknown(keys, known, in: path)
                for case let (section, members as [String: Any]) in keys {
                    problems += unknown(members, knownInSections[section] ?? [], in: "\(path): \(section)")
                }
                for case let (site, members as [String: Any]) in keys["integrations"] as? [String: Any] ?? [:] {
                    problems += unknown(members, knownInSites, in: "\(path): integrations.\(site)")
                }
                for (index, entry) in ((keys["providers"] as? [Any]) ?? []).enumerated() {
                    problems += unknown(entry as? [String: Any] ?? [:], knownInProviders, in: "\(path): providers entry \(index)")
                }
                for (index, entry) in ((keys["models"] as? [Any]) ?? []).enumerated() {
                    problems += unknown(entry as? [String: Any] ?? [:], knownInModels, in: "\(path): models entry \(index)")
                }
            }
            let file = try YAMLDecoder().decode(ConfigurationFile.self, from: expanded.isEmpty ? "{}" : expanded)
            if !problems.isEmpty { throw ConfigurationProblems(problems: problems) }
            return file
        } catch let error as DecodingError {
            throw ConfigurationProblems(problems: problems + ["\(path): \(explain(error))"])
        } catch let error as YamlError {
            throw ConfigurationProblems(problems: problems + ["\(path): \(error)"])
        }
    }

    private static func explain(_ error: DecodingError) -> String {
        let context: DecodingError.Context
        switch error {
        case .keyNotFound(let key, let found): return "\((found.codingPath + [key]).map(\.stringValue).joined(separator: ".")) is missing."
        case .typeMismatch(_, let found), .valueNotFound(_, let found), .dataCorrupted(let found): context = found
        @unknown default: return "\(error)"
        }
        return "\(context.codingPath.map(\.stringValue).joined(separator: ".")): \(context.debugDescription)"
    }
}

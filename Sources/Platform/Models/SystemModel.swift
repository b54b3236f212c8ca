import Crypto
import Foundation

/// A catalogue entry, declared in configuration: read-only for tenants.
package struct SystemModel: Sendable, Hashable {
    /// Premium models need a plan that allows them.
    package enum Tier: String, Sendable, CaseIterable { case standard, premium }

    package let id: ModelID
    package let name: String
    package let provider: String
    /// The model's name at its provider.
    package let upstream: String
    package let displayName: String
    package let description: String?
    package let contextWindow: Int
    package let maxTokensPerRequest: Int
    package let supportsStreaming: Bool
    package let supportsTools: Bool
    package let supportsVision: Bool
    package let supportsReasoning: Bool
    package let creditMultiplier: Int
    package let tier: Tier
    package let isRecommended: Bool
    package let enabled: Bool
    package let endOfLifeAt: Timestamp?
    package let deprecationMessage: String?
    /// The catalogue name of the suggested successor.
    package let replacement: String?
    /// The catalogue names of the models that answer when this one's provider cannot, in the order in which they are asked.
    package let fallbacks: [String]

    package init(
        name: String, provider: String, upstream: String, displayName: String, description: String?, contextWindow: Int,
        maxTokensPerRequest: Int,
        supportsStreaming: Bool = true, supportsTools: Bool, supportsVision: Bool, supportsReasoning: Bool, creditMultiplier: Int,
        tier: Tier,
        isRecommended: Bool, enabled: Bool, endOfLifeAt: Timestamp?, deprecationMessage: String?, replacement: String?,
        fallbacks: [String] = []
    ) {
        id = Self.id(of: name)
        self.name = name
        self.provider = provider
        self.upstream = upstream
        self.displayName = displayName
        self.description = description
        self.contextWindow = contextWindow
        self.maxTokensPerRequest = maxTokensPerRequest
        self.supportsStreaming = supportsStreaming
        self.supportsTools = supportsTools
        self.supportsVision = supportsVision
        self.supportsReasoning = supportsReasoning
        self.creditMultiplier = creditMultiplier
        self.tier = tier
        self.isRecommended = isRecommended
        self.enabled = enabled
        self.endOfLifeAt = endOfLifeAt
        self.deprecationMessage = deprecationMessage
        self.replacement = replacement
        self.fallbacks = fallbacks
    }

    /// The quoting model that is always there (design §6).
    package static let quoting = SystemModel(
        name: "quoting", provider: "builtin", upstream: "quoting", displayName: "Quoting model",
        description:
            "Answers only with sentences quoted from your own documents, each cited, and says so when they hold no answer. It generates nothing.",
        contextWindow: 8192, maxTokensPerRequest: 1024, supportsTools: false, supportsVision: false, supportsReasoning: false,
        creditMultiplier: 0,
        tier: .standard, isRecommended: true, enabled: true, endOfLifeAt: nil, deprecationMessage: nil, replacement: nil)

    /// UUID version 5 (RFC 9562 §5.5) of the catalogue name, so that an entry keeps its id across restarts and machines.
    static func id(of name: String) -> ModelID {
        // The namespace is our own: version 5 of the URL namespace and "urn:quarry:catalogue", written out.
        let namespace: [UInt8] = [0x5d, 0x0f, 0x1c, 0x3e, 0x8a, 0x44, 0x5b, 0x0c, 0x9e, 0x71, 0x2f, 0x6d, 0xb3, 0x90, 0x4a, 0x17]
        let digest = Array(Insecure.SHA1.hash(data: Data(namespace + Array(name.utf8))))
        let word = { (range: Range<Int>) in digest[range].reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
        let high = word(0..<8) & 0xFFFF_FFFF_FFFF_0FFF | 0x5000
        let low = word(8..<16) & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        return ModelID(UUIDText.render(high: high, low: low))
    }
}

/// Where a model stands between its release and its end; derived from the clock, never stored (contract A §5.2).
package enum LifecycleState: String, Sendable, CaseIterable {
    case active, disabled, deprecated
    case endOfLife = "end_of_life"

    init(of system: SystemModel, at now: Timestamp) {
        if let end = system.endOfLifeAt, end <= now {
            self = .endOfLife
        } else if !system.enabled {
            self = .disabled
        } else if system.endOfLifeAt != nil {
            self = .deprecated
        } else {
            self = .active
        }
    }
}

/// Every system model of this installation.
package struct Catalogue: Sendable {
    /// Sorted by name.
    package let entries: [SystemModel]
    private let byID: [ModelID: SystemModel]

    /// - Parameter configured: entries beside the quoting model; names must be unique.
    package init(configured: [SystemModel]) {
        entries = ([SystemModel.quoting] + configured).sorted { $0.name < $1.name }
        byID = Dictionary(entries.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The entry with this id; nil when there is none.
    package func find(_ id: ModelID) -> SystemModel? { byID[id] }
    /// The entry with this catalogue name; nil when there is none.
    package func find(name: String) -> SystemModel? { find(SystemModel.id(of: name)) }
}

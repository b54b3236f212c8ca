import Platform

/// Turns the `models:` of the configuration file into catalogue entries.
enum CatalogueReader {
    /// Models that an entry names as fallbacks at most.
    static let mostFallbacks = 5

    /// - Parameter upstreams: the names of the configured providers.
    static func read(
        _ entries: [ConfigurationFile.CatalogueEntry], upstreams: [String], problems: inout [String]
    ) -> [SystemModel] {
        let providers = [SystemModel.quoting.provider] + upstreams
        var names: Set<String> = [SystemModel.quoting.name]
        let all = names.union(entries.map(\.name))
        return entries.compactMap { entry in
            let place = "models.\(entry.name)"
            let before = problems.count
            if !names.insert(entry.name).inserted { problems.append("\(place): the name is used twice.") }
            if !providers.contains(entry.provider) {
                problems.append("\(place).provider: must be one of \(providers.joined(separator: ", ")), is \(entry.provider).")
            }
            if let window = entry.contextWindow, !(1...2_000_000).contains(window) {
                problems.append("\(place).contextWindow: must be between 1 and 2000000.")
            }
            if let most = entry.maxTokensPerRequest, !(1...200_000).contains(most) {
                problems.append("\(place).maxTokensPerRequest: must be between 1 and 200000.")
            }
            if !(1...100).contains(entry.name.count) {
                problems.append("models: a name must have 1 to 100 characters, not “\(entry.name)”.")
            }
            if entry.provider == SystemModel.quoting.provider, entry.upstream != SystemModel.quoting.upstream {
                problems.append("\(place).upstream: the built-in provider has only \(SystemModel.quoting.upstream).")
            }
            for (name, ability) in [
                ("Tools", entry.supportsTools), ("Vision", entry.supportsVision), ("Reasoning", entry.supportsReasoning),
            ]
            where ability == true && entry.provider == SystemModel.quoting.provider {
                problems.append("\(place).supports\(name): the built-in provider cannot do that.")
            }
            if let multiplier = entry.creditMultiplier, !(0...1_000_000).contains(multiplier) {
                problems.append("\(place).creditMultiplier: must be between 0 and 1000000.")
            }
            let tier = entry.tier.map(SystemModel.Tier.init(rawValue:)) ?? .standard
            if tier == nil { problems.append("\(place).tier: must be standard or premium.") }
            if let replacement = entry.replacement, !all.contains(replacement) {
                problems.append("\(place).replacement: there is no model \(replacement).")
            }
            let fallbacks = entry.fallbacks ?? []
            for fallback in fallbacks where !all.contains(fallback) || fallback == entry.name {
                problems.append("\(place).fallbacks: there is no other model \(fallback).")
            }
            if Set(fallbacks).count < fallbacks.count { problems.append("\(place).fallbacks: a model is named twice.") }
            if fallbacks.count > mostFallbacks { problems.append("\(place).fallbacks: at most \(mostFallbacks) models.") }
            let end = entry.endOfLifeAt.map(Timestamp.parse)
            if case .some(.none) = end { problems.append("\(place).endOfLifeAt: must be a time such as 2027-06-01T00:00:00Z.") }
            guard problems.count == before, let tier else { return nil }
            let builtin = SystemModel.quoting
            return SystemModel(
                name: entry.name, provider: entry.provider, upstream: entry.upstream, displayName: entry.displayName ?? entry.name,
                description: entry.description, contextWindow: entry.contextWindow ?? builtin.contextWindow,
                maxTokensPerRequest: entry.maxTokensPerRequest ?? builtin.maxTokensPerRequest, supportsTools: entry.supportsTools ?? false,
                supportsVision: entry.supportsVision ?? false, supportsReasoning: entry.supportsReasoning ?? false,
                creditMultiplier: entry.creditMultiplier ?? 1, tier: tier, isRecommended: entry.recommended ?? false,
                enabled: entry.enabled ?? true,
                endOfLifeAt: end ?? nil, deprecationMessage: entry.deprecationMessage, replacement: entry.replacement,
                fallbacks: fallbacks)
        }
    }
}

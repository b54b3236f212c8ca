/// How often each language of a prompt goes with each language of an answer.
struct LanguageCounts: Codable, Sendable, Equatable {
    /// By `language × 64 + language`; 63 stands for a language that cannot be told.
    private var pairs: [Int: Int] = [:]

    init() {}

    private static func number(_ language: WrittenLanguage?) -> Int { language.map { Int($0.rawValue) } ?? 63 }

    mutating func add(prompt: WrittenLanguage?, completion: WrittenLanguage?) {
        pairs[Self.number(prompt) * 64 + Self.number(completion), default: 0] += 1
    }

    /// Of the answers to prompts of one language whose own language can be told, the share in another; 0 when there are none.
    func share(of completion: WrittenLanguage, afterPromptIn prompt: WrittenLanguage) -> Double {
        let row = Self.number(prompt) * 64
        let known = pairs.reduce(0) { $0 + ($1.key / 64 * 64 == row && $1.key % 64 != 63 ? $1.value : 0) }
        return known == 0 ? 0 : Double(pairs[row + Self.number(completion)] ?? 0) / Double(known)
    }

    /// The share of a language among the answers, or among the prompts, whose language can be told.
    func share(of language: WrittenLanguage, isPrompt: Bool) -> Double {
        var known = 0
        var found = 0
        for (key, count) in pairs {
            let number = isPrompt ? key / 64 : key % 64
            if number != 63 { known += count }
            if number == Self.number(language) { found += count }
        }
        return known == 0 ? 0 : Double(found) / Double(known)
    }

    /// The commonest language of the answers (of the prompts when there are no answers) and its share of those that can be told.
    func dominant(isPrompt: Bool) -> (language: WrittenLanguage, share: Double)? {
        WrittenLanguage.allCases.map { (language: $0, share: share(of: $0, isPrompt: isPrompt)) }.max { $0.share < $1.share }
            .flatMap { $0.share > 0 ? $0 : nil }
    }
}

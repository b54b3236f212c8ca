/// Which sensitive subjects a text is about, by a lexicon of phrases and what stands around them. It annotates, it never decides: a lexicon sees
/// words and not intentions, misses what is paraphrased, and marks an article against violence as about violence. docs/evaluation.md says more.
package enum SafetyNotes {
    /// Weight that the phrases of a category must have together.
    private static let threshold = 2
    /// Words on either side of a phrase in which its harmless meaning is looked for.
    private static let surroundings = 5

    /// The categories of a text in a fixed order; empty for most texts.
    package static func categories(of text: String) -> [SafetyCategory] {
        let words = TextScan(text).words
        var found: [SafetyCategory] = []
        for category in SafetyCategory.allCases where weight(of: category, in: words) >= threshold { found.append(category) }
        return found
    }

    private static func weight(of category: SafetyCategory, in words: [ScannedWord]) -> Int {
        guard let lexicon = SafetyLexicon.lexicons[category] else { return 0 }
        let strong = lexicon.strong.matches(in: words, most: .max)
        var seen = Set<Int>()
        var weight = 0
        for match in strong where !isHarmless(match.range, lexicon, words) { weight += 2 }
        // A weak phrase counts once however often it is said: two different ones are needed.
        for match in lexicon.weak.matches(in: words, most: .max)
        where !isHarmless(match.range, lexicon, words) && seen.insert(match.number).inserted {
            weight += 1
        }
        return weight
    }

    private static func isHarmless(_ range: Range<Int>, _ lexicon: SafetyLexicon.Lexicon, _ words: [ScannedWord]) -> Bool {
        let start = max(0, range.lowerBound - surroundings)
        let end = min(words.count, range.upperBound + surroundings)
        return !lexicon.harmless.matches(in: Array(words[start..<end]), most: .max).isEmpty
    }
}

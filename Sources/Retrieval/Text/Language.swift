/// A language whose words are stemmed and whose stop words are dropped. The raw value is the name libstemmer knows, and what a segment file
/// stores.
package enum Language: String, Sendable, CaseIterable {
    case english, german, french, spanish, italian, portuguese, dutch, swedish, danish, norwegian, finnish, russian

    /// As many scalars of a text are looked at: more would not change the answer.
    static let sampleScalars = 20_000

    /// The language of a text by its stop words: each word of a stop list counts for its languages, one that several lists share counts
    /// less. English when the text gives no evidence: fewer than two different stop words (single letters are none here: they are units and
    /// names too often), another script, or a lead over English that could be chance.
    package static func detect(_ text: String) -> Language {
        var scores = [Language: Double]()
        var seen = [Language: Set<String>]()
        var word = String.UnicodeScalarView()
        func count() {
            guard !word.isEmpty else { return }
            let folded = String(word).lowercased()
            if word.count > 1, let languages = StopWords.languages[folded] {
                for language in languages {
                    scores[language, default: 0] += 1 / Double(languages.count)
                    seen[language, default: []].insert(folded)
                }
            }
            word = String.UnicodeScalarView()
        }
        for scalar in text.unicodeScalars.prefix(sampleScalars) {
            if scalar.isLetterOrNumber || scalar.isMark { word.append(scalar) } else { count() }
        }
        count()
        let english = scores[.english] ?? 0
        var best = Language.english
        for language in allCases where (scores[language] ?? 0) > (scores[best] ?? 0) { best = language }
        let score = scores[best] ?? 0
        return score >= 2 && (seen[best]?.count ?? 0) > 1 && score >= english * 1.2 ? best : .english
    }
}

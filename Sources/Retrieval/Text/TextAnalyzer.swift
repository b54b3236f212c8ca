import Foundation

/// Turns text into the terms that are indexed and searched: compatibility-normalised (NFKC), case-folded words of letters and digits,
/// without the stop words of the language, stemmed by libstemmer (English: Porter2). Numbers keep inner points ("3.14", "10.0.0.1").
/// Scripts without spaces become overlapping pairs of characters (a lone character stays single), unstemmed.
///
/// Diacritics are removed where the language does not tell words apart by them: in English before stemming ("café" is "cafe"); in the
/// Romance languages after it, because their stemmers read accents, and without the tilde, which makes letters of its own there. German and
/// Dutch stemmers do it themselves; in the Nordic languages and Russian å, ä, ö, ø, й are letters and stay.
package struct TextAnalyzer: Sendable {
    /// A longer word is cut here: it is data rather than language, and equal data still finds itself.
    static let maximumTermBytes = 96

    private let language: Language
    private let stopWords: Set<String>

    /// An analyzer for text of one language.
    package init(language: Language) {
        self.language = language
        stopWords = StopWords.words(language)
    }

    /// The terms of a text in their order, repeated as often as they occur.
    package func terms(_ text: String) -> [String] {
        var scanner = WordScanner(keepsApostrophes: language == .english)
        let isASCII = text.utf8.allSatisfy { $0 < 0x80 }
        scanner.scan(isASCII ? text : normalized(text))
        let stemmer = Stemmer(language: language)
        var terms = [String]()
        terms.reserveCapacity(scanner.words.count)
        for word in scanner.words {
            if word.isUnspaced {
                terms.append(String(decoding: word.utf8, as: UTF8.self))
                continue
            }
            if stopWords.contains(String(decoding: word.utf8, as: UTF8.self)) { continue }
            var term = stemmer.stem(word.utf8)
            if !isASCII, removesAccentsAfterStemming { term = Self.withoutAccents(term) }
            if !term.isEmpty { terms.append(term) }
        }
        return terms
    }

    private var removesAccentsAfterStemming: Bool {
        switch language {
        case .french, .spanish, .italian, .portuguese: true
        default: false
        }
    }

    private func normalized(_ text: String) -> String {
        let composed = text.precomposedStringWithCompatibilityMapping
        guard language == .english else { return composed }
        // Only marks of the Latin, Greek and Cyrillic block are removed: elsewhere (Devanagari, Thai …) a mark is a vowel.
        var result = String.UnicodeScalarView()
        for scalar in composed.decomposedStringWithCanonicalMapping.unicodeScalars where !(0x300...0x36F).contains(scalar.value) {
            result.append(scalar)
        }
        return String(result).precomposedStringWithCanonicalMapping
    }

    /// A stem without grave, acute, circumflex, diaeresis and cedilla.
    private static func withoutAccents(_ term: String) -> String {
        if term.utf8.allSatisfy({ $0 < 0x80 }) { return term }
        var result = String.UnicodeScalarView()
        for scalar in term.decomposedStringWithCanonicalMapping.unicodeScalars {
            switch scalar.value {
            case 0x300, 0x301, 0x302, 0x308, 0x327: continue
            default: result.append(scalar)
            }
        }
        return String(result).precomposedStringWithCanonicalMapping
    }
}

/// Finds the words of normalised text and folds their case.
private struct WordScanner {
    struct Word {
        var utf8: [UInt8]
        var isUnspaced = false
    }

    let keepsApostrophes: Bool
    private(set) var words = [Word]()
    private var word = [UInt8]()
    private var unspaced = [Unicode.Scalar]()
    /// A joiner that belongs to the word only if the next scalar continues it.
    private var pending: Unicode.Scalar?
    private var lastIsDigit = false

    init(keepsApostrophes: Bool) {
        self.keepsApostrophes = keepsApostrophes
    }

    mutating func scan(_ text: String) {
        for scalar in text.unicodeScalars { take(scalar) }
        endWord()
        endUnspaced()
    }

    private mutating func take(_ scalar: Unicode.Scalar) {
        if scalar.isUnspacedScript, scalar.isLetterOrNumber || scalar.isMark {
            endWord()
            unspaced.append(scalar)
            return
        }
        if !unspaced.isEmpty { endUnspaced() }
        if scalar.isLetterOrNumber || (scalar.isMark && !word.isEmpty) {
            if let joiner = pending {
                pending = nil
                if joiner == "'" {
                    if scalar.isASCIIDigit { endWord() } else { word.append(0x27) }
                } else if !scalar.isASCIIDigit {
                    endWord()
                } else {
                    word.append(0x2E)
                }
            }
            append(scalar)
        } else if scalar.value == 0xAD || scalar.value == 0x200B || scalar.value == 0x200D || scalar.value == 0x2060 {
            return  // A soft hyphen or an invisible joiner inside a word.
        } else if word.isEmpty || pending != nil {
            endWord()
        } else if keepsApostrophes, !lastIsDigit, scalar == "'" || scalar.value == 0x2019 {
            pending = "'"
        } else if lastIsDigit, scalar == "." {
            pending = scalar
        } else {
            endWord()
        }
    }

    private mutating func append(_ scalar: Unicode.Scalar) {
        lastIsDigit = scalar.isASCIIDigit
        if scalar.value < 0x80 {
            word.append(scalar.isASCIILetter ? UInt8(scalar.value | 0x20) : UInt8(scalar.value))
        } else {
            word.append(contentsOf: scalar.properties.lowercaseMapping.utf8)
        }
    }

    private mutating func endWord() {
        pending = nil
        guard !word.isEmpty else { return }
        if word.count > TextAnalyzer.maximumTermBytes {
            var end = TextAnalyzer.maximumTermBytes
            while end > 0, word[end] & 0xC0 == 0x80 { end -= 1 }
            word.removeSubrange(end...)
        }
        words.append(Word(utf8: word))
        word.removeAll(keepingCapacity: true)
    }

    private mutating func endUnspaced() {
        guard !unspaced.isEmpty else { return }
        let run = unspaced
        unspaced.removeAll(keepingCapacity: true)
        if run.count == 1 { words.append(Word(utf8: Array(String(run[0]).utf8), isUnspaced: true)) }
        for index in run.indices.dropLast() {
            words.append(Word(utf8: Array(String(run[index]).utf8) + Array(String(run[index + 1]).utf8), isUnspaced: true))
        }
    }
}

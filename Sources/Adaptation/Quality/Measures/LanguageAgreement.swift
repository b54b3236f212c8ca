/// Is a text in the language it should be in? An answer in that of its prompt, unless the prompt speaks of languages or the table regularly
/// answers in another; a text alone in that of a table which has one.
struct LanguageAgreement {
    private let counts: LanguageCounts
    private let prompts: (language: WrittenLanguage, share: Double)?
    private let completions: (language: WrittenLanguage, share: Double)?

    /// Below this nothing is claimed about a text.
    private static let leastConfidence = 0.4

    init(_ counts: LanguageCounts) {
        self.counts = counts
        prompts = counts.dominant(isPrompt: true)
        completions = counts.dominant(isPrompt: false)
    }

    /// 0...1 of an answer, beside its prompt and what it rests on.
    func value(of completion: ReadText, prompt: ReadText?) -> Double {
        guard let language = Self.sure(completion) else { return 1 }
        if let prompt, WrittenLanguage.isSpokenOf(in: prompt.scan) { return 1 }
        if let prompt, !prompt.isEmpty, !prompt.isCode, let asked = prompt.language.language, prompt.language.confidence >= 0.15 {
            let sureness = completion.language.confidence * min(1, 2.5 * prompt.language.confidence)
            if asked.isNear(language) || Self.mixes(prompt, language) { return 1 }
            let usual = counts.share(of: language, afterPromptIn: asked)
            return 1 - 0.95 * sureness * (1 - Completeness.rise(usual, from: 0.3, to: 0.75))
        }
        guard let usual = completions, usual.share > 0.7, !usual.language.isNear(language) else { return 1 }
        return 1 - 0.85 * completion.language.confidence * Completeness.rise(usual.share, from: 0.6, to: 0.9)
    }

    /// 0...1 of a prompt: only in a table whose prompts are nearly all in one language, and never as bad as an answer.
    func value(ofPrompt prompt: ReadText) -> Double {
        guard let language = Self.sure(prompt), let usual = prompts, !usual.language.isNear(language) else { return 1 }
        return 1 - 0.4 * prompt.language.confidence * Completeness.rise(usual.share, from: 0.9, to: 0.98)
    }

    private static func sure(_ text: ReadText) -> WrittenLanguage? {
        text.isCode || text.language.confidence < leastConfidence ? nil : text.language.language
    }

    /// Whether the prompt quotes text in a script of the answer's language.
    private static func mixes(_ prompt: ReadText, _ language: WrittenLanguage) -> Bool {
        let letters = prompt.scan.letters
        let script: Script =
            switch language {
            case .russian, .ukrainian: .cyrillic
            case .greek: .greek
            case .arabic, .persian: .arabic
            case .hebrew: .hebrew
            case .hindi: .devanagari
            case .thai: .thai
            case .chinese: .han
            case .japanese: .kana
            case .korean: .hangul
            default: .latin
            }
        return script != prompt.scan.mainScript && letters[Int(script.rawValue)] * 5 > prompt.scan.letterCount
    }
}

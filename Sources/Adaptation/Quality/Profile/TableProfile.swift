/// What a table is like as a whole: gathered by a first pass over its rows and needed to score any of them. Of a fixed size whatever the table,
/// and stored as a checkpoint. The profile of the original table scores it before and after a run, so that the scores can be compared.
package struct TableProfile: Codable, Sendable, Equatable {
    /// Rows whose words are counted; a longer table is judged by as many from its start.
    package static let mostCountedRows = 65_000

    /// Rows that were added.
    package private(set) var rowCount = 0
    private(set) var vocabulary = TableVocabulary()
    /// How often each short word stands before each other one.
    private(set) var pairs = CountSketch(size: 1 << 18)
    private(set) var letters = LetterPairs()
    private(set) var languages = LanguageCounts()
    private(set) var promptEndings = EndingCounts()
    private(set) var completionEndings = EndingCounts()
    private(set) var answers = FrequentAnswers()
    private(set) var references = ReferenceRows()

    package init() {}

    /// The rows that every row is compared with, when there is an encoder: hand their vectors to `RowAssessor`. Fixed once all rows were added.
    package var referenceTexts: (prompts: [String], completions: [String]) {
        (references.rows.map(\.prompt), references.rows.map(\.completion))
    }

    /// How many of the rows that were added had their words counted.
    var countedRows: Int { min(rowCount, Self.mostCountedRows) }

    /// Adds a row. The order of rows matters only beyond `mostCountedRows`.
    package mutating func add(_ row: RowText) {
        let prompt = row.prompt.map { ReadText($0) }
        let completion = row.completion.map { ReadText($0) }
        if rowCount < Self.mostCountedRows {
            var keys = HashSet(capacity: (prompt?.scan.words.count ?? 0) + (completion?.scan.words.count ?? 0))
            for text in [prompt, completion] {
                guard let text else { continue }
                let language = Self.sureLanguage(text).flatMap { Int($0.rawValue) < WrittenLanguage.latinCount ? $0 : nil }
                text.forEachKey { key, script in
                    guard keys.insert(key) else { return }
                    vocabulary.add(key, script: script)
                    if let language { vocabulary.add(key, language: language) }
                }
                letters.add(text)
                WordOrder.forEachPair(text) { pairs.add($0) }
            }
        }
        rowCount += 1
        languages.add(prompt: Self.sureLanguage(prompt), completion: Self.sureLanguage(completion))
        if let prompt, !prompt.isEmpty { Self.addEnding(prompt, to: &promptEndings) }
        if let completion, !completion.isEmpty {
            Self.addEnding(completion, to: &completionEndings)
            answers.add(answer: completion.wordsHash, prompt: prompt?.wordsHash ?? 0)
            if let prompt, !prompt.isEmpty, let ask = row.prompt, let answer = row.completion {
                references.add(prompt: ask, completion: answer)
            }
        }
    }

    private static func sureLanguage(_ text: ReadText?) -> WrittenLanguage? {
        guard let text, !text.isCode, text.language.confidence >= 0.4 else { return nil }
        return text.language.language
    }

    private static func addEnding(_ text: ReadText, to endings: inout EndingCounts) {
        let ending = TextEnding(text)
        if !text.isCode { endings.add(ending.form, isClosed: ending.isClosed) }
    }
}

extension ReadText {
    /// Of all words in their order, without what stands between them.
    var wordsHash: UInt64 { scan.words.reduce(TextHash.seed) { TextHash.combine($0, $1.hash) } }
}

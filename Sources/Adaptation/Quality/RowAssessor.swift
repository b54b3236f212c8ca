import Foundation

/// Scores rows with the profile of their table. The same row, profile and vectors give the same score, whatever other rows are scored with it.
package struct RowAssessor: Sendable {
    /// How far one fault at its worst pulls a text down: 0.9 leaves a tenth of its score.
    private static let weights: [QualityMeasure: Double] = [
        .relevance: 0.85, .completeness: 0.85, .variety: 0.9, .legibility: 0.95, .language: 0.85, .substance: 0.98, .encoding: 0.9,
        .cleanness: 0.9,
    ]
    /// The share of the answer in a row's score; the rest is the prompt's.
    private static let completionShare = 0.75

    private let vocabulary: TableVocabulary
    private let relevance: Relevance
    private let promptCompleteness: Completeness
    private let completeness: Completeness
    private let legibility: Legibility
    private let language: LanguageAgreement
    private let substance: Substance

    /// `references` are the vectors of `profile.referenceTexts`, in their order; without them a row's cosine is judged by what is usual elsewhere.
    package init(profile: TableProfile, references: BatchVectors? = nil) {
        vocabulary = profile.vocabulary
        relevance = Relevance(vocabulary: profile.vocabulary, countedRows: profile.countedRows, references: references)
        completeness = Completeness(endings: profile.completionEndings, vocabulary: profile.vocabulary)
        promptCompleteness = Completeness(endings: profile.promptEndings, vocabulary: profile.vocabulary)
        legibility = Legibility(vocabulary: profile.vocabulary, letters: profile.letters, pairs: profile.pairs)
        language = LanguageAgreement(profile.languages)
        substance = Substance(answers: profile.answers, rowCount: profile.rowCount)
    }

    /// The assessments of rows in their order. `vectors` are those of these rows; without them relevance rests on shared words alone.
    package func assess(_ rows: [RowText], vectors: BatchVectors? = nil) -> [RowAssessment] {
        rows.indices.map { assess(rows[$0], vectors, $0) }
    }

    private func assess(_ row: RowText, _ vectors: BatchVectors?, _ index: Int) -> RowAssessment {
        let prompt = row.prompt.map { ReadText($0, vocabulary: vocabulary) }
        let completion = row.completion.map { ReadText($0, vocabulary: vocabulary) }
        let promptValues = prompt.map { self.values(ofPrompt: $0) }
        let completionValues = completion.map { self.values(of: $0, prompt: prompt, context: row.context, vectors, index) }
        let promptScore = promptValues.map(Self.score)
        let completionScore = completionValues.map(Self.score)
        var values = completionValues ?? [:]
        values.merge(promptValues ?? [:]) { min($0, $1) }
        return RowAssessment(
            values: values, promptScore: promptScore, completionScore: completionScore, total: Self.total(promptScore, completionScore))
    }

    private func values(ofPrompt text: ReadText) -> [QualityMeasure: Double] {
        if text.isEmpty { return [.substance: text.scan.visibleCount == 0 ? 0 : 0.3] }
        return [
            // Few prompts are sentences; one that was cut can mostly be answered.
            .completeness: 1 - 0.3 * (1 - promptCompleteness.value(text)), .variety: Variety.value(text),
            .legibility: legibility.value(text),
            .language: language.value(ofPrompt: text), .substance: substance.value(ofPrompt: text), .encoding: EncodingFaults.value(text),
            .cleanness: TemplateRemnants.value(ofPrompt: text),
        ]
    }

    private func values(
        of text: ReadText, prompt: ReadText?, context: [String], _ vectors: BatchVectors?, _ index: Int
    ) -> [QualityMeasure: Double] {
        if text.scan.visibleCount == 0 { return [.substance: 0] }
        var values: [QualityMeasure: Double] = [
            .completeness: completeness.value(text), .variety: Variety.value(text), .legibility: legibility.value(text),
            .language: language.value(of: text, prompt: prompt), .substance: substance.value(of: text),
            .encoding: EncodingFaults.value(text),
            .cleanness: TemplateRemnants.value(of: text, prompt: prompt),
        ]
        if let prompt, !prompt.isEmpty {
            values[.relevance] = relevance.value(prompt, text, context: context.map { ReadText($0) }, vectors: vectors, index: index)
        }
        return values
    }

    /// 0...10: what is left after each fault has taken its part of what the others left, so that one serious fault is enough.
    private static func score(_ values: [QualityMeasure: Double]) -> Double {
        // In a fixed order, so that the last bit is the same in every process.
        10 * QualityMeasure.allCases.reduce(1) { $0 * (1 - (weights[$1] ?? 0) * (1 - (values[$1] ?? 1))) }
    }

    /// The geometric mean, weighted: a row is as useful as its answer, and of little use when either is useless.
    private static func total(_ prompt: Double?, _ completion: Double?) -> Double {
        guard let completion else { return prompt ?? 0 }
        guard let prompt else { return completion }
        return 10 * pow(prompt / 10, 1 - completionShare) * pow(completion / 10, completionShare)
    }
}

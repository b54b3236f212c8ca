import Adaptation
import Retrieval

/// Scores rows: the measures, and the encoder where there is one. Blocks.
struct RowScoring: Sendable {
    private let assessor: RowAssessor
    private let encoder: SentenceEncoder?

    /// Encodes the profile's reference texts, which takes a second or two.
    init(profile: TableProfile, encoder: SentenceEncoder?) {
        let references = encoder.map { encoder in
            Self.vectors(profile.referenceTexts.prompts, profile.referenceTexts.completions, encoder)
        }
        assessor = RowAssessor(profile: profile, references: references)
        self.encoder = encoder
    }

    /// The rows' assessments in their order; the same row always gets the same one.
    func assess(_ rows: [RowText]) -> [RowAssessment] {
        let vectors = encoder.map { encoder in
            Self.vectors(rows.map { $0.prompt ?? "" }, rows.map { $0.completion ?? "" }, encoder)
        }
        return assessor.assess(rows, vectors: vectors)
    }

    private static func vectors(_ prompts: [String], _ completions: [String], _ encoder: SentenceEncoder) -> BatchVectors {
        // A prompt that many rows share is encoded once.
        let texts = (prompts + completions).map(RelevanceText.cut)
        let distinct = Array(Set(texts))
        let encoded = Dictionary(zip(distinct, encoder.encode(distinct)), uniquingKeysWith: { first, _ in first })
        let flat = { (texts: ArraySlice<String>) in
            texts.flatMap { encoded[$0] ?? [Float](repeating: 0, count: SentenceEncoder.dimensions) }
        }
        return BatchVectors(
            dimensions: SentenceEncoder.dimensions, prompts: flat(texts.prefix(prompts.count)),
            completions: flat(texts.dropFirst(prompts.count)))
    }
}

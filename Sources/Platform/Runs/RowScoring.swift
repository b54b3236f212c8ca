import Adaptation
import Retrieval

/// Scores rows: the measures, and the encoder where there is one. Blocks.
struct RowScoring: Sendable {
    let assessor: RowAssessor
    let encoder: SentenceEncoder?

    /// The rows' assessments in their order. What is not nil in `known` is taken as it is.
    func assess(_ rows: [RowText], known: [RowAssessment?]? = nil) -> [RowAssessment] {
        let vectors = encoder.map { encoder in
            let texts = assessor.textsToEncode(rows)
            return BatchVectors(encoder.encode(texts))
        }
        let assessed = assessor.assess(rows, vectors: vectors)
        guard let known else { return assessed }
        return zip(known, assessed).map { $0 ?? $1 }
    }
}

import Foundation

/// From evidence to a value: a logistic function, fitted on rows that the benchmark does not use.
enum RelevanceWeights {
    static func value(_ evidence: Relevance.Evidence) -> Double {
        let shared = min(3, evidence.shared / 4)
        let score: Double
        if let cosine = evidence.cosine {
            score = -2 + 0.8 * evidence.promptContrast + 0.8 * evidence.answerContrast + 2 * cosine + shared
        } else {
            score = -0.5 + 2 * shared + evidence.sharedShare
        }
        return 1 / (1 + exp(-score))
    }
}

import Foundation

/// From evidence to a value: logistic functions, fitted on pairs of prompts and answers that the benchmark does not use, half of them swapped.
/// The fitted chance is moved by what is true of tables: most answers are where they belong.
enum RelevanceWeights {
    /// Logarithm of the odds that an answer belongs to its prompt before anything is known of it: nine to two.
    private static let prior = 1.5

    static func value(_ evidence: Relevance.Evidence) -> Double {
        let shared = min(4, evidence.shared / 4)
        let share = min(1, evidence.sharedShare)
        // A long answer has much to share, a short one little: what it does not share counts the less.
        let length = Double(min(12, evidence.answerKeys)) / 12
        let score: Double
        // Words alone cannot condemn: a good answer may share none with its prompt.
        let least = evidence.cosine == nil ? 0.25 : 0
        if evidence.cosine != nil {
            let prompt = min(8, max(-2, evidence.promptContrast))
            let answer = min(8, max(-2, evidence.answerContrast))
            score =
                -0.66 + 1.34 * shared + 3.44 * share - 4.1 * length + 0.75 * prompt + 0.32 * answer + 0.51 * min(prompt, answer) * length
        } else {
            let nothing = evidence.shared == 0 ? length * Double(min(12, evidence.promptKeys)) / 12 : 0
            score = 2.05 * shared + 7.98 * share - 2.33 * length - 1.73 * nothing
        }
        return least + (1 - least) / (1 + exp(-score - prior))
    }
}

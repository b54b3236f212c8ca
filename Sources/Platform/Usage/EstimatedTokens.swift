import Providers
import Retrieval

extension TokenUsage {
    /// What an answer is taken to have used when its upstream does not say: counted by our own counter, reasoning left out.
    ///
    /// - Parameter input: tokens of what was asked.
    static func estimated(input: Int, answer: String) -> TokenUsage { TokenUsage(input: input, output: TokenCounter.count(answer)) }
}

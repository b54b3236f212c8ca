/// What fits into a model's context window: pure arithmetic over token counts.
struct ContextBudget: Sendable {
    /// The share of the window that passages may take.
    static let passageShare = 0.5

    /// How many of the passages, best first, fit.
    let passages: Int
    /// How many of the earlier messages, newest first, fit.
    let history: Int

    /// - Parameters:
    ///   - window: tokens of prompts, history and output together.
    ///   - reserved: tokens of the answer, the system prompt and the new messages, which are never cut.
    ///   - passages: tokens of each passage, best first.
    ///   - history: tokens of each earlier message, newest first.
    init(window: Int, reserved: Int, passages: [Int], history: [Int]) {
        var left = max(0, window - reserved)
        self.passages = Self.fitting(passages, into: min(left, Int(Double(window) * Self.passageShare)))
        left -= passages.prefix(self.passages).reduce(0, +)
        self.history = Self.fitting(history, into: left)
    }

    private static func fitting(_ sizes: [Int], into room: Int) -> Int {
        var used = 0
        return sizes.prefix { size in
            used += size
            return used <= room
        }.count
    }
}

/// The answers that a table gives to many different prompts, by hash: the Misra-Gries summary, which never misses an answer that makes up more
/// than one in `mostAnswers` of the rows.
struct FrequentAnswers: Codable, Sendable, Equatable {
    /// Answers that are watched at a time.
    static let mostAnswers = 512

    private struct Counter: Codable, Equatable {
        var rows: Int
        /// Of the prompt it was given to last: the same row again is a duplicate, not boilerplate.
        var lastPrompt: UInt64
    }

    private var counters: [UInt64: Counter] = [:]

    init() {}

    mutating func add(answer: UInt64, prompt: UInt64) {
        if var counter = counters[answer] {
            if counter.lastPrompt != prompt { counter.rows += 1 }
            counter.lastPrompt = prompt
            counters[answer] = counter
        } else if counters.count < Self.mostAnswers {
            counters[answer] = Counter(rows: 1, lastPrompt: prompt)
        } else {
            counters = counters.compactMapValues { $0.rows > 1 ? Counter(rows: $0.rows - 1, lastPrompt: $0.lastPrompt) : nil }
        }
    }

    /// How many different prompts at least got this answer.
    func rows(answer: UInt64) -> Int { counters[answer]?.rows ?? 0 }
}

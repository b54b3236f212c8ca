/// Which columns of a table are what, guessed from names that are common.
struct ColumnGuess: Equatable {
    /// Names in the order in which they are preferred, without regard to case, spaces, hyphens and underscores.
    private static let prompts = ["instruction", "question", "prompt", "input", "query"]
    private static let completions = ["output", "answer", "response", "completion"]
    private static let chats = ["messages", "conversations", "conversation"]

    var prompt: String?
    var completion: String?
    var chat: String?
    var context: [String] = []

    /// Nil when no column has a name that says what it is.
    init?(columns: [String]) {
        let prompt = Self.first(Self.prompts, in: columns)
        let completion = Self.first(Self.completions, in: columns)
        let chat = Self.first(Self.chats, in: columns)
        // A table with whole conversations may hold their first question beside them; a pair of columns says more than either.
        if let chat, prompt == nil || completion == nil {
            self.chat = chat
            return
        }
        guard prompt != nil || completion != nil else { return nil }
        (self.prompt, self.completion) = (prompt, completion)
        // Tables of instructions keep what an instruction is about in a column of its own.
        if let prompt, Self.folded(prompt) == "instruction", let input = Self.first(["input"], in: columns) { context = [input] }
    }

    /// The guess in a sentence.
    var sentence: String {
        var parts: [String] = []
        if let chat { parts.append("\(chat) as chat") }
        if let prompt { parts.append("\(prompt) as prompt") }
        if let completion { parts.append("\(completion) as completion") }
        parts += context.map { "\($0) as context" }
        return "Guessed from the columns' names: \(parts.joined(separator: ", "))."
    }

    private static func first(_ names: [String], in columns: [String]) -> String? {
        for name in names { if let column = columns.first(where: { folded($0) == name }) { return column } }
        return nil
    }

    private static func folded(_ name: String) -> String { name.lowercased().filter { $0.isLetter || $0.isNumber } }
}

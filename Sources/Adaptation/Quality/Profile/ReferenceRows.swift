/// A sample of a table's rows to compare a row with: an answer that suits its prompt no better than it suits these prompts belongs elsewhere.
struct ReferenceRows: Codable, Sendable, Equatable {
    /// Rows in the sample.
    static let mostRows = 64

    struct Row: Codable, Sendable, Equatable {
        var rank: UInt64
        var prompt: String
        var completion: String
    }

    /// Those with the smallest hashes, in their order: the same rows whatever the order of the table.
    private(set) var rows: [Row] = []

    init() {}

    mutating func add(prompt: String, completion: String) {
        let start = TextHash.combine(TextHash.of(prompt.prefix(200)), TextHash.of(completion.prefix(200)))
        let rank = TextHash.combine(TextHash.combine(start, 1), 2)
        if rows.count == Self.mostRows, let last = rows.last, last.rank <= rank { return }
        let place = rows.firstIndex { $0.rank >= rank } ?? rows.count
        if place < rows.count, rows[place].rank == rank { return }
        rows.insert(Row(rank: rank, prompt: RelevanceText.cut(prompt), completion: RelevanceText.cut(completion)), at: place)
        if rows.count > Self.mostRows { rows.removeLast() }
    }
}

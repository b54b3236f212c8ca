import Adaptation
import Foundation

/// The search for duplicates in a table, on one thread: from the texts to the rows that go.
struct DeduplicationSubject: Subject {
    private let rows: [RowText]
    private let threshold: Double

    /// `rows` is a file with a JSON object of two lists, `prompts` and `completions`.
    init(rows: String, threshold: String) throws {
        let columns = try JSONDecoder().decode([String: [String]].self, from: Data(contentsOf: URL(fileURLWithPath: rows)))
        guard let prompts = columns["prompts"], let completions = columns["completions"], let threshold = Double(threshold) else {
            throw Refusal("There are no prompts and completions in \(rows), or \(threshold) is no threshold.")
        }
        self.rows = zip(prompts, completions).map { RowText(prompt: $0, completion: $1) }
        self.threshold = threshold
    }

    func answer(_ request: [String]) throws -> Answer {
        guard request == ["find"] else { throw Refusal("What is \(request)?") }
        var dropped = [Int]()
        let time = try seconds {
            var finder = DuplicateFinder(threshold: threshold)
            for row in rows { finder.add(row) }
            dropped = try finder.finish(score: { _ in 0 }, row: { rows[$0] }).dropped.map(\.row)
        }
        return Answer(seconds: time, texts: rows.count, rows: dropped)
    }
}

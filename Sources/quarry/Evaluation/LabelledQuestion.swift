import Foundation
import Platform

/// A question and how to recognise the passages that answer it.
struct LabelledQuestion: Equatable {
    /// What a passage must be to count; every field that is given must hold.
    struct Label: Equatable {
        var filename: String?
        /// The table's record, from 1.
        var row: Int?
        /// What the passage's text must contain, in whatever case and spacing.
        var contains: String?

        func matches(_ passage: FoundPassage) -> Bool {
            if let filename, filename != passage.filename { return false }
            if let row, row != passage.row { return false }
            if let contains, !passage.foldedText.contains(FoundPassage.fold(contains)) { return false }
            return true
        }
    }

    let question: String
    /// One for each passage (or file) that should be found.
    let labels: [Label]

    /// Reads a line such as `{"question": "…", "filename": "handbook.md", "contains": "five days"}`, or, with several right passages,
    /// `{"question": "…", "relevant": [{"filename": "…", "row": 3}, …]}`.
    ///
    /// - Throws: `LabelledQuestionProblem`.
    init(line: String) throws {
        guard let object = try? JSONValue.parse(Data(line.utf8)), let question = object["question"]?.text, !question.isEmpty else {
            throw LabelledQuestionProblem(reason: "it must be a JSON object with a question")
        }
        self.question = question
        let labels = (object["relevant"].map(\.elements) ?? [object]).map { label in
            Label(filename: label["filename"]?.text, row: label["row"]?.number, contains: label["contains"]?.text)
        }
        self.labels = labels
        if labels.isEmpty || labels.contains(Label()) {
            throw LabelledQuestionProblem(reason: "each right passage needs a filename, a row or a text that it contains")
        }
    }

    /// Reads a file with one question a line; empty lines are skipped.
    ///
    /// - Throws: `LabelledQuestionProblem` that names the line, and errors of files.
    static func read(_ path: String) throws -> [LabelledQuestion] {
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
        var questions: [LabelledQuestion] = []
        for (number, line) in lines.enumerated() where !line.allSatisfy(\.isWhitespace) {
            do {
                questions.append(try LabelledQuestion(line: String(line)))
            } catch let problem as LabelledQuestionProblem {
                throw LabelledQuestionProblem(reason: "line \(number + 1) of \(path): \(problem.reason)")
            }
        }
        if questions.isEmpty { throw LabelledQuestionProblem(reason: "\(path) has no questions") }
        return questions
    }
}

/// What is wrong with a file of questions.
struct LabelledQuestionProblem: Error, CustomStringConvertible {
    let reason: String

    var description: String { "The questions cannot be read: \(reason)." }
}

/// As much of a found passage as labels speak of.
struct FoundPassage {
    let filename: String
    let row: Int?
    let foldedText: String

    init(filename: String, row: Int?, text: String) {
        self.filename = filename
        self.row = row
        foldedText = Self.fold(text)
    }

    /// Lower case, one space wherever there is white space.
    static func fold(_ text: String) -> String { text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ") }
}

import ArgumentParser
import Foundation
import NIOCore
import Platform

/// The second half of the demo: a table as dirty as real ones goes in, comes out graded and better, and grounds a model.
struct DatasetDemo {
    /// What is wrong with the table, as examples/README.md promises it.
    static let rows = 69
    static let duplicates = 10
    static let empty = 1
    /// Text that was decoded with the wrong encoding, as it stands in the table.
    private static let damage = "Â°C"

    let client: APIClient
    let table: URL
    let questions: [LabelledQuestion]

    /// - Throws: `LabelledQuestionProblem`.
    init(client: APIClient, examples: URL) throws {
        self.client = client
        table = examples.appending(path: "tables/beekeeping-questions.csv")
        questions = try LabelledQuestion.read(examples.appending(path: "tables/questions.jsonl").path)
    }

    /// - Throws: `APIFailure`, also when something does not come out as promised.
    func show() async throws {
        Terminal.say("\nNow a table of questions and answers with the dirt of real life: \(table.lastPathComponent)")
        let imported = try await TableImport(client: client).files([table], name: nil)
        for line in imported.lines { Terminal.say(line) }
        try require(imported.rows == Self.rows, "the table has \(imported.rows) rows and not \(Self.rows)")
        try require(!imported.remarks.isEmpty, "nobody remarks on the row that is too short")

        let work = DatasetRun(client: client, dataset: imported.id)
        let (settings, guess) = try await work.mapped(RunSettings.parse([]))
        if let guess { Terminal.say(guess.sentence) }
        Terminal.say(try await work.estimate(settings).sentence)
        let run = try await work.launch(settings)
        Terminal.say("Started a run.\n")
        let ended = try await work.follow(run)
        try DatasetRun.requireSuccess(ended)
        let report = try await QualityReport.fetch(client, dataset: imported.id)
        for line in report.lines { Terminal.say(line) }
        try check(ended)
        try await checkResult(imported.id)

        let workbench = Workbench(client: client)
        let model = try await workbench.model(named: "Bee-keeper of the table")
        try await workbench.associate(model: model, dataset: imported.id)
        Terminal.say("\nMade a model that reads the result.")
        for question in questions { try await ask(question, model) }
    }

    private func check(_ run: JSONValue) throws {
        let (counts, evaluation) = (run["counts"], run["evaluation"])
        try require(
            counts?["rowsDuplicate"]?.number == Self.duplicates && counts?["rowsEmpty"]?.number == Self.empty,
            "the run did not find \(Self.duplicates) duplicates and \(Self.empty) empty row")
        let (before, after) = (evaluation?["scoreBefore"]?.decimal ?? 0, evaluation?["scoreAfter"]?.decimal ?? 0)
        try require(after > before, "the score did not rise: \(before) before, \(after) after")
    }

    private func checkResult(_ id: String) async throws {
        var bytes = Data()
        try await client.download("/api/v1/datasets/\(id)/download?fileFormat=jsonl", named: { _ in }) {
            bytes.append(contentsOf: $0.readableBytesView)
        }
        let answers = try bytes.split(separator: 0x0A).map { try JSONValue.parse(Data($0))["enhanced_completion"]?.text ?? "" }
        try require(
            answers.count == Self.rows - Self.duplicates - Self.empty && !answers.contains { $0.contains(Self.damage) },
            "the downloaded result is not clean")
    }

    private func ask(_ question: LabelledQuestion, _ model: String) async throws {
        Terminal.say("\n> \(question.question)")
        let answer = try await Conversation(client: client, model: model).ask(question.question)
        let passage = FoundPassage(filename: answer.sources.first?["filename"]?.text ?? "", row: nil, text: answer.text)
        try require(
            !answer.sources.isEmpty && question.labels.allSatisfy { $0.matches(passage) },
            "the question “\(question.question)” was not answered from the table")
    }

    private func require(_ condition: Bool, _ otherwise: String) throws {
        if !condition { throw APIFailure(status: 0, description: "It did not come out as promised: \(otherwise).") }
    }
}

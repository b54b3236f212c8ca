import Foundation
import Platform
import TestSupport
import Testing

@testable import quarry

/// Labelled questions, the figures made of what was found, and the command that does it all.
@Suite(.timeLimit(.minutes(5))) struct EvaluationTests {
    private func question(_ labels: LabelledQuestion.Label...) throws -> LabelledQuestion {
        let relevant = try labels.map { label in
            var fields: [String: JSONValue] = [:]
            if let filename = label.filename { fields["filename"] = .string(filename) }
            if let row = label.row { fields["row"] = .integer(Int64(row)) }
            if let contains = label.contains { fields["contains"] = .string(contains) }
            return String(decoding: try JSONText.bytes(JSONValue.object(fields)), as: UTF8.self)
        }
        return try LabelledQuestion(line: #"{"question": "Why?", "relevant": [\#(relevant.joined(separator: ","))]}"#)
    }

    private func passages(_ names: String...) -> [FoundPassage] { names.map { FoundPassage(filename: $0, row: nil, text: $0) } }

    private func scores(_ passages: [FoundPassage], _ question: LabelledQuestion) -> RetrievalScores {
        var scores = RetrievalScores()
        scores.add(passages, for: question)
        return scores
    }

    @Test func questionsAreReadWithOneLabelOrSeveral() throws {
        let one = try LabelledQuestion(line: #"{"question": "Why?", "filename": "a.md", "row": 3, "contains": "five days", "more": 1}"#)
        #expect(one.question == "Why?")
        #expect(one.labels == [.init(filename: "a.md", row: 3, contains: "five days")])
        let several = try LabelledQuestion(
            line: #"{"question": "Why?", "relevant": [{"filename": "a.md"}, {"row": 2, "filename": "b.csv"}]}"#)
        #expect(several.labels == [.init(filename: "a.md"), .init(filename: "b.csv", row: 2)])
        for line in [
            "", "{", "[]", "1", #"{"filename": "a.md"}"#, #"{"question": ""}"#, #"{"question": "Why?"}"#,
            #"{"question": 1, "filename": "a"}"#,
            #"{"question": "Why?", "relevant": []}"#, #"{"question": "Why?", "relevant": [{"filename": "a.md"}, {}]}"#,
        ] {
            #expect(throws: LabelledQuestionProblem.self, "\(line)") { try LabelledQuestion(line: line) }
        }
    }

    @Test func aFileOfQuestionsSkipsEmptyLinesAndNamesAWrongOne() throws {
        let folder = TemporaryFolder()
        let file = folder.url.appending(path: "questions.jsonl")
        let good = #"{"question": "Why?", "filename": "a.md"}"#
        try Data("\(good)\n\n  \r\n\(good)\r\n".utf8).write(to: file)
        #expect(try LabelledQuestion.read(file.path).count == 2)
        try Data("\(good)\n\nnonsense\n".utf8).write(to: file)
        let problem = #expect(throws: LabelledQuestionProblem.self) { try LabelledQuestion.read(file.path) }
        #expect(problem?.description.contains("line 3") == true, "\(problem?.description ?? "")")
        try Data("\n\n".utf8).write(to: file)
        #expect(throws: LabelledQuestionProblem.self) { try LabelledQuestion.read(file.path) }
    }

    @Test func aLabelHoldsWhenAllItsFieldsDo() {
        let passage = FoundPassage(filename: "a.csv", row: 3, text: "Refunds  take\nFIVE days.")
        for (label, holds) in [
            (.init(filename: "a.csv"), true), (.init(filename: "A.csv"), false), (.init(row: 3), true), (.init(row: 2), false),
            (.init(contains: "take five\t days"), true), (.init(contains: "six days"), false),
            (.init(filename: "a.csv", row: 3, contains: "refunds"), true), (.init(filename: "a.csv", row: 3, contains: "bees"), false),
            (.init(filename: "b.csv", row: 3, contains: "refunds"), false),
        ] as [(LabelledQuestion.Label, Bool)] { #expect(label.matches(passage) == holds, "\(label)") }
    }

    /// By hand: 1 / log2(3) is 0.63093, 1 / log2(4) is 0.5, 1 / log2(6) is 0.386853.
    @Test func figuresAreWhatTheyAreByHand() throws {
        let one = try question(.init(filename: "a"))
        let first = scores(passages("a", "b"), one)
        #expect([first.hitRate(at: 1), first.hitRate(at: 5), first.meanReciprocalRank, first.discountedGain] == [1, 1, 1, 1])
        let fifth = scores(passages("b", "c", "d", "e", "a"), one)
        #expect([fifth.hitRate(at: 1), fifth.hitRate(at: 5), fifth.hitRate(at: 10), fifth.meanReciprocalRank] == [0, 1, 1, 0.2])
        #expect(abs(fifth.discountedGain - 0.386853) < 1e-6)
        let tenth = scores(passages("b", "b", "b", "b", "b", "b", "b", "b", "b", "a"), one)
        #expect([tenth.hitRate(at: 5), tenth.hitRate(at: 10), tenth.meanReciprocalRank] == [0, 1, 0.1])
        let eleventh = scores(passages("b", "b", "b", "b", "b", "b", "b", "b", "b", "b", "a"), one)
        #expect([eleventh.hitRate(at: 10), eleventh.meanReciprocalRank, eleventh.discountedGain] == [0, 0, 0])
        #expect(scores([], one).discountedGain == 0)

        // Ranks 1 and 3 of two: (1 + 0.5) / (1 + 0.63093).
        let two = try question(.init(filename: "a"), .init(filename: "b"))
        let both = scores(passages("b", "c", "a"), two)
        #expect(abs(both.discountedGain - 1.5 / 1.63093) < 1e-5)
        #expect([both.hitRate(at: 1), both.meanReciprocalRank] == [1, 1])
        // Several passages of one file fulfil its label once.
        #expect(abs(scores(passages("a", "a", "a"), two).discountedGain - 1 / 1.63093) < 1e-5)
        // With more right ones than ranks that count, ten of them are perfect.
        let twelve = try LabelledQuestion(
            line: #"{"question": "Why?", "relevant": ["#
                + [String](repeating: #"{"filename": "a"}"#, count: 12).joined(separator: ",") + "]}")
        #expect(scores(passages("a", "a", "a", "a", "a", "a", "a", "a", "a", "a"), twelve).discountedGain == 1)
    }

    @Test func figuresAreMeansOverTheQuestions() throws {
        let one = try question(.init(filename: "a"))
        var scores = RetrievalScores()
        #expect([scores.hitRate(at: 1), scores.meanReciprocalRank, scores.discountedGain] == [0, 0, 0])
        scores.add(passages("a"), for: one)
        scores.add(passages("b", "a"), for: one)
        scores.add(passages("b"), for: one)
        scores.add([], for: one)
        #expect(scores.questions == 4)
        #expect([scores.hitRate(at: 1), scores.hitRate(at: 5), scores.meanReciprocalRank] == [0.25, 0.5, 0.375])
        #expect(abs(scores.discountedGain - 1.63093 / 4) < 1e-5)
    }

    private static let texts = [
        ("refunds.txt", "Customers receive reimbursement within five working days."),
        ("canteen.txt", "The canteen opens at eight and serves lunch until two."),
        ("bees.txt", "Honey bees swarm in May when the hive grows crowded."),
    ]

    /// The first line of figures is of a paraphrase that words do not find, one that both legs find, and one that nothing answers.
    @Test func theCommandMeasuresEachLegAndBoth() async throws {
        let folder = TemporaryFolder()
        let questions = folder.url.appending(path: "questions.jsonl")
        let lines = [
            #"{"question": "How do I get my money back?", "filename": "refunds.txt", "contains": "five working days"}"#,
            #"{"question": "When do honey bees swarm?", "filename": "bees.txt"}"#,
            #"{"question": "When do honey bees swarm?", "contains": "never written"}"#,
        ]
        try Data(lines.joined(separator: "\n").utf8).write(to: questions)
        try await QuarryServer.running(data: folder) { server in
            let dataset = try await server.client.datasetAndModel().dataset
            for (name, text) in Self.texts {
                #expect(try await server.client.upload(text, named: name, dataset: dataset).status == 201)
            }
            try await until("the files are ready") { try await readyFiles(server) == Self.texts.count }
            let shown = try await evaluate(questions, dataset, server, folder)
            #expect(shown.code == 0, "\(shown.errors)")
            let figures = Dictionary(
                uniqueKeysWithValues: shown.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
                    .map { ($0.first ?? "", Array($0.dropFirst())) })
            #expect(figures["questions"] == ["3"])
            #expect(figures["leg"] == ["hit@1", "hit@5", "hit@10", "MRR", "nDCG@10"])
            #expect(figures["keyword"] == ["0.333", "0.333", "0.333", "0.333", "0.333"])
            #expect(figures["vector"] == ["0.667", "0.667", "0.667", "0.667", "0.667"])
            #expect(figures["hybrid"] == ["0.667", "0.667", "0.667", "0.667", "0.667"])

            // By name, and with a table whose vectors are made for it.
            let table = try await server.client.upload("q,a\nBees,They dance.\n", named: "t.csv", dataset: dataset)
            #expect(table.status == 201)
            try await until("the table is ready") { try await readyFiles(server) == Self.texts.count + 1 }
            let named = try await evaluate(questions, "notes", server, folder)
            #expect(named.code == 0 && named.output.contains("hybrid"), "\(named.errors)")

            let unknown = try await evaluate(questions, "nobody", server, folder)
            #expect(unknown.code == 1 && unknown.errors.contains("nobody"), "\(unknown.errors)")
            try Data("nonsense\n".utf8).write(to: questions)
            let wrong = try await evaluate(questions, dataset, server, folder)
            #expect(wrong.code == 1 && wrong.errors.contains("line 1"), "\(wrong.errors)")
            let missing = try await evaluate(folder.url.appending(path: "missing"), dataset, server, folder)
            #expect(missing.code == 1 && !missing.errors.isEmpty)
        }
    }

    @Test func withoutAnEncoderTheCommandMeasuresWordsAlone() async throws {
        let folder = TemporaryFolder()
        let (questions, file) = (folder.url.appending(path: "questions.jsonl"), folder.url.appending(path: "quarry.yaml"))
        try Data(#"{"question": "When do honey bees swarm?", "filename": "bees.txt"}"#.utf8).write(to: questions)
        try Data("encoder: none\n".utf8).write(to: file)
        try await QuarryServer.running(data: folder, options: ["--config", file.path]) { server in
            let dataset = try await server.client.datasetAndModel().dataset
            #expect(try await server.client.upload(Self.texts[2].1, named: "bees.txt", dataset: dataset).status == 201)
            try await until("the file is ready") { try await readyFiles(server) == 1 }
            let shown = try await evaluate(questions, dataset, server, folder)
            #expect(shown.code == 0 && shown.output.contains("keyword   1.000") && !shown.output.contains("hybrid"), "\(shown)")
            #expect(shown.output.contains("without an encoder"))
        }
    }

    private func readyFiles(_ server: QuarryServer) async throws -> Int {
        try await server.client.get("/v1/files?statusFilter=ready")["data"]?.elements.count ?? 0
    }

    private func evaluate(
        _ questions: URL, _ dataset: String, _ server: QuarryServer, _ folder: TemporaryFolder
    ) async throws -> (code: Int32, output: String, errors: String) {
        let process = try QuarryProcess(
            ["evaluate", "retrieval", questions.path, "--dataset", dataset],
            environment: ["QUARRY_URL": server.address, "QUARRY_API_KEY": QuarryServer.ownerKey], in: folder)
        let code = await process.exit()
        return (code, process.standardOutput, process.standardError)
    }
}

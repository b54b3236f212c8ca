import ArgumentParser
import Foundation
import Platform

/// `quarry evaluate`: how good a dataset's answers are, in figures.
struct EvaluateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate", abstract: "Measure how well questions are answered.", subcommands: [Retrieval.self])

    struct Retrieval: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "retrieval", abstract: "Measure how well a dataset's passages are found, by keyword, by vector and by both.",
            discussion: """
                QUESTIONS.jsonl has one question a line, with the file that answers it, the row of a table, or words that the right passage \
                contains: {"question": "How long do refunds take?", "filename": "handbook.md", "contains": "five working days"}. Several right \
                passages go into a list: {"question": "…", "relevant": [{"filename": "a.csv", "row": 3}, {"filename": "b.md"}]}.
                """)

        @Argument(help: "The labelled questions, one JSON object a line.") var questions: String
        @Option(help: "The dataset's id or name.") var dataset: String
        @OptionGroup var connection: ConnectionOptions

        /// How long to wait between two looks at vectors that are still being made.
        private static let patience = Duration.seconds(2)

        func run() async throws {
            do {
                let labelled = try LabelledQuestion.read(questions)
                let client = try connection.client()
                let id = try await Workbench(client: client).existingDataset(dataset)
                let path = "/v1/datasets/\(id)/search"
                let hasVectors = try await waitForVectors(client, path, asking: labelled[0].question)
                Terminal.say("questions \(labelled.count)")
                Terminal.say("leg       hit@1   hit@5   hit@10  MRR     nDCG@10")
                for mode in hasVectors ? ["keyword", "vector", "hybrid"] : ["keyword"] {
                    let scores = try await scores(of: labelled, client, path, mode: mode)
                    let figures = [
                        scores.hitRate(at: 1), scores.hitRate(at: 5), scores.hitRate(at: 10), scores.meanReciprocalRank,
                        scores.discountedGain,
                    ]
                    let columns = figures.map { Self.figure($0).padding(toLength: 8, withPad: " ", startingAt: 0) }.joined()
                    Terminal.say(mode.padding(toLength: 10, withPad: " ", startingAt: 0) + columns)
                }
                if !hasVectors {
                    Terminal.say(
                        "No passage has a vector, so only keywords were measured: the dataset is empty, or the server runs without an encoder."
                    )
                }
            } catch let problem as LabelledQuestionProblem {
                Terminal.complain(problem.description)
                throw ExitCode(1)
            } catch let failure as APIFailure {
                Terminal.complain(failure.description)
                throw ExitCode(1)
            } catch let error as CocoaError {
                Terminal.complain("The questions cannot be read: \(error.localizedDescription)")
                throw ExitCode(1)
            }
        }

        /// Three decimals, whatever the locale.
        private static func figure(_ value: Double) -> String {
            let thousandths = Int((value * 1000).rounded())
            return "\(thousandths / 1000)." + String("\(1000 + thousandths % 1000)".dropFirst())
        }

        /// False when the server has no encoder. Searching asks for vectors that are not made yet; they are waited for.
        private func waitForVectors(_ client: APIClient, _ path: String, asking question: String) async throws -> Bool {
            var isFirst = true
            while true {
                let answer = try await search(client, path, question, mode: "hybrid")
                if answer["vectorsPending"] != .bool(true) {
                    return answer["data"]?.elements.contains { $0["vectorScore"] != .null && $0["vectorScore"] != nil } ?? false
                }
                if isFirst { Terminal.complain("The dataset's vectors are being made; waiting for them.") }
                isFirst = false
                try await Task.sleep(for: Self.patience)
            }
        }

        private func scores(
            of questions: [LabelledQuestion], _ client: APIClient, _ path: String, mode: String
        ) async throws -> RetrievalScores {
            var scores = RetrievalScores()
            for question in questions {
                let answer = try await search(client, path, question.question, mode: mode)
                let passages = (answer["data"]?.elements ?? []).map { source in
                    FoundPassage(filename: source["filename"]?.text ?? "", row: source["row"]?.number, text: source["text"]?.text ?? "")
                }
                scores.add(passages, for: question)
            }
            return scores
        }

        private func search(_ client: APIClient, _ path: String, _ question: String, mode: String) async throws -> JSONValue {
            let body = JSONValue.object([
                "query": .string(question), "mode": .string(mode), "limit": .integer(Int64(RetrievalScores.depth)),
            ])
            return try await client.post(path, body)
        }
    }
}

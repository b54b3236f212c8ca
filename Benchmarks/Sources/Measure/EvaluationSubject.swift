import Adaptation
import Foundation
import Retrieval

/// The evaluation of rows: a table in, the assessment of each of its rows out.
struct EvaluationSubject: Subject {
    private let encoder: SentenceEncoder

    init(weights: String) throws { encoder = try SentenceEncoder(directory: URL(fileURLWithPath: weights)) }

    private struct Row: Decodable {
        var prompt: String?
        var completion: String?
        var context: [String]?
    }

    /// `assess TABLE.jsonl RESULT.json encoder|words` writes the assessments as a list; `rate TABLE.jsonl` says how long rows take without vectors.
    func answer(_ request: [String]) throws -> Answer {
        guard request.count >= 2 else { throw Refusal("What is \(request)?") }
        let rows = try table(request[1])
        switch (request[0], request.count) {
        case ("assess", 4): return try assess(rows, to: URL(fileURLWithPath: request[2]), withVectors: request[3] == "encoder")
        case ("rate", 2): return rate(rows)
        default: throw Refusal("What is \(request)?")
        }
    }

    private func table(_ path: String) throws -> [RowText] {
        let decoder = JSONDecoder()
        return try Data(contentsOf: URL(fileURLWithPath: path)).split(separator: UInt8(ascii: "\n")).map {
            let row = try decoder.decode(Row.self, from: $0)
            return RowText(prompt: row.prompt, completion: row.completion, context: row.context ?? [])
        }
    }

    private func assess(_ rows: [RowText], to url: URL, withVectors: Bool) throws -> Answer {
        var assessments: [RowAssessment] = []
        let time = seconds {
            var profile = TableProfile()
            for row in rows { profile.add(row) }
            let texts = profile.referenceTexts
            let references = withVectors ? vectors(texts.prompts, texts.completions) : nil
            let given =
                withVectors
                ? vectors(rows.map { RelevanceText.cut($0.prompt ?? "") }, rows.map { RelevanceText.cut($0.completion ?? "") }) : nil
            assessments = RowAssessor(profile: profile, references: references).assess(rows, vectors: given)
        }
        let plain = assessments.map { assessment in
            var values = Dictionary(uniqueKeysWithValues: assessment.values.map { ($0.key.rawValue, $0.value) })
            values["total"] = assessment.total
            return values
        }
        try JSONEncoder().encode(plain).write(to: url)
        var quality = DatasetQuality()
        for assessment in assessments { quality.add(assessment) }
        return Answer(seconds: time, texts: rows.count, score: quality.score, grade: quality.grade?.rawValue)
    }

    private func vectors(_ prompts: [String], _ completions: [String]) -> BatchVectors {
        BatchVectors(
            dimensions: SentenceEncoder.dimensions, prompts: Array(encoder.encode(prompts).joined()),
            completions: Array(encoder.encode(completions).joined()))
    }

    /// How long the calling thread was at work, in seconds: other programs on the machine do not count.
    private func processorSeconds(_ body: () -> Void) -> Double {
        func now() -> Double {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        }
        let start = now()
        body()
        return now() - start
    }

    /// Scoring alone, on the calling thread; the profile, which takes a pass of its own, is made before.
    private func rate(_ rows: [RowText]) -> Answer {
        var profile = TableProfile()
        let profiling = processorSeconds { for row in rows { profile.add(row) } }
        let assessor = RowAssessor(profile: profile)
        let scoring = processorSeconds { _ = assessor.assess(rows) }
        return Answer(seconds: scoring, milliseconds: [1000 * profiling, 1000 * scoring], texts: rows.count)
    }
}

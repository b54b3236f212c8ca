import Foundation
import Retrieval

/// The sentence encoder: texts in bulk, and queries one at a time. Tokenising counts.
struct EncoderSubject: Subject {
    private let encoder: SentenceEncoder
    private let sets: [String: [String]]

    /// `kernel` is the name of one, or `best`; `texts` is a file with a JSON object of sets of texts.
    init(weights: String, kernel: String, texts: String) throws {
        let chosen = EncoderKernel(rawValue: kernel)
        guard chosen != nil || kernel == "best" else { throw Refusal("There is no kernel \(kernel).") }
        encoder = try SentenceEncoder(directory: URL(fileURLWithPath: weights), kernel: chosen)
        sets = try JSONDecoder().decode([String: [String]].self, from: Data(contentsOf: URL(fileURLWithPath: texts)))
        _ = encoder.encode(["Memory is touched once before anything is measured."])
    }

    func answer(_ request: [String]) throws -> Answer {
        guard request.count == 3, let texts = sets[request[1]], !texts.isEmpty else { throw Refusal("What is \(request)?") }
        switch (request[0], Int(request[2])) {
        case ("bulk", let count?): return bulk(Array(texts.prefix(count)))
        case ("query", let count?): return queries(texts, count)
        case ("vectors", _): return try write(texts, to: URL(fileURLWithPath: request[2]))
        default: throw Refusal("What is \(request)?")
        }
    }

    private func bulk(_ texts: [String]) -> Answer {
        let tokens = texts.reduce(0) { $0 + min(SentenceEncoder.mostTokens, encoder.tokenCount($1)) }
        return Answer(seconds: seconds { _ = encoder.encode(texts) }, texts: texts.count, tokens: tokens)
    }

    private func queries(_ texts: [String], _ count: Int) -> Answer {
        for text in texts.prefix(3) { _ = encoder.encode(query: text) }
        let times = (0..<count).map { number in 1000 * seconds { _ = encoder.encode(query: texts[number % texts.count]) } }
        return Answer(milliseconds: times, texts: count, tokens: encoder.tokenCount(texts[0]))
    }

    /// Writes the vectors as 32-bit floats, one behind the other.
    private func write(_ texts: [String], to url: URL) throws -> Answer {
        var vectors = [[Float]]()
        let time = seconds { vectors = encoder.encode(texts) }
        try Array(vectors.joined()).withUnsafeBytes { Data($0) }.write(to: url)
        return Answer(seconds: time, texts: texts.count)
    }
}

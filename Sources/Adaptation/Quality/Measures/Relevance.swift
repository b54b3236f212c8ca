import Foundation

/// Does an answer belong to its prompt? With vectors: is it nearer to its prompt than to other prompts of the table, and the prompt nearer to it
/// than to other answers. Always: do they share words that few rows have.
struct Relevance {
    private let vocabulary: TableVocabulary
    private let rows: Double
    private let references: BatchVectors?

    init(vocabulary: TableVocabulary, countedRows: Int, references: BatchVectors?) {
        self.vocabulary = vocabulary
        rows = Double(countedRows)
        self.references = references.flatMap { $0.count >= Self.fewestReferences ? $0 : nil }
    }

    /// With fewer rows to compare with, cosines are judged by what is usual elsewhere.
    static let fewestReferences = 8
    /// The mean and the deviation of the cosine of a prompt and the answer to another, on tables of mixed subjects; and the weight of that belief
    /// in rows.
    private static let usualMean = 0.08
    private static let usualDeviation = 0.11
    private static let usualWeight = 6.0

    /// What is known of a pair. Zero where nothing speaks for it.
    struct Evidence {
        /// Cosine of prompt and answer; nil without vectors.
        var cosine: Double?
        /// How many deviations the cosine is above those of this prompt with other answers, and of this answer with other prompts.
        var promptContrast = 0.0
        var answerContrast = 0.0
        /// The weight of the words that both have, and the share it is of the shorter text's.
        var shared = 0.0
        var sharedShare = 0.0
        /// Words of the answer that could be shared.
        var answerKeys = 0
        var promptKeys = 0
    }

    /// 0...1 of a row whose prompt and answer both say something.
    func value(_ prompt: ReadText, _ completion: ReadText, context: [ReadText], vectors: BatchVectors?, index: Int) -> Double {
        Self.value(evidence(prompt, completion, context: context, vectors: vectors, index: index))
    }

    func evidence(_ prompt: ReadText, _ completion: ReadText, context: [ReadText], vectors: BatchVectors?, index: Int) -> Evidence {
        var evidence = words(prompt, completion, context)
        guard let vectors, index < vectors.count else { return evidence }
        let width = vectors.dimensions
        let own = Double(BatchVectors.cosine(vectors.prompts, index, vectors.completions, index, dimensions: width))
        evidence.cosine = own
        let others = references.flatMap { $0.dimensions == width ? $0 : nil }
        evidence.promptContrast = contrast(own, others?.count ?? 0) { other in
            others.map { BatchVectors.cosine(vectors.prompts, index, $0.completions, other, dimensions: width) } ?? 0
        }
        evidence.answerContrast = contrast(own, others?.count ?? 0) { other in
            others.map { BatchVectors.cosine($0.prompts, other, vectors.completions, index, dimensions: width) } ?? 0
        }
        return evidence
    }

    /// How far a cosine is above others, in their deviations. One that is the same is the row itself and does not count.
    private func contrast(_ own: Double, _ count: Int, _ cosine: (Int) -> Float) -> Double {
        var sum = Self.usualMean * Self.usualWeight
        var squares = (Self.usualDeviation * Self.usualDeviation + Self.usualMean * Self.usualMean) * Self.usualWeight
        var weight = Self.usualWeight
        for other in 0..<count {
            let value = Double(cosine(other))
            if abs(value - own) < 1e-5 { continue }
            sum += value
            squares += value * value
            weight += 1
        }
        let mean = sum / weight
        return (own - mean) / max(0.03, (squares / weight - mean * mean).squareRoot())
    }

    private func words(_ prompt: ReadText, _ completion: ReadText, _ context: [ReadText]) -> Evidence {
        var asked = HashSet(capacity: prompt.scan.words.count)
        var askedWeight = 0.0
        var count = 0
        prompt.forEachKey { key, _ in
            guard asked.insert(key) else { return }
            count += 1
            askedWeight += weight(key)
        }
        let promptKeys = count
        for text in context { text.forEachKey { key, _ in _ = asked.insert(key) } }
        var answered = HashSet(capacity: completion.scan.words.count)
        var answeredKeys = 0
        var answeredWeight = 0.0
        var shared = 0.0
        completion.forEachKey { key, _ in
            guard answered.insert(key) else { return }
            answeredKeys += 1
            let weight = weight(key)
            answeredWeight += weight
            if asked.contains(key) { shared += weight }
        }
        var evidence = Evidence()
        evidence.shared = shared
        evidence.sharedShare = shared / max(1, min(askedWeight, answeredWeight))
        evidence.answerKeys = answeredKeys
        evidence.promptKeys = promptKeys
        return evidence
    }

    /// How rare a word is in the table, in nats; 0 for one that every tenth row has.
    private func weight(_ key: UInt64) -> Double {
        let expected = log((rows + 20) / (Double(vocabulary.rows(key)) + 1)) - 2.3
        return max(0, expected)
    }

    static func value(_ evidence: Evidence) -> Double { RelevanceWeights.value(evidence) }
}

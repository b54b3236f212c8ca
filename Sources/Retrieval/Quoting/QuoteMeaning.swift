/// What the sentence encoder knows of a question, so that quotes are chosen by what they mean and not by their words alone.
package struct QuoteMeaning {
    /// The question's vector, of length 1.
    package var question: [Float]
    /// The cosine of each passage given with the question, -1 to 1; nil where the passage has no vector yet.
    package var cosines: [Double?]
    /// Encodes texts into vectors of length 1, one for each text, as many dimensions as the question's.
    package var encode: ([String]) -> [[Float]]

    package init(question: [Float], cosines: [Double?], encode: @escaping ([String]) -> [[Float]]) {
        self.question = question
        self.cosines = cosines
        self.encode = encode
    }

    /// The cosine of a passage; nil where none is known.
    func cosine(ofPassage index: Int) -> Double? { cosines.indices.contains(index) ? cosines[index] : nil }

    /// The cosine of two vectors of length 1; 0 when they do not have the same dimensions.
    static func cosine(_ left: [Float], _ right: [Float]) -> Double {
        guard left.count == right.count else { return 0 }
        var sum = 0.0
        for index in left.indices { sum += Double(left[index]) * Double(right[index]) }
        return sum
    }
}

/// How well a sentence answers a question, with its meaning known.
enum QuoteScore {
    /// Whether to answer at all is asked of the meaning first: sentences about something else share words, too.
    static let supportCoverage = 0.25
    static let supportShare = 0.5
    /// Which sentence to quote is told by its words as well: of several about the same thing, the one with the question's words has the fact.
    static let orderCoverage = 0.75
    static let orderShare = 0.25

    /// What speaks for there being an answer: up to 1.75.
    static func support(cosine: Double, coverage: Double, matchedShare: Double) -> Double {
        cosine + supportCoverage * coverage + supportShare * matchedShare
    }

    /// What the order of quotes follows: up to 2.
    static func order(cosine: Double, coverage: Double, matchedShare: Double) -> Double {
        cosine + orderCoverage * coverage + orderShare * matchedShare
    }
}

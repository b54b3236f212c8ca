/// A piece of a retrieved passage that answers a question, word for word.
package struct Quote: Sendable, Hashable {
    /// The index into the passages given.
    package var passage: Int
    /// Unicode scalar offsets within the passage.
    package var range: Range<Int>
    package var text: String

    package init(passage: Int, range: Range<Int>, text: String) {
        self.passage = passage
        self.range = range
        self.text = text
    }
}

/// What bounds an answer made of quotes, and when there is none. The defaults are measured (docs/decisions/0007).
package struct QuoteLimits: Sendable, Hashable {
    /// The most quotes; 1 to 8.
    package var quotes: Int
    /// The most scalars of all quotes together; the first quote is given whatever its length.
    package var scalars: Int
    /// A passage is quoted only if it covers this share of the question's idf mass, or reaches `minimumCosine`.
    package var minimumMatchedShare: Double
    /// Without an encoder, the best quote must cover this share of the question's mass within the passages, by itself or with its heading
    /// and the sentence before it.
    package var minimumOverlap: Double
    /// A further quote must score at least this share of the best one's score.
    package var furtherScore: Double
    /// The same for a sentence before the best one in its passage: an answer should begin with what answers, not with what leads up to it.
    package var precedingScore: Double
    /// Quotes that share this much of their terms (of the shorter one's) say the same.
    package var repetition: Double
    /// With an encoder, a passage is quoted as well if its cosine with the question reaches this; -1 to 1.
    package var minimumCosine: Double
    /// With an encoder, there is an answer only if a sentence has this support (`QuoteScore.support`): 0 (always) to 1.75 (never).
    package var minimumSupport: Double
    /// In English, a sentence with this cosine to the question answers it whatever its words: of a long question a good answer repeats only
    /// a small share; -1 to 1, or more for never.
    package var sufficientCosine: Double
    /// How much more support is asked for in other languages than English: the encoder learnt English, and finds any two sentences of
    /// another language alike; 0 to 1.
    package var foreignSupport: Double
    /// Quotes whose vectors have this cosine say the same; up to 1.
    package var repetitionCosine: Double
    /// The most sentences encoded for one answer, the most promising by their words; 1 or more. The time of an answer is in proportion.
    package var encodedSentences: Int

    package init(
        quotes: Int = 4, scalars: Int = 1200, minimumMatchedShare: Double = 0.5, minimumOverlap: Double = 0.35, furtherScore: Double = 0.75,
        precedingScore: Double = 0.9, repetition: Double = 0.8, minimumCosine: Double = 0.25, minimumSupport: Double = 0.66,
        sufficientCosine: Double = 0.5,
        foreignSupport: Double = 0.08, repetitionCosine: Double = 0.9, encodedSentences: Int = 16
    ) {
        self.quotes = quotes
        self.scalars = scalars
        self.minimumMatchedShare = minimumMatchedShare
        self.minimumOverlap = minimumOverlap
        self.furtherScore = furtherScore
        self.precedingScore = precedingScore
        self.repetition = repetition
        self.minimumCosine = minimumCosine
        self.minimumSupport = minimumSupport
        self.sufficientCosine = sufficientCosine
        self.foreignSupport = foreignSupport
        self.repetitionCosine = repetitionCosine
        self.encodedSentences = encodedSentences
    }
}

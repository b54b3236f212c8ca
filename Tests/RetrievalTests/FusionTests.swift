import Testing

@testable import Retrieval

@Suite struct FusionTests {
    private func order(_ candidates: [FusionCandidate], _ parameters: FusionParameters = .init()) -> [Int] {
        Fusion.rank(candidates, parameters: parameters).map(\.candidate)
    }

    @Test func passageThatBothLegsFindGoesBeforeOneThatASingleLegFinds() {
        let candidates = [
            FusionCandidate(keywordScore: 8, matchedShare: 0.8, cosine: 0.1),
            FusionCandidate(keywordScore: 0, matchedShare: 0, cosine: 0.6),
            FusionCandidate(keywordScore: 7, matchedShare: 0.7, cosine: 0.5),
        ]
        #expect(order(candidates).first == 2)
    }

    @Test func legThatIsSureOfItselfIsHeard() {
        // By rank all three keyword hits would be nearly equal; by value the first has what the question asks for and the others a stray word.
        let candidates = [
            FusionCandidate(keywordScore: 12, matchedShare: 1, cosine: 0.3),
            FusionCandidate(keywordScore: 2, matchedShare: 0.2, cosine: 0.45),
            FusionCandidate(keywordScore: 1.9, matchedShare: 0.2, cosine: 0.5),
        ]
        #expect(order(candidates) == [0, 2, 1])
    }

    @Test func strengthFollowsTheFormula() throws {
        let candidates = [
            FusionCandidate(keywordScore: 6, matchedShare: 0.75, cosine: 0.4),
            FusionCandidate(keywordScore: 4, matchedShare: 0.5, cosine: 0.2),
            FusionCandidate(keywordScore: 1, matchedShare: 0.25, cosine: 0.1),
        ]
        // score / share is 8, 8 and 4: every term would be worth 8, and at most twice that.
        let best = try #require(Fusion.rank(candidates).first)
        #expect(abs(best.strength - (0.5 * 0.4 + 0.5 * (0.75 * 6 / 16 + 0.25 * 0.75))) < 1e-12)
        #expect(best.candidate == 0 && best.score == 0.4)
    }

    @Test func theScaleOfKeywordScoresDoesNotMatter() {
        var random = SeededGenerator(5)
        for _ in 0..<200 {
            let candidates = (0..<20).map { _ in
                FusionCandidate(
                    keywordScore: Double.random(in: 0...20, using: &random), matchedShare: Double.random(in: 0...1, using: &random),
                    cosine: Double.random(in: -0.2...0.9, using: &random))
            }
            let larger = candidates.map {
                FusionCandidate(keywordScore: $0.keywordScore.map { $0 * 4 }, matchedShare: $0.matchedShare, cosine: $0.cosine)
            }
            #expect(order(candidates) == order(larger))
        }
    }

    @Test func withoutAnyVectorTheOrderIsThatOfTheKeywords() {
        let candidates = [
            FusionCandidate(keywordScore: 3, matchedShare: 0.9), FusionCandidate(keywordScore: 5, matchedShare: 0.1),
            FusionCandidate(keywordScore: 4, matchedShare: 0.5),
        ]
        #expect(order(candidates) == [1, 2, 0])
        #expect(Fusion.rank(candidates).map(\.score) == [0.1, 0.5, 0.9])
    }

    @Test func passageWithoutAVectorIsPlacedByItsKeywords() {
        let candidates = [
            FusionCandidate(keywordScore: 9, matchedShare: 1, cosine: 0.7), FusionCandidate(keywordScore: 9, matchedShare: 1, cosine: 0.2),
            FusionCandidate(keywordScore: 9, matchedShare: 1), FusionCandidate(keywordScore: 1, matchedShare: 0.1),
        ]
        // The one without a vector stands where a cosine as good as its keywords would put it, not where a cosine of 0 would.
        #expect(order(candidates) == [0, 2, 1, 3])
    }

    @Test func withoutAnyKeywordTheOrderIsThatOfTheCosines() {
        let candidates = [FusionCandidate(cosine: 0.2), FusionCandidate(cosine: 0.6), FusionCandidate(cosine: -0.1)]
        #expect(order(candidates) == [1, 0, 2])
        #expect(Fusion.rank(candidates).map(\.score) == [0.6, 0.2, 0])
    }

    @Test func weightsAtTheirEndsLeaveOneLeg() {
        let candidates = [
            FusionCandidate(keywordScore: 9, matchedShare: 1, cosine: 0.1),
            FusionCandidate(keywordScore: 1, matchedShare: 0.1, cosine: 0.9),
        ]
        #expect(order(candidates, FusionParameters(cosineWeight: 0)) == [0, 1])
        #expect(order(candidates, FusionParameters(cosineWeight: 1)) == [1, 0])
    }

    @Test func equalCandidatesKeepTheirOrderAndTheLimitCutsTheRest() {
        let candidates = [FusionCandidate](repeating: FusionCandidate(keywordScore: 1, matchedShare: 0.5, cosine: 0.5), count: 9)
        #expect(Fusion.rank(candidates, limit: 4).map(\.candidate) == [0, 1, 2, 3])
        #expect(Fusion.rank(candidates, limit: -1).isEmpty)
        #expect(Fusion.rank([]).isEmpty)
    }

    @Test func passageQualifiesByItsMeaningOrByItsWords() {
        func qualifies(_ cosine: Double?, _ share: Double?, _ parameters: FusionParameters = .init()) -> Bool {
            Fusion.qualifies(FusionCandidate(keywordScore: share, matchedShare: share, cosine: cosine), parameters: parameters)
        }
        #expect(qualifies(0.25, nil) && qualifies(0.25, 0))
        #expect(!qualifies(0.24, 0.49) && !qualifies(nil, 0.49) && !qualifies(nil, nil))
        #expect(qualifies(nil, 0.5) && qualifies(-0.1, 0.5))
        #expect(!qualifies(0.3, 0.6, FusionParameters(minimumCosine: 0.4, minimumMatchedShare: 0.7)))
        #expect(Fusion.rank([FusionCandidate(cosine: 0.1), FusionCandidate(cosine: 0.3)]).map(\.qualifies) == [true, false])
    }

    @Test func valuesThatAreNoNumbersCountAsMissing() {
        let candidates = [
            FusionCandidate(keywordScore: .nan, matchedShare: .nan, cosine: .nan),
            FusionCandidate(keywordScore: .infinity, matchedShare: 2),
            FusionCandidate(keywordScore: 2, matchedShare: 0.5, cosine: 0.5),
        ]
        let hits = Fusion.rank(candidates)
        #expect(hits.first?.candidate == 2)
        #expect(hits.allSatisfy { $0.strength.isFinite && (0...1).contains($0.score) })
    }
}

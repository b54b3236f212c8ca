import Testing

@testable import Platform

@Suite struct RowSampleTests {
    private func rows(_ count: Int, of total: Int, seed: String = "run") -> [Int] {
        let sample = RowSample(rows: count, of: total, seed: seed)
        return (1...total).filter(sample.contains)
    }

    @Test(arguments: [(1, 1000), (63, 64), (64, 65), (500, 1000), (999, 1000)]) func itHasAsManyRowsAsWereAskedFor(
        _ count: Int, _ total: Int
    ) {
        #expect(rows(count, of: total).count == count)
    }

    @Test func everythingHasEveryRow() {
        #expect(rows(10, of: 10) == Array(1...10))
        #expect(rows(20, of: 10) == Array(1...10))
        #expect((1...1000).allSatisfy(RowSample.everything.contains))
    }

    @Test func theSameSeedDrawsTheSameSampleAndAnotherAnother() {
        #expect(rows(100, of: 1000) == rows(100, of: 1000))
        #expect(rows(100, of: 1000) != rows(100, of: 1000, seed: "another run"))
    }

    /// Over 2,000 samples of 10 out of 50 each row is drawn 400 times, give or take what chance gives: six standard deviations are 107.
    @Test func everyRowIsAsLikelyAsAnyOther() {
        var drawn = [Int](repeating: 0, count: 51)
        for seed in 0..<2000 { for row in rows(10, of: 50, seed: "seed \(seed)") { drawn[row] += 1 } }
        #expect(drawn[0] == 0)
        for row in 1...50 { #expect(abs(drawn[row] - 400) < 107, "row \(row) was drawn \(drawn[row]) times") }
    }
}

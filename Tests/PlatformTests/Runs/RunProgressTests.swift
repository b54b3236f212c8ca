import Testing

@testable import Platform

@Suite struct RunProgressTests {
    @Test(arguments: [false, true]) func itOnlyGrowsAndIsNeverCompleteBeforeTheEnd(_ generates: Bool) {
        let progress = RunProgress(total: 1000, generates: generates)
        var seen = [progress.now.processedRows]
        for step in Run.Step.allCases {
            progress.reach(step, 0)
            seen.append(progress.now.processedRows)
            #expect(progress.now.step == step)
            if step == .publish { break }
            for _ in 0..<20 {
                progress.advance(by: 50, of: 1000)
                seen.append(progress.now.processedRows)
            }
            // More rows than were announced.
            progress.advance(by: 50, of: 1000)
            seen.append(progress.now.processedRows)
        }
        #expect(seen == seen.sorted())
        #expect(seen.first == 0 && seen.last.map { $0 > 800 && $0 < 1000 } == true, "\(seen)")
    }

    @Test func nothingIsDividedByZero() {
        let progress = RunProgress(total: 0, generates: false)
        progress.advance(by: 1, of: 0)
        #expect(progress.now.processedRows == 0)
    }

    @Test func aWishToStopIsKept() {
        let progress = RunProgress(total: 1, generates: false)
        #expect(!progress.isCancelled)
        progress.cancel()
        progress.reach(.publish, 0)
        #expect(progress.isCancelled)
    }
}

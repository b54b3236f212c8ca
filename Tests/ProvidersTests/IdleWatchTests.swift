import Testing

@testable import Providers

@Suite(.timeLimit(.minutes(5))) struct IdleWatchTests {
    @Test func eachThingHeardMovesTheDeadline() {
        let start = ContinuousClock.now
        let watch = IdleWatch(limit: .seconds(10), since: start)
        #expect(watch.silence(at: start + .seconds(9)) == nil)
        #expect(watch.silence(at: start + .seconds(10)) == IdleWatch.Silence(limit: .seconds(10)))
        watch.heard(next: .seconds(5), at: start + .seconds(9))
        #expect(watch.silence(at: start + .seconds(13)) == nil)
        #expect(watch.silence(at: start + .seconds(14)) == IdleWatch.Silence(limit: .seconds(5)))
    }

    @Test func silenceEndsWhatIsWatched() async throws {
        let watch = IdleWatch(limit: .milliseconds(1))
        await #expect(throws: IdleWatch.Silence.self) {
            try await watch.guarding { try await Task.sleep(for: .seconds(3600)) }
        }
        try await IdleWatch(limit: .seconds(3600)).guarding {}
    }
}

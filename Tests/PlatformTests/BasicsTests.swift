import Foundation
import Storage
import TestSupport
import Testing

@testable import Platform

@Suite struct BasicsTests {
    private let moment = Timestamp(milliseconds: 1_795_176_000_123)

    @Test func idsRiseWithinAMillisecondAndWithTime() {
        // More than fit into one millisecond's counter.
        let ids = (0..<10_000).map { _ in Identifier<Int>.make(at: moment).text }
        #expect(ids == ids.sorted())
        #expect(Set(ids).count == ids.count)
        let later = Identifier<Int>.make(at: moment.adding(.seconds(60))).text
        #expect(ids.allSatisfy { $0 < later })
    }

    @Test func idsRiseThoughTheClockGoesBack() {
        let later = Identifier<Int>.make(at: moment.adding(.seconds(120))).text
        let earlier = Identifier<Int>.make(at: moment).text
        #expect(later < earlier)
    }

    @Test func idsAreLowercaseVersionSeven() throws {
        let form = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/
        for _ in 0..<1_000 { #expect(try form.wholeMatch(in: Identifier<Int>.make(at: moment).text) != nil) }
    }

    @Test func catalogueIdsAreVersionFiveAndStable() throws {
        #expect(SystemModel.id(of: "quoting") == SystemModel.quoting.id)
        #expect(SystemModel.id(of: "quoting") != SystemModel.id(of: "Quoting"))
        let form = /[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/
        for name in ["quoting", "large-modelo", "", "ü"] { #expect(try form.wholeMatch(in: SystemModel.id(of: name).text) != nil) }
    }

    @Test(arguments: [
        ("2026-11-20T12:00:00Z", 1_795_176_000_000), ("2026-11-20T12:00:00.123Z", 1_795_176_000_123), ("1970-01-01T00:00:00Z", 0),
        ("2026-11-20T13:00:00+01:00", 1_795_176_000_000), ("1969-12-31T23:59:59Z", -1_000),
    ]) func timesAreRead(_ text: String, _ milliseconds: Int64) {
        #expect(Timestamp.parse(text)?.milliseconds == milliseconds)
    }

    @Test(arguments: ["", "yesterday", "2026-13-01T00:00:00Z", "2026-11-20", "2026-11-20T12:00:00"]) func whatIsNoTimeIsNotRead(
        _ text: String
    ) {
        #expect(Timestamp.parse(text) == nil)
    }

    @Test func millisecondsArePrintedAsTheyAre() {
        for milliseconds: Int64 in [1_795_888_328_224, 0, 1, 999, 1_000, -1, 4_102_444_799_999]
            + (0..<1_000).map({ 1_795_888_328_000 + $0 })
        {
            let text = Timestamp(milliseconds: milliseconds).millisecondsText
            #expect(Timestamp.parse(text)?.milliseconds == milliseconds, "\(text)")
            #expect(text.hasSuffix(String(((milliseconds % 1_000 + 1_000) % 1_000) + 1_000).dropFirst() + "Z"))
        }
    }

    @Test func timesArePrintedInWholeSeconds() {
        #expect(moment.secondsText == "2026-11-20T12:00:00Z")
        #expect(Timestamp(milliseconds: 1_795_176_000_999).secondsText == "2026-11-20T12:00:00Z")
        for milliseconds: Int64 in [0, 1_000, 951_782_400_000, 4_102_444_799_000] {
            #expect(Timestamp.parse(Timestamp(milliseconds: milliseconds).secondsText)?.milliseconds == milliseconds)
        }
    }

    @Test func aPatchTellsAbsentNullAndValueApart() {
        #expect(Patch<Int>.absent.merged(into: Optional(1)) == 1)
        #expect(Patch<Int>.null.merged(into: Optional(1)) == nil)
        #expect(Patch<Int>.value(2).merged(into: Optional(1)) == 2)
        #expect(Patch<Int>.absent.merged(into: 1) == 1)
        #expect(Patch<Int>.null.merged(into: 1) == 1)
        #expect(Patch<Int>.value(2).merged(into: 1) == 2)
        #expect(Patch<Int>.absent.given == nil && Patch<Int>.null.given == nil && Patch.value(3).given == 3)
    }

    @Test(arguments: [
        "", "after-effect=crash", "during-turn=delay:20", "after-upload=fail, during-ingestion=crash@0.3", "during-turn=delay:0@1",
    ])
    func faultsAreRead(_ text: String) { #expect(Faults(text) != nil) }

    @Test(arguments: [
        "after-effect", "nowhere=crash", "after-effect=explode", "after-effect=crash@2", "after-effect=crash@-1", "after-effect=crash@x",
        "during-turn=delay", "during-turn=delay:-1", "during-turn=delay:x", "=crash", "after-effect=",
    ])
    func faultsThatMeanNothingAreRefused(_ text: String) { #expect(Faults(text) == nil) }

    @Test func aFaultHappensAtItsPointAlone() async throws {
        let faults = try #require(Faults("after-upload=fail"))
        await #expect(throws: PlatformError.self) { try await faults.pass(.afterUpload) }
        for point in Faults.Point.allCases where point != .afterUpload { try await faults.pass(point) }
        let never = try #require(Faults("after-upload=fail@0"))
        for _ in 0..<100 { try await never.pass(.afterUpload) }
        for point in Faults.Point.allCases { try await Faults.none.pass(point) }
    }

    @Test func aTurnCostsACreditForEachBegunThousandTokens() {
        #expect(TurnPrice.credits(tokens: 0, multiplier: 1) == 1)
        #expect(TurnPrice.credits(tokens: 1, multiplier: 1) == 1)
        #expect(TurnPrice.credits(tokens: 1_000, multiplier: 1) == 1)
        #expect(TurnPrice.credits(tokens: 1_001, multiplier: 1) == 2)
        #expect(TurnPrice.credits(tokens: 2_500, multiplier: 4) == 12)
        #expect(TurnPrice.credits(tokens: 0, multiplier: 3) == 3)
        #expect(TurnPrice.credits(tokens: 9_999, multiplier: 0) == 0)
    }

    @Test func anAddressThatFailsTooOftenWaitsForTheRestOfItsMinute() {
        let clock = TestClock()
        let throttle = FailureThrottle(clock: clock)
        for _ in 1..<FailureThrottle.failuresPerWindow { throttle.recordFailure("a") }
        #expect(throttle.waitSeconds("a") == nil)
        clock.advance(by: .milliseconds(30_500))
        throttle.recordFailure("a")
        #expect(throttle.waitSeconds("a") == 30)
        #expect(throttle.waitSeconds("b") == nil)
        clock.advance(by: .milliseconds(29_499))
        #expect(throttle.waitSeconds("a") == 1)
        clock.advance(by: .milliseconds(1))
        #expect(throttle.waitSeconds("a") == nil)
        throttle.recordFailure("a")
        #expect(throttle.waitSeconds("a") == nil, "a new window begins with nothing")
    }
}

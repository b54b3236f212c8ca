import Testing

@testable import Ingestion

@Suite struct ExtractionLimitsTests {
    @Test func timeAndOutputGrowWithTheFileAndMemoryDoesNot() {
        let base = ExtractionLimits()
        #expect(base.scaled(toInputBytes: 0) == base)
        #expect(base.scaled(toInputBytes: 64 << 20) == base)
        // The largest upload of the contract.
        let most = base.scaled(toInputBytes: 2_147_483_648)
        #expect(most.memoryBytes == base.memoryBytes)
        #expect(most.outputBytes == base.outputBytes + 4 * (2_147_483_648 - 64 << 20))
        #expect(most.cpuSeconds == base.cpuSeconds + 496)
        #expect(most.wallSeconds == base.wallSeconds + 992)
    }
}

import Testing

@testable import Retrieval

@Suite struct PassageMaskTests {
    static let sizes = [0, 1, 2, 63, 64, 65, 127, 128, 129, 1_000]

    @Test(arguments: sizes) func maskShowsExactlyItsRanges(_ size: Int) {
        var random = SeededGenerator(UInt64(size))
        for _ in 0..<50 {
            let visible = (0..<Int.random(in: 0...4, using: &random)).map { _ in
                let start = Int.random(in: 0...size, using: &random)
                return start..<Int.random(in: start...size, using: &random)
            }
            let mask = PassageMask(size: size, visible: visible)
            let expected = (0..<size).filter { index in visible.contains { $0.contains(index) } }
            #expect((-1...size + 1).filter { mask.contains($0) } == expected)
            #expect(mask.count == expected.count && mask.size == size)
            mask.withWords { words in
                #expect(words.count == (size + 63) / 64)
                #expect(words.reduce(0) { $0 + $1.nonzeroBitCount } == expected.count)
                for index in expected { #expect(words[index / 64] >> UInt64(index % 64) & 1 == 1) }
            }
        }
    }

    @Test(arguments: sizes) func everythingAndNothingCanBeVisible(_ size: Int) {
        #expect(PassageMask(size: size, visible: [0..<size]).count == size)
        #expect(PassageMask(size: size, visible: []).count == 0)
    }

    @Test func whatLiesOutsideIsIgnored() {
        let mask = PassageMask(size: 65, visible: [-10..<1, 64..<1_000, 70..<80, -5 ..< -2])
        #expect((0..<65).filter { mask.contains($0) } == [0, 64] && mask.count == 2)
        #expect(!mask.contains(65) && !mask.contains(.max) && !mask.contains(.min))
        #expect(PassageMask(size: -1, visible: [0..<1]).size == 0)
    }

    @Test func masksThatShowTheSameAreEqual() {
        let whole = PassageMask(size: 130, visible: [3..<100])
        let parts = PassageMask(size: 130, visible: [50..<100, 3..<64, 3..<51])
        #expect(whole == parts && whole.hashValue == parts.hashValue)
        #expect(whole != PassageMask(size: 131, visible: [3..<100]))
    }
}

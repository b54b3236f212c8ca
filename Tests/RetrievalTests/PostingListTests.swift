import Testing

@testable import Retrieval

@Suite struct PostingListTests {
    private func walk(_ bytes: [UInt8], count: Int, passages: Int, steps: [Int]) -> (seen: [[Int]], isIntact: Bool) {
        // With and without bytes behind the list, which decide how the last postings are read.
        bytes.withUnsafeBytes { file in
            var cursor = PostingCursor(file, 0..<file.count, count: count, passageCount: passages)
            var seen = [[Int]]()
            for limit in steps { cursor.forEach(before: limit) { seen.append([$0, $1]) } }
            return (seen, cursor.isIntact)
        }
    }

    @Test func postingsComeBackWhateverTheSteps() {
        var random = SeededGenerator(47)
        for _ in 0..<300 {
            var list = PostingList()
            var expected = [[Int]]()
            var passage = Int.random(in: 0...70, using: &random)
            for _ in 0..<Int.random(in: 1...60, using: &random) {
                let frequency = [1, 1, 1, 2, 3, 4, 5, 131, 132, 70_000].randomElement(using: &random) ?? 1
                list.append(passage: passage, frequency: frequency)
                expected.append([passage, frequency])
                passage += [1, 2, 31, 32, 4095, 4096, 3_000_000].randomElement(using: &random) ?? 1
            }
            let steps = (0..<5).map { _ in Int.random(in: 0...passage, using: &random) }.sorted() + [.max]
            let result = walk(list.bytes, count: list.count, passages: passage, steps: steps)
            #expect(result.seen == expected && result.isIntact)
        }
    }

    @Test func commonTermTakesOneByteAPassage() {
        var list = PostingList()
        for passage in 0..<1000 { list.append(passage: passage * 30, frequency: 1 + passage % 3) }
        #expect(list.bytes.count == 1000)
    }

    @Test func nonsenseEndsTheList() {
        for (bytes, count) in [
            ([4], 2), ([4, 0], 2), ([4, 3], 2), ([3], 1), ([4, 4, 4], 2), ([4, 0x80], 2), ([0x81], 1), ([0x80, 2], 1),
            ([4, 0x80, 2, 4], 3),
            ([UInt8](repeating: 0xFF, count: 30), 9), ([4] + [UInt8](repeating: 0xFF, count: 30), 9),
            ([UInt8](repeating: 0, count: 30), 30),
            ([4] + [UInt8](repeating: 0, count: 30), 30),
        ] as [([UInt8], Int)] {
            let result = walk(bytes, count: count, passages: 50, steps: [10, 40, .max])
            #expect(!result.isIntact, "\(bytes)")
            #expect(result.seen.allSatisfy { $0[0] < 50 })
        }
    }
}

import Testing

@testable import Ingestion

/// Each search is compared with the obvious loop, at every place and length around the words it looks at.
@Suite struct ByteScanTests {
    private static func samples() -> [[UInt8]] {
        var generator = SeededGenerator(state: 13)
        let alphabet: [UInt8] = [
            0x00, 0x09, 0x0A, 0x0B, 0x1F, 0x20, 0x21, 0x22, 0x23, 0x2C, 0x5B, 0x5C, 0x5D, 0x7F, 0x80, 0xA2, 0xC3, 0xDC, 0xE2, 0xFF,
        ]
        return (0..<2_000).map { round in
            (0..<Int.random(in: 1...40, using: &generator)).map { _ in
                round % 2 == 0 || Int.random(in: 0..<9, using: &generator) > 0 ? 0x61 : alphabet.randomElement(using: &generator) ?? 0
            }
        }
            + (0..<2_000).map { _ in
                (0..<Int.random(in: 1...40, using: &generator)).map { _ in alphabet.randomElement(using: &generator) ?? 0 }
            }
    }

    @Test func searchesFindTheFirstPlace() throws {
        for bytes in Self.samples() {
            let end = bytes.count
            try bytes.withUnsafeBufferPointer { buffer in
                let base = try #require(buffer.baseAddress)
                let start = end / 3
                func first(_ isWanted: (UInt8) -> Bool) -> Int { (start..<end).first { isWanted(bytes[$0]) } ?? end }
                #expect(ByteScan.stringSpecial(base, start, end) == first { $0 == 0x22 || $0 == 0x5C || $0 < 0x20 })
                #expect(ByteScan.byteOrLineEnd(0x2C, base, start, end) == first { $0 == 0x2C || $0 == 0x0A || $0 == 0x0D })
                #expect(ByteScan.controlCharacter(base, start, end) == first { $0 < 0x20 && $0 != 0x09 && $0 != 0x0A })
                #expect(ByteScan.printableASCII(base, start, end) == first { $0 < 0x20 || $0 >= 0x80 })
                #expect(ByteScan.lineFeeds(base, start, end) == bytes[start...].count { $0 == 0x0A })
                #expect(ByteScan.longSequences(base, start, end) == bytes[start...].count { $0 >= 0xC0 })
                #expect(ByteScan.scalarCount(buffer) == bytes.count { $0 & 0xC0 != 0x80 })
            }
        }
    }

    /// What is clean or valid is so for the decoder too, and nothing longer is.
    @Test func cleanAndValidTextAreWhatTheDecoderAccepts() throws {
        var generator = SeededGenerator(state: 17)
        let pieces: [[UInt8]] = [
            [0x61], [0x0A], [0x09], [0x0D], [0x00], [0xC3, 0xA9], [0xE2, 0x82, 0xAC], [0xF0, 0x9F, 0x99, 0x82], [0xC0, 0x80],
            [0xED, 0xA0, 0x80],
            [0xE0, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5], [0x80], [0xE2, 0x82], [0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69],
        ]
        for _ in 0..<5_000 {
            let bytes = (0..<Int.random(in: 1...8, using: &generator)).flatMap { _ in pieces.randomElement(using: &generator) ?? [] }
            var decoder = ScalarDecoder(encoding: .utf8)
            var (clean, valid) = (0, 0)
            var isClean = true
            loop: for (place, byte) in bytes.enumerated() {
                switch decoder.step(byte) {
                case .pending: break
                case .undecodable, .foreign: break loop
                case .scalar(let value):
                    valid = place + 1
                    if value < 0x20, value != 0x0A, value != 0x09 { isClean = false }
                    if isClean { clean = place + 1 }
                }
            }
            try bytes.withUnsafeBufferPointer { buffer in
                let base = try #require(buffer.baseAddress)
                #expect(ByteScan.cleanUTF8(base, 0, bytes.count) == clean, "\(bytes)")
                #expect(ByteScan.validUTF8(base, 0, bytes.count) == valid, "\(bytes)")
            }
        }
    }
}

/// Are the characters those that were meant? Counts places where UTF-8 was read as another encoding, characters that were replaced or lost, and
/// remnants of HTML's and JSON's ways to write characters.
struct EncodingFaults {
    /// 0...1 of any text.
    static func value(_ text: ReadText) -> Double {
        let scan = text.scan
        let places = misread(scan.bytes)
        // One misread character is a fault that a reader sees at once; many make a text useless.
        var fault = 0.0
        let length = Double(max(20, scan.visibleCount))
        if places > 0 { fault = 0.75 + 0.22 * min(1, 12 * Double(places) / length) }
        let replaced = scan.replacementCount
        if replaced > 0 { fault = max(fault, 0.55 + 0.4 * min(1, 15 * Double(replaced) / length)) }
        if scan.controlCount > 0 { fault = max(fault, min(0.8, 0.15 + 8 * Double(scan.controlCount) / length)) }
        if !text.isCode {
            let lost = scan.bytes.withUnsafeBufferPointer(questionMarks)
            if lost > 1 { fault = max(fault, 0.5 + 0.4 * min(1, 15 * Double(lost) / length)) }
            let entities = scan.bytes.withUnsafeBufferPointer(remnants)
            if entities > 0 { fault = max(fault, 0.3 + 0.3 * min(1, 8 * Double(entities) / length)) }
        }
        return 1 - fault
    }

    /// Places where several characters together are the bytes of one: UTF-8 read as Windows-1252 or Latin-1 ("Ã¼"), as Windows-1251 ("Рї"), as
    /// Mac Roman ("√º") or as a DOS code page ("├╝").
    static func misread(_ bytes: [UInt8]) -> Int {
        guard bytes.contains(where: { $0 >= 0x80 }) else { return 0 }
        var places = 0
        var cyrillicPlaces = 0
        bytes.withUnsafeBufferPointer { buffer in
            var position = 0
            // What is still to come of a character of several bytes.
            var open = 0
            var before: UInt32 = 0
            while position < buffer.count {
                let scalar = TextScan.next(buffer, &position)
                let byte = scalar < 0x80 ? nil : windowsByte(scalar)
                if open > 0, let byte, byte < 0xC0 {
                    open -= 1
                    if open == 0 { places += 1 }
                } else if let byte, byte >= 0xC2, byte <= 0xF4 {
                    open = byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3
                } else {
                    open = 0
                }
                if scalar >= 0x80, before == 0x420 || before == 0x421, isCyrillicTail(scalar) { cyrillicPlaces += 1 }
                if before == 0x221A, macTails.contains(scalar) { places += 1 }
                if before == 0x201A, scalar == 0xC4 { places += 1 }
                if (0x251C...0x252C).contains(before), dosTails.contains(scalar) || (0x2550...0x2592).contains(scalar) && scalar != 0x2551 {
                    places += 1
                }
                if before == 0x393, scalar == 0xC7 { places += 1 }
                // The marks that a replaced character becomes when it is read as GBK.
                if before == 0x951F, scalar == 0x65A4 { places += 1 }
                before = scalar
            }
        }
        // "Рё" and the like also stand in Russian words with a capital letter.
        return places + (cyrillicPlaces >= 3 ? cyrillicPlaces : 0)
    }

    /// The byte that Windows-1252, or Latin-1 where that has none, writes for a scalar.
    private static func windowsByte(_ scalar: UInt32) -> UInt32? {
        if scalar <= 0xFF { return scalar }
        return windowsBytes[scalar]
    }

    private static let windowsBytes: [UInt32: UInt32] = {
        let scalars: [UInt32] = [
            0x20AC, 0, 0x201A, 0x192, 0x201E, 0x2026, 0x2020, 0x2021, 0x2C6, 0x2030, 0x160, 0x2039, 0x152, 0, 0x17D, 0, 0, 0x2018, 0x2019,
            0x201C,
            0x201D, 0x2022, 0x2013, 0x2014, 0x2DC, 0x2122, 0x161, 0x203A, 0x153, 0, 0x17E, 0x178,
        ]
        return Dictionary(
            uniqueKeysWithValues: scalars.enumerated().filter { $0.element > 0 }.map { ($0.element, UInt32($0.offset) + 0x80) })
    }()

    /// What Windows-1251 shows for the second byte of a Russian letter, without the letters that are Russian themselves.
    private static func isCyrillicTail(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x402...0x40F, 0x452...0x45F, 0x490, 0x491, 0xA0...0xBF, 0x2116, 0x201A...0x2122, 0x2018...0x203A, 0x20AC: true
        default: false
        }
    }

    private static let macTails: Set<UInt32> = Set("©®±≠≥°¢£§•¶ß†ºª∂∑∏¥µ´¨Æ".unicodeScalars.map(\.value))
    private static let dosTails: Set<UInt32> = Set("⌐¬½¼¡«»░▒▓ñѺ¿óúíáª".unicodeScalars.map(\.value))

    /// Question marks between small letters, outside of addresses: what became of letters that an encoding has not.
    private static func questionMarks(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        guard bytes.count > 2 else { return 0 }
        var count = 0
        var hasAddress = false
        for index in 1..<(bytes.count - 1) {
            if bytes[index] == 32 || bytes[index] == 10 { hasAddress = false }
            if bytes[index] == UInt8(ascii: "/") || bytes[index] == UInt8(ascii: "=") || bytes[index] == UInt8(ascii: "&") {
                hasAddress = true
            }
            guard bytes[index] == UInt8(ascii: "?"), !hasAddress else { continue }
            let isInside = (0x61...0x7A).contains(bytes[index - 1]) && (0x61...0x7A).contains(bytes[index + 1])
            if isInside { count += 1 }
        }
        return count
    }

    /// `&amp;`, `&#39;`, `&nbsp;` and `\u00e9` in prose.
    private static func remnants(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var count = 0
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "&") {
                var end = index + 1
                while end < bytes.count, end - index < 9,
                    CharacterClass.kind(UInt32(min(bytes[end], 0x7F))).isWordPart || bytes[end] == UInt8(ascii: "#")
                {
                    end += 1
                }
                if end < bytes.count, end > index + 2, bytes[end] == UInt8(ascii: ";") { count += 1 }
            } else if bytes[index] == UInt8(ascii: "\\"), index + 5 < bytes.count, bytes[index + 1] == UInt8(ascii: "u"),
                bytes[(index + 2)...(index + 5)].allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0 | 0x20) })
            {
                count += 1
            }
            index += 1
        }
        return count
    }
}

extension CharacterKind {
    var isWordPart: Bool { self == .letter || self == .digit }
}

/// Repairs UTF-8 that was read as Windows-1252: "cafÃ©" was "café". A text that went through it twice is repaired in two rounds.
///
/// A repair must be certain, for "IRMÃ”" at the end of a Portuguese quotation is right as it is. A sequence is certain when nobody writes it
/// otherwise: a sign such as © or ƒ behind Ã, a capital Ã behind a small letter, â€ and what follows it, several letters of one foreign script in a row.
/// Where a text has one certain sequence, its doubtful ones are repaired too; a text with doubtful ones alone is left as it is.
enum Mojibake {
    static func repair(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 >= 0x80 }) else { return text }
        let scalars = Array(text.unicodeScalars)
        let found = sequences(scalars)
        guard found.contains(where: \.isCertain) else { return text }
        var result = String.UnicodeScalarView()
        var place = 0
        for sequence in found {
            result.append(contentsOf: scalars[place..<sequence.range.lowerBound])
            result.append(sequence.scalar)
            place = sequence.range.upperBound
        }
        result.append(contentsOf: scalars[place...])
        return String(result)
    }

    private struct Sequence {
        let range: Range<Int>
        let scalar: Unicode.Scalar
        var isCertain: Bool
    }

    /// Every sequence that could be read as UTF-8.
    private static func sequences(_ scalars: [Unicode.Scalar]) -> [Sequence] {
        var found: [Sequence] = []
        var place = 0
        while place < scalars.count {
            guard let (scalar, length) = decode(scalars, place) else {
                place += 1
                continue
            }
            let range = place..<place + length
            found.append(Sequence(range: range, scalar: scalar, isCertain: isCertain(scalars, range, scalar)))
            place += length
        }
        markRuns(&found)
        return found
    }

    private static func decode(_ scalars: [Unicode.Scalar], _ place: Int) -> (Unicode.Scalar, Int)? {
        guard let first = byte(scalars[place]), first >= 0xC2, first <= 0xF4 else { return nil }
        let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        guard place + length <= scalars.count else { return nil }
        var bytes = [first]
        for offset in 1..<length {
            guard let next = byte(scalars[place + offset]), next & 0xC0 == 0x80 else { return nil }
            bytes.append(next)
        }
        // Overlong forms and surrogates are no UTF-8.
        guard let text = String(validating: bytes, as: UTF8.self), let scalar = text.unicodeScalars.first else { return nil }
        return (scalar, length)
    }

    private static func isCertain(_ scalars: [Unicode.Scalar], _ range: Range<Int>, _ decoded: Unicode.Scalar) -> Bool {
        let before = range.lowerBound > 0 ? scalars[range.lowerBound - 1] : " "
        let after = range.upperBound < scalars.count ? scalars[range.upperBound] : " "
        let isAfterCapital = before.properties.isUppercase
        let isAfterSmall = before.properties.isLowercase
        let isBeforeSmall = after.properties.isLowercase
        let second = scalars[range.lowerBound + 1]
        switch scalars[range.lowerBound] {
        case "Â":
            if isAfterSmall { return true }
            if second == "\u{A0}" { return before.properties.numericType != nil || ".,;:!?".unicodeScalars.contains(before) }
            return !isAfterCapital && "£¥§©®°±²³µ¶·¼½¾¿¡¢".unicodeScalars.contains(second)
        case "Ã", "Ä", "Å":
            if isAfterSmall { return true }
            if followsWords(second) { return isBeforeSmall && !isAfterCapital && second != "\u{A0}" }
            return scalars[range.lowerBound] == "Ã" || !isAfterCapital
        case "â":
            // General punctuation, currency, letterlike signs, arrows, mathematics, dingbats; not behind what may end a quotation.
            return decoded == "€" || decoded == "™" || ((0x2000...0x2BFF).contains(decoded.value) && !followsWords(second))
        case "ï": return decoded == "\u{FEFF}"
        case "ð": return decoded.value >= 0x1F000 && decoded.value <= 0x1FAFF
        default: return false
        }
    }

    /// What may stand right behind the last letter of a word.
    private static func followsWords(_ scalar: Unicode.Scalar) -> Bool { "\u{A0}‚„…‹›‘’“”•–—«»™®°¹²³ºª".unicodeScalars.contains(scalar) }

    /// Three letters of one alphabet in a row, or two ideographs, kana or syllables, are no chance.
    private static func markRuns(_ found: inout [Sequence]) {
        var start = 0
        while start < found.count {
            var end = start + 1
            let script = script(found[start].scalar)
            while end < found.count, found[end].range.lowerBound == found[end - 1].range.upperBound,
                self.script(found[end].scalar) == script
            {
                end += 1
            }
            if let script, end - start >= (script >= 0xE00 ? 2 : 3) {
                for place in start..<end { found[place].isCertain = true }
            }
            start = end
        }
    }

    /// The first code point of the script's block; nil for one that is not looked for.
    private static func script(_ scalar: Unicode.Scalar) -> UInt32? {
        switch scalar.value {
        case 0x370...0x3FF: 0x370
        case 0x400...0x4FF: 0x400
        case 0x590...0x5FF: 0x590
        case 0x600...0x6FF: 0x600
        case 0x900...0xDFF: 0x900
        case 0xE00...0xE7F: 0xE00
        case 0x3000...0x30FF, 0x4E00...0x9FFF, 0xFF01...0xFF5E: 0x3000
        case 0xAC00...0xD7A3: 0xAC00
        default: nil
        }
    }

    /// The byte that Windows-1252 reads as this character. It leaves five bytes out, which are read as control characters, as in Latin-1.
    static func byte(_ scalar: Unicode.Scalar) -> UInt8? {
        if scalar.value < 0x100 { return UInt8(scalar.value) }
        return windows.firstIndex(of: scalar.value).map { 0x80 + UInt8($0) }
    }

    /// What Windows-1252 has from 0x80 on; 0 where it has nothing.
    static let windows: [UInt32] = [
        0x20AC, 0, 0x201A, 0x192, 0x201E, 0x2026, 0x2020, 0x2021, 0x2C6, 0x2030, 0x160, 0x2039, 0x152, 0, 0x17D, 0, 0, 0x2018, 0x2019,
        0x201C,
        0x201D, 0x2022, 0x2013, 0x2014, 0x2DC, 0x2122, 0x161, 0x203A, 0x153, 0, 0x17E, 0x178,
    ]
}

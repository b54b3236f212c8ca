/// The writing systems that the measures tell apart.
enum Script: UInt8, CaseIterable, Codable {
    case latin, cyrillic, greek, arabic, hebrew, devanagari, thai, han, kana, hangul, other

    /// Writing without spaces between words: each character is taken as a word.
    var isUnspaced: Bool { self == .han || self == .kana || self == .thai }

    /// Writing that starts a sentence with a capital letter.
    var hasCapitals: Bool { self == .latin || self == .cyrillic || self == .greek }
}

/// What a character is to the measures.
enum CharacterKind: UInt8 {
    case letter, digit, mark, space, newline, sentenceEnd, punctuation, symbol, control
}

/// Sorts scalars by ranges of Unicode blocks. That is coarser than the character database and twenty times as fast; what a measure needs to
/// know is the same.
enum CharacterClass {
    static func kind(_ scalar: UInt32) -> CharacterKind {
        if scalar < 0x80 { return asciiKind(UInt8(scalar)) }
        switch scalar {
        case 0x80..<0xA0: return scalar == 0x85 ? .newline : .control
        case 0xA0: return .space
        case 0xAA, 0xB5, 0xBA, 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x2AF: return .letter
        case 0xA1, 0xAB, 0xB7, 0xBB, 0xBF: return .punctuation
        case 0xA2..<0xC0, 0xD7, 0xF7: return .symbol
        case 0x300..<0x370: return .mark
        case 0x37E, 0x387: return .punctuation
        case 0x589, 0x61F, 0x6D4, 0x964, 0x965, 0xE2F: return .sentenceEnd
        case 0x5BE, 0x5C0, 0x5C3, 0x60C, 0x61B, 0x66A...0x66D: return .punctuation
        case 0x591...0x5C7, 0x610...0x61A, 0x64B...0x65F, 0x670, 0x6D6...0x6ED, 0x900...0x903, 0x93A...0x94F, 0xE31, 0xE34...0xE3A,
            0xE47...0xE4E:
            return .mark
        case 0x660...0x669, 0x6F0...0x6F9, 0x966...0x96F, 0xE50...0xE59, 0xFF10...0xFF19: return .digit
        case 0x2000...0x200A, 0x202F, 0x205F, 0x3000: return .space
        case 0x2028, 0x2029: return .newline
        case 0x200C, 0x200D, 0xFE00...0xFE0F: return .mark
        case 0x200B, 0x200E, 0x200F, 0x202A...0x202E, 0x2060...0x206F, 0xFEFF: return .control
        case 0x2026, 0x203C, 0x203D, 0x2047...0x2049, 0x3002, 0xFF01, 0xFF0E, 0xFF1F, 0xFF61: return .sentenceEnd
        case 0x2010...0x2027, 0x2030...0x205E, 0x3001, 0x3003, 0x3008...0x3011, 0x3014...0x301F, 0xFF02...0xFF0F, 0xFF1A...0xFF1E,
            0xFF3B...0xFF3D,
            0xFF5B...0xFF65:
            return .punctuation
        case 0x2070...0x2BFF, 0x3004, 0x3012...0x3013, 0x3020...0x303F, 0xFFFC, 0xFFFD: return .symbol
        case 0xD800..<0xF900: return .control
        case 0x1F000..<0x20000, 0xE0000...: return .symbol
        default: return scalar >= 0x1D400 && scalar < 0x1D800 ? .symbol : .letter
        }
    }

    static func script(_ scalar: UInt32) -> Script {
        switch scalar {
        case 0..<0x250, 0x1E00..<0x1F00, 0xFF21...0xFF5A: .latin
        case 0x370..<0x400, 0x1F00..<0x2000: .greek
        case 0x400..<0x530: .cyrillic
        case 0x590..<0x600: .hebrew
        case 0x600..<0x700, 0x750..<0x780, 0xFB50..<0xFE00, 0xFE70..<0xFEFF: .arabic
        case 0x900..<0x980: .devanagari
        // Lao, Burmese and Khmer are written without spaces like Thai.
        case 0xE00..<0xF00, 0x1000..<0x10A0, 0x1780..<0x1800: .thai
        case 0x3040..<0x3100, 0x31F0..<0x3200, 0xFF66...0xFF9F: .kana
        case 0x3400..<0xA000, 0xF900..<0xFB00, 0x20000..<0x30000: .han
        case 0x1100..<0x1200, 0xAC00..<0xD7B0: .hangul
        default: .other
        }
    }

    /// The small letter of a capital one, for the alphabets of Europe; every other scalar as it is.
    static func lowercased(_ scalar: UInt32) -> UInt32 {
        switch scalar {
        case 0x41...0x5A: scalar + 0x20
        case 0..<0xC0: scalar
        case 0xC0...0xD6, 0xD8...0xDE: scalar + 0x20
        case 0x100...0x137, 0x14A...0x177: scalar | 1
        case 0x139...0x148, 0x179...0x17E: scalar & 1 == 1 ? scalar + 1 : scalar
        case 0x178: 0xFF
        case 0x386: 0x3AC
        case 0x388...0x38A: scalar + 37
        case 0x391...0x3A9: scalar + 0x20
        case 0x400...0x40F: scalar + 0x50
        case 0x410...0x42F: scalar + 0x20
        case 0x490...0x4BF: scalar | 1
        case 0x1E00...0x1EFE: scalar | 1
        default: scalar
        }
    }

    @inline(__always)
    private static func asciiKind(_ byte: UInt8) -> CharacterKind {
        switch byte {
        case 0x41...0x5A, 0x61...0x7A: .letter
        case 0x30...0x39: .digit
        case 0x20, 0x09: .space
        case 0x0A, 0x0D: .newline
        case UInt8(ascii: "."), UInt8(ascii: "!"), UInt8(ascii: "?"): .sentenceEnd
        case UInt8(ascii: "$"), UInt8(ascii: "+"), UInt8(ascii: "<"), UInt8(ascii: "="), UInt8(ascii: ">"), UInt8(ascii: "^"),
            UInt8(ascii: "`"),
            UInt8(ascii: "|"), UInt8(ascii: "~"), UInt8(ascii: "\\"), UInt8(ascii: "@"), UInt8(ascii: "#"):
            .symbol
        case 0..<0x20, 0x7F: .control
        default: .punctuation
        }
    }
}

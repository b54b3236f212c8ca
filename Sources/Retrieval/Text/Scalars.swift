/// What the text code asks about one Unicode scalar, with a short way for ASCII: the general category of the standard library is exact but
/// costs many times more than a comparison.
extension Unicode.Scalar {
    /// White space of any kind, line breaks included.
    var isSpace: Bool {
        if value < 0x80 { return value == 0x20 || (0x09...0x0D).contains(value) }
        return properties.isWhitespace
    }

    /// Something that ends a line: LF, VT, FF, CR, NEL, and the line and paragraph separators.
    var isLineBreak: Bool {
        (0x0A...0x0D).contains(value) || value == 0x85 || value == 0x2028 || value == 0x2029
    }

    /// A letter or a number of any script.
    var isLetterOrNumber: Bool {
        if value < 0x80 { return isASCIIDigit || isASCIILetter }
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return true
        case .decimalNumber, .letterNumber, .otherNumber: return true
        default: return false
        }
    }

    /// A mark that belongs to the letter before it.
    var isMark: Bool {
        if value < 0x300 { return false }
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: return true
        default: return false
        }
    }

    var isASCIIDigit: Bool { (0x30...0x39).contains(value) }

    var isASCIILetter: Bool { (0x41...0x5A).contains(value & ~0x20) && value < 0x80 }

    var isLowercaseLetter: Bool {
        if value < 0x80 { return (0x61...0x7A).contains(value) }
        return properties.isLowercase
    }

    var isUppercaseLetter: Bool {
        if value < 0x80 { return (0x41...0x5A).contains(value) }
        return properties.isUppercase
    }

    /// Scripts that put no space between words (Han, kana, Hangul, Thai, Lao, Myanmar, Khmer), by block: their words cannot be told by
    /// their edges.
    var isUnspacedScript: Bool {
        switch value {
        case 0..<0x0E00: return false
        case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1100...0x11FF, 0x1780...0x17FF: return true
        case 0x3040...0x30FF, 0x3131...0x318E, 0x31F0...0x31FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xAC00...0xD7AF, 0xF900...0xFAFF:
            return true
        case 0x20000...0x323AF: return true
        default: return value == 0x3005 || value == 0x3007
        }
    }
}

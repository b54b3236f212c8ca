import Foundation

/// What becomes of one Unicode scalar before words are cut into pieces: accents go, letters are lower-cased, and it is decided whether the
/// scalar belongs to a word. This is the normaliser and the first splitter of the reference tokenizer (BERT, uncased), scalar by scalar;
/// where its tables are of an older Unicode than the standard library's, the older one counts.
enum TokenNormalizer {
    enum Kind: UInt8 {
        /// Leaves no trace.
        case nothing
        /// Ends a word.
        case space
        /// Is part of a word.
        case letter
        /// Is a word by itself: punctuation and Chinese characters.
        case alone
    }

    /// A scalar's kind and what it is written as in UTF-8.
    struct Form {
        var kind: Kind
        /// How many scalars `bytes` are.
        var scalars = 0
        var bytes = [UInt8]()
    }

    /// Forms of all scalars below 0x3400 (the alphabets, kana, punctuation), because working one out costs about a microsecond.
    static let common: [Form] = (UInt32(0)..<0x3400).map { value in
        Unicode.Scalar(value).map(form(of:)) ?? Form(kind: .nothing)
    }

    static func form(of scalar: Unicode.Scalar) -> Form {
        if isDropped(scalar) { return Form(kind: .nothing) }
        if isSpace(scalar) { return Form(kind: .space) }
        var form = Form(kind: .letter)
        let decomposed = isDecomposable(scalar) ? String(scalar).decomposedStringWithCanonicalMapping : String(scalar)
        for part in decomposed.unicodeScalars where !isAccent(part) {
            for small in lowercased(part).unicodeScalars {
                if isPunctuation(small) { form.kind = .alone }
                form.scalars += 1
                form.bytes.append(contentsOf: String(small).utf8)
            }
        }
        if isChinese(scalar) { form.kind = .alone }
        return form
    }

    /// Control, format and private-use characters, and the sign for text that could not be read. Unassigned ones stay.
    private static func isDropped(_ scalar: Unicode.Scalar) -> Bool {
        if scalar == "\t" || scalar == "\n" || scalar == "\r" { return false }
        if scalar.value == 0xFFFD { return true }
        switch category(scalar) {
        case .control, .format, .privateUse: return true
        default: return false
        }
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isWhitespace }

    private static func isAccent(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value >= 0x300 && category(scalar) == .nonspacingMark
    }

    private static func lowercased(_ scalar: Unicode.Scalar) -> String { scalar.properties.lowercaseMapping }

    private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: return true
        default: break
        }
        switch category(scalar) {
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation, .finalPunctuation,
            .otherPunctuation:
            return true
        default: return false
        }
    }

    /// The category in Unicode 8, whose tables the reference carries: what was added later is unassigned there, and a few scalars have changed.
    private static func category(_ scalar: Unicode.Scalar) -> Unicode.GeneralCategory {
        switch scalar.value {
        case 0x166D, 0x111C9: return .otherPunctuation
        case 0x1734, 0x1171E: return .nonspacingMark
        case 0x1885, 0x1886: return .otherLetter
        case 0xA9BD: return .spacingMark
        default: break
        }
        let category = scalar.properties.generalCategory
        // Letters are letters as well as unassigned: only what would be treated apart needs its age looked up.
        if category == .otherLetter || scalar.value < 0x300 { return category }
        guard let age = scalar.properties.age, age.major <= 8 else { return .unassigned }
        return category
    }

    /// The blocks of ideographs that the reference names; kana and hangul are not among them.
    private static func isChinese(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F,
            0x2B920...0x2CEAF, 0x2F800...0x2FA1F:
            return true
        default: return false
        }
    }

    /// False where decomposing would change nothing, for the blocks where that is worth knowing.
    private static func isDecomposable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0xC0, 0x3400..<0xA000: false
        default: true
        }
    }
}

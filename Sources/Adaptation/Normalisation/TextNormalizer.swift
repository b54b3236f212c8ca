import Foundation

/// What kind of change normalisation made to a text.
package enum TextChange: String, Sendable, Hashable, CaseIterable {
    /// Composed characters (NFC).
    case unicode
    /// UTF-8 that was once read as Windows-1252.
    case mojibake
    /// Line ends, trailing spaces, empty lines, invisible and control characters.
    case whitespace
    /// Entities and tags.
    case html
}

/// A text after normalisation, and what was changed in it.
package struct NormalizedText: Sendable, Hashable {
    package let text: String
    package let changes: Set<TextChange>
}

/// Cleans a text of what was done to it on its way, and of nothing else: numbers, units, quotes, dashes, capitals, indentation and the spaces between
/// words stay as they are. Code between fences keeps everything but its line ends, code in backticks everything.
///
/// The same text always gives the same result, and normalising that again changes nothing.
package enum TextNormalizer {
    /// Each round undoes one layer, such as one of two escapings; a text with more layers than that is left half done.
    private static let mostRounds = 8

    /// The cleaned text. A clean ASCII text is returned as it is, after one look at its bytes.
    package static func normalize(_ text: String) -> NormalizedText {
        guard !isCleanASCII(text) else { return NormalizedText(text: text, changes: []) }
        var current = text
        var changes: Set<TextChange> = []
        for _ in 0..<mostRounds {
            let (next, made) = round(current)
            guard !made.isEmpty else { break }
            current = next
            changes.formUnion(made)
        }
        return NormalizedText(text: current, changes: changes)
    }

    private static func round(_ text: String) -> (String, Set<TextChange>) {
        var changes: Set<TextChange> = []
        var pieces = ProsePiece.split(WhitespaceRules.lineEnds(text))
        if !equal(ProsePiece.joined(pieces), text) { changes.insert(.whitespace) }
        func apply(_ change: TextChange, _ rule: (String) -> String) {
            for place in pieces.indices where pieces[place].kind == .prose {
                let cleaned = rule(pieces[place].text)
                guard !equal(cleaned, pieces[place].text) else { continue }
                pieces[place].text = cleaned
                changes.insert(change)
            }
        }
        apply(.mojibake, Mojibake.repair)
        if !HTMLRemnants.isAboutMarkup(pieces.filter { $0.kind == .prose }.map(\.text).joined(separator: " ")) {
            apply(.html, HTMLRemnants.remove)
        }
        apply(.whitespace, WhitespaceRules.characters)
        apply(.unicode) { $0.precomposedStringWithCanonicalMapping }
        let lines = WhitespaceRules.lines(pieces)
        if !equal(lines, ProsePiece.joined(pieces)) { changes.insert(.whitespace) }
        return (lines, changes)
    }

    /// Swift's own equality takes differently composed texts for the same.
    private static func equal(_ first: String, _ second: String) -> Bool { first.utf8.elementsEqual(second.utf8) }

    /// Printable ASCII without an ampersand or an angle bracket, without spaces before a line's end, empty lines in a row or at either end.
    private static func isCleanASCII(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            let newline = UInt8(ascii: "\n")
            // As if an empty line stood before the text.
            var (before, last) = (newline, newline)
            for byte in bytes {
                switch byte {
                case newline: if last == 0x20 || last == 0x09 || (last == newline && before == newline) { return false }
                case UInt8(ascii: "&"), UInt8(ascii: "<"): return false
                case 0x20..<0x7F, 0x09: break
                default: return false
                }
                (before, last) = (last, byte)
            }
            return bytes.isEmpty || (last != newline && last != 0x20 && last != 0x09)
        }
    }
}

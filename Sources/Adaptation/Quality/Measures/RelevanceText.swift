/// Which part of a text its vector is made from. Encoding costs time by the token; more than this hardly makes swapped answers easier to see
/// (docs/evaluation.md has the figures).
package enum RelevanceText {
    /// Characters of a text that are encoded.
    package static let mostCharacters = 160

    /// The beginning and, of a longer text, the end: prompts often put the material first and the question last.
    package static func cut(_ text: String) -> String { cut(text, to: mostCharacters) }

    static func cut(_ text: String, to mostCharacters: Int) -> String {
        let utf8 = text.utf8
        // A character has four bytes at most as a scalar; anything longer is cut well before it is counted.
        if utf8.count <= mostCharacters { return text }
        let head = text.unicodeScalars.prefix(mostCharacters * 3 / 4)
        let tail = text.unicodeScalars.suffix(mostCharacters / 4)
        guard head.endIndex < tail.startIndex else { return text }
        return String(String.UnicodeScalarView(head)) + " " + String(String.UnicodeScalarView(tail))
    }
}

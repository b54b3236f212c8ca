/// Texts of tables, made safe for a terminal: a cell must not move the cursor, ring the bell or break the layout.
enum PlainText {
    /// One line: runs of white space become one space, characters that steer a terminal or the direction of writing become `·`.
    static func line(_ text: String) -> String {
        let words = text.split(whereSeparator: \.isWhitespace).map { word in
            String(String.UnicodeScalarView(word.unicodeScalars.map { isSteering($0) ? "·" : $0 }))
        }
        return words.joined(separator: " ")
    }

    /// The line, cut to so many characters with `…` where something is missing.
    ///
    /// - Parameter start: the first character of the line that should be seen.
    static func excerpt(_ text: String, from start: Int = 0, length: Int) -> String {
        let characters = Array(line(text))
        guard characters.count > length else { return String(characters) }
        let first = max(0, min(start, characters.count - length))
        let isCutBefore = first > 0
        let isCutAfter = first + length < characters.count
        let shown = characters[(first + (isCutBefore ? 1 : 0))..<(first + length - (isCutAfter ? 1 : 0))]
        return (isCutBefore ? "…" : "") + String(shown) + (isCutAfter ? "…" : "")
    }

    private static func isSteering(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control: true
        // Joiners of emoji and of some scripts are format characters too; they do no harm.
        case .format: scalar != "\u{200D}" && scalar != "\u{200C}"
        default: false
        }
    }
}

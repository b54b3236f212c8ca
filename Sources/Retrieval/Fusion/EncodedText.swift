extension Passage {
    /// How far into the passage its own headings are looked for.
    private static let openingScalars = 300

    /// The text the encoder is given for the passage: its path of headings on a line of its own, without those the passage's opening says
    /// anyway, then the passage. A passage deep in a section often does not name what it is about; its headings do.
    package var encodedText: String {
        let opening = String(String.UnicodeScalarView(text.unicodeScalars.prefix(Self.openingScalars)))
        let missing = headings.filter { !$0.isEmpty && !opening.contains($0) }
        return missing.isEmpty ? text : missing.joined(separator: " > ") + "\n" + text
    }
}

/// A marker of passages in an answer, such as `[1]`: which shapes there are, and what they name.
///
/// The number of a passage may stand alone, in a list (`[1, 3]`, `[1;3]`, `[1 and 2]`) or in a range (`[1-3]`), behind `^`, `#`, or the
/// words “source” and “passage” with or without a colon, and before `†` and any words (`[3†L1-L5]`, as OpenAI's assistants cite). The
/// brackets are `[]`, `【】`, `［］` or `\[\]`, the digits and the punctuation of either width.
///
/// OpenAI's longer form `【4:1†name】` names a message, and an index of which some count from 0 and others from 1. It is understood where
/// only one of the two can be meant: 0 is the first passage, and the number of passages is the last one.
struct CitationMarker: Sendable, Hashable {
    /// Scalars of the longest marker; a bracket that is still open after so many is text.
    static let longest = 40

    /// One entry of its list: passages that there are, counted from 1, or text that names none.
    enum Entry: Sendable, Hashable {
        case passages(ClosedRange<Int>)
        case unknown(String)
    }

    let entries: [Entry]

    /// - Parameters:
    ///   - text: with its brackets.
    ///   - passages: how many there are.
    /// - Returns: nil when it is no marker, or names no passage that there is.
    init?(_ text: some StringProtocol, passages: Int) {
        var inside = Substring(Self.narrow(text))
        let isEscaped = inside.hasPrefix("\\[")
        inside = inside.dropFirst(isEscaped ? 2 : 1).dropLast(isEscaped ? 2 : 1)
        if let dagger = inside.firstIndex(of: "†") {
            let numbers = inside[..<dagger]
            if numbers.contains(":"), let passage = Self.passage(ofMessage: numbers, passages: passages) {
                entries = [.passages(passage...passage)]
                return
            }
            inside = numbers
        }
        var entries: [Entry] = []
        for part in inside.replacing(" and ", with: ",").replacing(" & ", with: ",").split(whereSeparator: { $0 == "," || $0 == ";" }) {
            let part = Self.bare(part)
            if part.isEmpty { continue }
            guard let range = Self.range(part) else { return nil }
            let isKnown = range.lowerBound >= 1 && range.upperBound <= passages
            entries.append(isKnown ? .passages(range) : .unknown(String(part)))
        }
        guard entries.contains(where: { if case .passages = $0 { true } else { false } }) else { return nil }
        self.entries = entries
    }

    // MARK: While it is read

    /// Whether a scalar opens a marker.
    static func opens(_ scalar: Unicode.Scalar) -> Bool { scalar == "[" || scalar == "【" || scalar == "［" }

    /// Whether what was read since the opening bracket can still become a marker, so that ordinary brackets stream on at once.
    static func mayBecomeMarker(_ text: String) -> Bool {
        let scalars = text.unicodeScalars
        if scalars.count > longest { return false }
        if text == "\\[" { return true }
        guard let last = scalars.last.map(narrow) else { return true }
        let before = scalars.dropLast().map(narrow)
        if before.contains("†") { return last != "\n" && last != "`" }
        switch last {
        case "0"..."9", ",", " ", ";", "-", "–", "—", "^", "#", ":", "&": return true
        case "†": return before.contains { ("0"..."9").contains($0) }
        case "\\": return text.hasPrefix("\\[")
        case "A"..."Z", "a"..."z":
            let word = String(String.UnicodeScalarView((before + [last]).reversed().prefix { $0.properties.isAlphabetic }.reversed()))
            return words.contains { $0.hasPrefix(word.lowercased()) }
        default: return false
        }
    }

    /// Whether the marker that `text` opened ends with its last scalar.
    static func isClosed(_ text: String) -> Bool {
        switch text.unicodeScalars.last {
        case "]": !text.hasPrefix("\\[") || text.hasSuffix("\\]")
        case "】", "］": true
        default: false
        }
    }

    // MARK: What it says

    private static let nouns = ["source", "sources", "passage", "passages"]
    private static let words = nouns + ["and"]

    /// The scalar of usual width for one of full width (U+FF01 to U+FF5E stand for U+0021 to U+007E).
    private static func narrow(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        switch scalar.value {
        case 0xFF01...0xFF5E: Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar
        case 0x3000: " "
        case 0x3001: ","
        default: scalar
        }
    }

    private static func narrow(_ text: some StringProtocol) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map(narrow)))
    }

    /// An entry without the spaces around it and without what may stand before its number.
    private static func bare(_ part: Substring) -> Substring {
        var part = trimmed(part)
        let word = part.prefix { $0.isLetter }
        if nouns.contains(word.lowercased()) {
            part = trimmed(part.dropFirst(word.count))
            if part.first == ":" { part = trimmed(part.dropFirst()) }
        }
        if part.first == "^" || part.first == "#" { part = part.dropFirst() }
        return part
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let rest = text.drop { $0 == " " }
        return rest.dropLast(rest.reversed().prefix { $0 == " " }.count)
    }

    private static func range(_ part: Substring) -> ClosedRange<Int>? {
        let bounds = part.split(maxSplits: 1, omittingEmptySubsequences: false, whereSeparator: { $0 == "-" || $0 == "–" || $0 == "—" })
        guard let first = bounds.first.flatMap(number), let last = bounds.last.flatMap(number), first <= last else { return nil }
        return first...last
    }

    /// Digits, and nothing else.
    private static func number(_ text: Substring) -> Int? {
        let digits = bareNumber(text)
        return digits.allSatisfy { ("0"..."9").contains($0) } ? Int(digits) : nil
    }

    /// The upper bound of a range may repeat the mark of the lower one.
    private static func bareNumber(_ text: Substring) -> Substring {
        let text = trimmed(text)
        return text.first == "^" || text.first == "#" ? text.dropFirst() : text
    }

    private static func passage(ofMessage numbers: Substring, passages: Int) -> Int? {
        let parts = numbers.split(separator: ":", omittingEmptySubsequences: false).map(number)
        guard parts.count == 2, parts[0] != nil, let index = parts[1] else { return nil }
        if index == 0 { return 1 }
        return index == passages ? passages : nil
    }
}

/// A text with everything the measures share: its scan, what is known of its words, its language, and how much of it is code.
struct ReadText {
    let scan: TextScan
    /// For each word of the scan what is known of it, if it is a function word.
    let entries: [FunctionWords.Entry?]
    let language: LanguageGuess
    /// Share of the visible characters that stand in lines of code or between code fences.
    let codeShare: Double
    /// Whether the last line is code.
    let endsInCode: Bool

    /// With the vocabulary of a table its words help to tell the language.
    init(_ text: String, vocabulary: TableVocabulary? = nil) {
        scan = TextScan(text)
        entries = scan.words.map { $0.script.isUnspaced ? nil : FunctionWords.entries[$0.hash] }
        language = LanguageGuess(scan, entries: entries, vocabulary: vocabulary)
        (codeShare, endsInCode) = CodeLines.share(in: scan.bytes)
    }

    var isCode: Bool { codeShare > 0.4 }
    var isEmpty: Bool { scan.letterCount + scan.digitCount == 0 && scan.visibleCount < 2 }

    /// Calls `body` with each key by which texts are compared: the stem of a word that is no function word, or two neighbouring characters of a
    /// writing without spaces.
    func forEachKey(_ body: (UInt64, Script) -> Void) {
        let words = scan.words
        for index in words.indices {
            if words[index].script.isUnspaced {
                if index + 1 < words.count, words[index + 1].script.isUnspaced, words[index + 1].gap == .none {
                    body(TextHash.combine(words[index].hash, words[index + 1].hash), words[index].script)
                }
            } else if entries[index] == nil {
                body(words[index].stem, words[index].script)
            }
        }
    }
}

/// Tells code from prose by its lines.
enum CodeLines {
    private static let starts: [[UInt8]] = [
        "def ", "class ", "import ", "from ", "return", "for (", "if (", "while (", "else", "public ", "private ", "const ", "let ", "var ",
        "function", "#include", "select ", "SELECT ", "FROM ", "WHERE ", "INSERT ", "func ", "elif ", "try:", "except", "</",
        "<div",
        "<p>", "<html", "<body", "<head", "@", "//", "/*", "$ ", "int ", "void ", "static ", "async ", "await ", "fn ", "package ",
        "using ",
    ].map { Array($0.utf8) }

    static func share(in bytes: [UInt8]) -> (share: Double, endsInCode: Bool) {
        var all = 0
        var code = 0
        var isLastCode = false
        var isFenced = false
        bytes.withUnsafeBufferPointer { bytes in
            var start = 0
            while start < bytes.count {
                var end = start
                while end < bytes.count, bytes[end] != 10 { end += 1 }
                var first = start
                while first < end, bytes[first] == 32 || bytes[first] == 9 { first += 1 }
                var last = end
                while last > first, bytes[last - 1] == 32 || bytes[last - 1] == 13 { last -= 1 }
                if last > first {
                    let isFence = last - first >= 3 && bytes[first] == 0x60 && bytes[first + 1] == 0x60 && bytes[first + 2] == 0x60
                    all += last - first
                    isLastCode = isFence || isFenced || looksLikeCode(bytes, first, last, indent: first - start)
                    if isLastCode { code += last - first }
                    if isFence { isFenced.toggle() }
                }
                start = end + 1
            }
        }
        return (all == 0 ? 0 : Double(code) / Double(all), isLastCode)
    }

    private static func looksLikeCode(_ bytes: UnsafeBufferPointer<UInt8>, _ first: Int, _ last: Int, indent: Int) -> Bool {
        switch bytes[last - 1] {
        // Greek asks with this mark; code ends with a letter of ASCII before it.
        case UInt8(ascii: ";"):
            let spaces = (first..<last).reduce(0) { $0 + (bytes[$1] == 32 ? 1 : 0) }
            if last - 2 >= first, bytes[last - 2] < 0x80, spaces <= 3 || hasSigns(bytes, first, last) { return true }
        case UInt8(ascii: "{"), UInt8(ascii: "}"): return true
        default: break
        }
        if bytes[first] == UInt8(ascii: "{") || bytes[first] == UInt8(ascii: "}") { return true }
        for start in starts where last - first >= start.count {
            var index = 0
            while index < start.count, bytes[first + index] == start[index] { index += 1 }
            // A word such as "from" or "class" also starts sentences: code has its signs in the line.
            if index == start.count { return hasSigns(bytes, first, last) }
        }
        guard indent >= 2 else { return hasCall(bytes, first, last) }
        return hasSigns(bytes, first, last)
    }

    private static func hasSigns(_ bytes: UnsafeBufferPointer<UInt8>, _ first: Int, _ last: Int) -> Bool {
        var signs = 0
        for index in first..<last {
            switch bytes[index] {
            case UInt8(ascii: "("), UInt8(ascii: "="), UInt8(ascii: "["), UInt8(ascii: "<"), UInt8(ascii: "_"): signs += 1
            case UInt8(ascii: ":"): signs += index == last - 1 ? 1 : 0
            default: break
            }
        }
        return signs > 0
    }

    /// Whether a name stands directly before a bracket or around an assignment, in a line that has few spaces.
    private static func hasCall(_ bytes: UnsafeBufferPointer<UInt8>, _ first: Int, _ last: Int) -> Bool {
        guard bytes[last - 1] != UInt8(ascii: ".") else { return false }
        var calls = 0
        var spaces = 0
        for index in first..<last {
            if bytes[index] == 32 {
                spaces += 1
                // So long a line is prose.
                if spaces > 14 { return false }
            }
            guard index > first, bytes[index] == UInt8(ascii: "(") || bytes[index] == UInt8(ascii: "=") else { continue }
            if bytes[index] == UInt8(ascii: "=") || CharacterClass.kind(UInt32(min(bytes[index - 1], 0x7F))) == .letter { calls += 1 }
        }
        return calls > 0 && spaces <= 3 * calls + 2
    }
}

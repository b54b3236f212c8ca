/// How a text ends.
struct TextEnding {
    let form: EndingCounts.Form
    /// The last character ends a sentence, closes a quotation, a bracket or a block of code, or is a picture.
    let isClosed: Bool
    /// The last word, or the mark at the end, wants something to follow.
    let isOpen: Bool
    /// The last line is the mark of an item without the item.
    let hasEmptyItem: Bool
    /// 0...1: how far the last line ends as lines of this text do, rather than as its sentences.
    let lineShare: Double
    /// Brackets or fences that were opened and not closed.
    let unclosed: Int

    /// What ends a text as well as a full stop does: closing quotation marks and brackets, the signs of formats, units.
    private static let closing = Set("\"')]}`*>_|»”’“」』）】》%％$€°ฯ~".unicodeScalars.map(\.value))
    /// What something follows.
    private static let openMarks = Set(",;-([{/&=+、，；،؛–—:：".unicodeScalars.map(\.value))

    init(_ text: ReadText) {
        let scan = text.scan
        let lines = LastLines(scan.bytes)
        lineShare = lines.count > 1 ? (lines.isLastApart ? 0.85 : min(1, 1.6 * lines.openShare)) : 0
        isClosed =
            scan.lastKind == .sentenceEnd || scan.lastScalar == 0x3B && scan.mainScript == .greek || Self.closing.contains(scan.lastScalar)
            || scan.lastScalar >= 0x1F000
            || (0x2600..<0x2800).contains(scan.lastScalar)
        let endsWithWord = scan.lastKind == .letter || scan.lastKind == .digit || scan.lastKind == .mark
        var wantsMore = Self.openMarks.contains(scan.lastScalar)
        // In Greek it is the question mark.
        if scan.lastScalar == 0x3B, scan.mainScript == .greek { wantsMore = false }
        if endsWithWord, scan.words.count > 2, let last = text.entries.last.flatMap({ $0 }), last.isOpenEnd {
            wantsMore = (scan.words.last?.scalars ?? 0) > 1 || !(scan.words.last?.isCapitalised ?? true)
        }
        isOpen = wantsMore
        hasEmptyItem = lines.endsWithEmptyItem && lines.count > 1
        unclosed = scan.isShortened ? 0 : scan.bytes.withUnsafeBufferPointer(Self.unclosed)
        let count = scan.words.reduce(0.0) { $0 + ($1.script.isUnspaced ? 0.5 : 1) }
        if lines.count >= 3, lines.openShare > 0.5 {
            form = .lines
        } else if count >= 6, scan.words[0].isCapitalised, text.language.functionShare > 0.15, count <= 20 {
            form = .sentence
        } else if count <= 3 {
            form = .label
        } else if count <= 8 {
            form = .phrase
        } else {
            form = count <= 20 ? .sentence : .prose
        }
    }

    /// Brackets, double quotes and code fences that are still open at the end. A closing bracket without an opening one, as in `a)`, counts
    /// for nothing.
    private static func unclosed(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var round = 0
        var square = 0
        var curly = 0
        var fences = 0
        var index = 0
        while index < bytes.count {
            if (0x61...0x7A).contains(bytes[index]) {
                index += 1
                continue
            }
            switch bytes[index] {
            case UInt8(ascii: "("):
                // Not the mouth of a smiley.
                if index == 0 || bytes[index - 1] != UInt8(ascii: ":") { round += 1 }
            case UInt8(ascii: ")"): round = max(0, round - 1)
            case UInt8(ascii: "["): square += 1
            case UInt8(ascii: "]"): square = max(0, square - 1)
            case UInt8(ascii: "{"): curly += 1
            case UInt8(ascii: "}"): curly = max(0, curly - 1)
            case UInt8(ascii: "`") where index + 2 < bytes.count && bytes[index + 1] == bytes[index] && bytes[index + 2] == bytes[index]:
                fences += 1
                index += 2
            default: break
            }
            index += 1
        }
        return round + square + curly + fences % 2
    }
}

/// The last lines of a text, as far as they tell how its lines end.
private struct LastLines {
    private(set) var count = 0
    /// Of the lines before the last, the share that end with a letter or a digit.
    private(set) var openShare = 0.0
    private(set) var endsWithEmptyItem = false
    /// Whether the last line is a result or a name below the text: a word or two, and no item of a list.
    private(set) var isLastApart = false

    /// Lines that are looked at.
    private static let mostLines = 12

    init(_ bytes: [UInt8]) {
        var end = bytes.count
        var open = 0
        while end > 0, count < Self.mostLines {
            var start = end
            while start > 0, bytes[start - 1] != 10 { start -= 1 }
            var first = start
            var last = end
            while first < last, bytes[first] <= 32 { first += 1 }
            while last > first, bytes[last - 1] <= 32 { last -= 1 }
            if first < last {
                if count == 0 {
                    endsWithEmptyItem = Self.isItemMark(bytes[first..<last])
                    let spaces = bytes[first..<last].reduce(0) { $0 + ($1 == 32 ? 1 : 0) }
                    let endsWithDigit = CharacterClass.kind(UInt32(min(bytes[last - 1], 0x7F))) == .digit
                    isLastApart =
                        last - first <= 40 && (spaces <= 1 || endsWithDigit && spaces <= 4) && !Self.beginsWithItemMark(bytes[first..<last])
                } else {
                    let kind = bytes[last - 1]
                    // Bytes of other scripts' letters count as letters; their full stops end with one of these two bytes.
                    let isLetter =
                        kind < 0x80
                        ? CharacterClass.kind(UInt32(kind)) == .letter || CharacterClass.kind(UInt32(kind)) == .digit
                        : kind != 0x82 && kind != 0x81
                    if isLetter || kind == UInt8(ascii: ",") { open += 1 }
                }
                count += 1
            }
            end = start - 1
        }
        openShare = count > 1 ? Double(open) / Double(count - 1) : 0
    }

    private static func beginsWithItemMark(_ line: ArraySlice<UInt8>) -> Bool {
        line.firstIndex(of: 32).map { isItemMark(line[..<$0]) } ?? false
    }

    /// `4.`, `4)`, `-`, `*`, `•` alone.
    private static func isItemMark(_ line: ArraySlice<UInt8>) -> Bool {
        if line.count <= 3, line.elementsEqual("•".utf8) || line.elementsEqual("-".utf8) || line.elementsEqual("*".utf8) { return true }
        guard let last = line.last, last == UInt8(ascii: ".") || last == UInt8(ascii: ")"), line.count <= 4, line.count >= 2 else {
            return false
        }
        return line.dropLast().allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
    }
}

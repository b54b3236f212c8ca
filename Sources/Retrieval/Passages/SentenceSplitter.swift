/// Cuts text into sentences by rules, the same everywhere and for every language: full stops are weighed (abbreviations, initials,
/// decimals, list numbers, dates), `!`, `?` and ellipses end a sentence unless it goes on in lower case, the ideographic stops always do,
/// closing quotes and brackets belong to the sentence before them. A blank line ends a sentence, and so does a line break before a list
/// item, a table row or a Markdown heading; any other line break is a wrapped line.
package enum SentenceSplitter {
    /// The sentences of a text, without the white space around them. Everything that is not white space lies in exactly one of them.
    package static func sentences(_ text: String) -> [Range<String.Index>] {
        let view = text.unicodeScalars
        var index = view.startIndex
        var offset = 0
        return sentences(of: Array(view)).map { range in
            index = view.index(index, offsetBy: range.lowerBound - offset)
            let start = index
            index = view.index(index, offsetBy: range.count)
            offset = range.upperBound
            return start..<index
        }
    }

    /// The same over scalars, as ranges of offsets. With `everyLine`, each line break ends a sentence: for code, tables and rows.
    static func sentences(of scalars: [Unicode.Scalar], everyLine: Bool = false) -> [Range<Int>] {
        var result = [Range<Int>]()
        var start = 0
        func close(at end: Int) {
            var lower = start
            var upper = end
            while lower < upper, scalars[lower].isSpace { lower += 1 }
            while upper > lower, scalars[upper - 1].isSpace { upper -= 1 }
            if lower < upper { result.append(lower..<upper) }
            start = end
        }
        var index = 0
        while index < scalars.count {
            let scalar = scalars[index]
            if scalar.isLineBreak {
                if everyLine || breaksBlock(scalars, after: index) { close(at: index) }
                index += 1
            } else if isIdeographicStop(scalar) {
                index = afterClosers(scalars, from: afterStops(scalars, from: index))
                close(at: index)
            } else if isStop(scalar) {
                let afterStops = afterStops(scalars, from: index)
                let end = afterClosers(scalars, from: afterStops)
                let stop = SentenceStop(scalars: scalars, sentenceStart: start, stops: index..<afterStops, end: end)
                if stop.endsSentence { close(at: end) }
                index = end
            } else {
                index += 1
            }
        }
        close(at: scalars.count)
        return result
    }

    private static func isStop(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "." || scalar == "!" || scalar == "?" || scalar == "…"
    }

    private static func isIdeographicStop(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "。" || scalar == "！" || scalar == "？" || scalar == "｡"
    }

    private static func afterStops(_ scalars: [Unicode.Scalar], from index: Int) -> Int {
        var end = index
        while end < scalars.count, isStop(scalars[end]) || isIdeographicStop(scalars[end]) { end += 1 }
        return end
    }

    private static let closers: Set<Unicode.Scalar> = ["\"", "'", "”", "’", "»", "›", ")", "]", "}", "」", "』", "）", "】", "*", "_"]

    private static func afterClosers(_ scalars: [Unicode.Scalar], from index: Int) -> Int {
        var end = index
        while end < scalars.count, closers.contains(scalars[end]) { end += 1 }
        return end
    }

    /// Whether the line after this line break is blank or begins something of its own.
    private static func breaksBlock(_ scalars: [Unicode.Scalar], after lineBreak: Int) -> Bool {
        if scalars[lineBreak].value == 0x2029 || scalars[lineBreak].value == 0x0C { return true }
        var next = lineBreak + 1
        if scalars[lineBreak] == "\r", next < scalars.count, scalars[next] == "\n" { next += 1 }
        while next < scalars.count, scalars[next].isSpace, !scalars[next].isLineBreak { next += 1 }
        guard next < scalars.count else { return false }
        if scalars[next].isLineBreak { return true }
        return LineMarker.length(scalars[next...]) != nil
    }
}

/// The signs that begin a line of its own: list markers, table pipes, Markdown headings and quotations.
enum LineMarker {
    /// How many scalars at the start of `line` are a marker and the space after it; nil when there is none.
    static func length(_ line: ArraySlice<Unicode.Scalar>) -> Int? {
        guard let first = line.first else { return nil }
        var end = line.startIndex
        switch first {
        case "-", "*", "+", "•", "‣", "◦", "–", "·": end += 1
        case "|": return 1
        case "#", ">": while end < line.endIndex, line[end] == first { end += 1 }
        default:
            while end < line.endIndex, end - line.startIndex < 3, line[end].isASCIIDigit { end += 1 }
            if end == line.startIndex, first.isASCIILetter { end += 1 }
            guard end > line.startIndex, end < line.endIndex, line[end] == ")" || (line[end] == "." && first.isASCIIDigit) else {
                return nil
            }
            end += 1
        }
        guard end < line.endIndex, line[end].isSpace else { return nil }
        while end < line.endIndex, line[end].isSpace, !line[end].isLineBreak { end += 1 }
        return end - line.startIndex
    }
}

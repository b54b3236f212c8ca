/// A part of a passage that can be quoted, as offsets of its scalars.
struct PassagePart: Hashable {
    enum Kind {
        case sentence, listItem, tableRow, code
        /// A line `column: value` of a row; `value` is where the value begins.
        case cell(value: Int)
    }

    var kind: Kind
    var range: Range<Int>
    /// Which paragraph, list item or table row of the passage it belongs to.
    var block: Int

    static func == (left: PassagePart, right: PassagePart) -> Bool { left.range == right.range }

    func hash(into hasher: inout Hasher) { hasher.combine(range) }
}

/// A passage taken apart into what can be quoted (sentences, list items without their markers, table rows without outer pipes, lines of
/// code) and what cannot (headings, rules, fences).
struct PassageParts {
    /// More words than this are no heading.
    static let maximumHeadingWords = 12

    let scalars: [Unicode.Scalar]
    private(set) var parts = [PassagePart]()
    private(set) var headings = [String]()

    /// Takes a passage apart. Lines equal to one of `knownHeadings` are headings; others are recognised by Markdown's signs, or by being a
    /// short line of its own without a full stop above something else.
    init(_ text: String, knownHeadings: [String] = []) {
        scalars = Array(text.unicodeScalars)
        let lines = Self.lines(scalars)
        var paragraph: Range<Int>?
        var paragraphKind = PassagePart.Kind.sentence
        var block = 0
        var isInFence = false
        var blocks = [(kind: PassagePart.Kind, range: Range<Int>, lines: Int)]()
        var lineCount = 0
        func endParagraph() {
            if let range = paragraph { blocks.append((paragraphKind, range, lineCount)) }
            paragraph = nil
            paragraphKind = .sentence
            lineCount = 0
        }
        for line in lines {
            let content = string(line)
            if content.hasPrefix("```") || content.hasPrefix("~~~") {
                endParagraph()
                isInFence.toggle()
            } else if isInFence {
                if !line.isEmpty { blocks.append((.code, line, 1)) }
            } else if line.isEmpty {
                endParagraph()
            } else if scalars[line.lowerBound] == "#", let marker = LineMarker.length(scalars[line]) {
                endParagraph()
                headings.append(string(line.lowerBound + marker..<line.upperBound))
            } else if Self.isRule(scalars[line]) {
                // A line of signs underlines a heading when it follows a single line, and is a rule otherwise.
                if lineCount == 1, let range = paragraph {
                    headings.append(string(range))
                    paragraph = nil
                }
                endParagraph()
            } else if scalars[line.lowerBound] == "|" {
                endParagraph()
                if let row = Self.tableRow(scalars, line) {
                    blocks.append((.tableRow, row, 1))
                } else if let head = blocks.last, case .tableRow = head.kind {
                    // The line under a table's head: the head names what the rows say and is no answer itself.
                    headings.append(string(head.range))
                    blocks.removeLast()
                }
            } else if knownHeadings.contains(content) {
                endParagraph()
                headings.append(content)
            } else if let marker = LineMarker.length(scalars[line]) {
                endParagraph()
                paragraph = line.lowerBound + marker..<line.upperBound
                paragraphKind = .listItem
                lineCount = 1
            } else {
                paragraph = (paragraph?.lowerBound ?? line.lowerBound)..<line.upperBound
                lineCount += 1
            }
        }
        endParagraph()
        for (index, item) in blocks.enumerated() {
            block += 1
            switch item.kind {
            case .tableRow, .code, .cell: parts.append(PassagePart(kind: item.kind, range: item.range, block: block))
            case .sentence, .listItem:
                if case .sentence = item.kind, item.lines == 1, index + 1 < blocks.count, isLikeHeading(item.range) {
                    headings.append(string(item.range))
                    continue
                }
                for sentence in SentenceSplitter.sentences(of: Array(scalars[item.range])) {
                    let range = sentence.lowerBound + item.range.lowerBound..<sentence.upperBound + item.range.lowerBound
                    parts.append(PassagePart(kind: item.kind, range: range, block: block))
                }
            }
        }
    }

    /// The text of a range of scalars.
    func string(_ range: Range<Int>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars[range])
        return String(view)
    }

    private func isLikeHeading(_ range: Range<Int>) -> Bool {
        guard range.count <= 120, let last = scalars[range].last else { return false }
        if ".!?:;,…。！？\"”)".unicodeScalars.contains(last) { return false }
        return string(range).split(whereSeparator: \.isWhitespace).count <= Self.maximumHeadingWords
    }

    /// The lines of a text without the white space around them.
    static func lines(_ scalars: [Unicode.Scalar]) -> [Range<Int>] {
        var result = [Range<Int>]()
        var start = 0
        for index in 0...scalars.count where index == scalars.count || scalars[index].isLineBreak {
            var lower = start
            var upper = index
            while lower < upper, scalars[lower].isSpace { lower += 1 }
            while upper > lower, scalars[upper - 1].isSpace { upper -= 1 }
            result.append(lower..<upper)
            start = index + 1
        }
        return result
    }

    private static func isRule(_ line: ArraySlice<Unicode.Scalar>) -> Bool {
        line.count >= 3 && line.allSatisfy { $0 == "=" || $0 == "-" || $0 == "*" || $0 == "_" || $0.isSpace }
    }

    /// A table row without its outer pipes; nil for the line that separates head and body, and for an empty row.
    private static func tableRow(_ scalars: [Unicode.Scalar], _ line: Range<Int>) -> Range<Int>? {
        var lower = line.lowerBound
        var upper = line.upperBound
        while lower < upper, scalars[lower] == "|" || scalars[lower].isSpace { lower += 1 }
        while upper > lower, scalars[upper - 1] == "|" || scalars[upper - 1].isSpace { upper -= 1 }
        return scalars[lower..<upper].contains(where: \.isLetterOrNumber) ? lower..<upper : nil
    }
}

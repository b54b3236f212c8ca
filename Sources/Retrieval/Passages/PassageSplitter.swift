/// Why blocks cannot be split: they contradict the content's text they claim to be slices of.
package enum PassageSplitterError: Error, Hashable {
    /// A block begins before the one before it ended.
    case outOfOrder(start: Int, previousEnd: Int)
    /// The text given for a span has another number of scalars than the span.
    case lengthMismatch(start: Int, end: Int, scalars: Int)
}

/// Splits a content into passages of at most `targetTokens` tokens, block by block, holding no more than one passage and one block at a
/// time.
///
/// Blocks come in reading order, each with the source text between the block before and itself, so that every passage is exactly a slice of
/// the content's text. The rules:
/// - A heading begins a new passage and stays with the text that follows it.
/// - A section under a quarter of the target is too short to say much alone: it shares its passage with the next sections of the same
///   parent heading while all of it fits (its path is then the parent's). When the neighbour does not fit, the short section stands alone
///   after all.
/// - A full passage ends with a sentence; the next begins with about `overlapShare` of the target in whole sentences of the one before,
///   never reaching back over a heading.
/// - A sentence over the target is cut at white space, a word over the target at any scalar.
/// - A row is a passage of its own, without overlap; a long one becomes several with the same number.
package struct PassageSplitter {
    /// A longer heading is shortened in the path of headings; the passage's text keeps it whole.
    static let maximumHeadingScalars = 200
    /// Deeper headings than this count as this deep.
    static let maximumHeadingDepth = 12

    private let target: Int
    private let overlap: Int
    private var units = [PassageUnit]()
    private var tokens = 0
    /// How many units at the front repeat the passage before.
    private var repeated = 0
    private var path = [(level: Int, title: String)]()
    /// Where the last of several sections that share the passage begins, and the path of what stands before it.
    private var shared: (unit: Int, headings: [String])?
    private var finished = [Passage]()
    /// The end of the last block, in scalars of the content's text: the next gap begins here.
    package private(set) var end = 0

    /// A splitter for one content. Targets under 16 tokens are raised to 16; the share is held between 0 and 0.5.
    package init(targetTokens: Int = 250, overlapShare: Double = 0.15) {
        target = max(16, targetTokens)
        overlap = Int(Double(target) * min(0.5, max(0, overlapShare)))
    }

    /// Adds the next block and returns the passages that are complete now. `gap` is the content's text from `end` to the block's start;
    /// without it (nil) the block is not joined with what was before.
    package mutating func append(_ block: PassageBlock, gap: String?) throws(PassageSplitterError) -> [Passage] {
        let scalars = Array(block.text.unicodeScalars)
        guard block.start >= end else { throw .outOfOrder(start: block.start, previousEnd: end) }
        guard scalars.count == block.end - block.start else {
            throw .lengthMismatch(start: block.start, end: block.end, scalars: scalars.count)
        }
        if let gap, gap.unicodeScalars.count != block.start - end {
            throw .lengthMismatch(start: end, end: block.start, scalars: gap.unicodeScalars.count)
        }
        if gap == nil { close() }
        end = block.end
        var isRow = false
        var everyLine = false
        switch block.kind {
        case .heading(let level): enter(level: level, title: block.text)
        case .row:
            isRow = true
            everyLine = true
            close()
        case .code, .table: everyLine = true
        case .paragraph, .listItem: break
        }
        add(block, scalars, gap: gap ?? "", everyLine: everyLine)
        if isRow { close() }
        defer { finished = [] }
        return finished
    }

    /// Ends the content and returns what is left.
    package mutating func finish() -> [Passage] {
        close()
        defer { finished = [] }
        return finished
    }

    // MARK: - Headings

    private mutating func enter(level: Int, title: String) {
        let level = min(max(1, level), Self.maximumHeadingDepth)
        let before = headings
        let isSibling = path.last?.level == level
        let sharesPassage = isSibling && repeated == 0 && tokens < target / 4 && units.first?.isHeading == true && !isOnlyHeadings
        if !sharesPassage, !isOnlyHeadings { close() }
        while let last = path.last, last.level >= level { path.removeLast() }
        if sharesPassage { shared = (units.count, shared == nil ? before : headings) }
        path.append((level, Self.plainTitle(title)))
    }

    private var headings: [String] { path.map(\.title) }

    private var isOnlyHeadings: Bool { units.allSatisfy(\.isHeading) }

    private static func plainTitle(_ text: String) -> String {
        var view = text.unicodeScalars.drop(while: \.isSpace).prefix { !$0.isLineBreak }
        while let first = view.first, first.isSpace || first == "#" { view.removeFirst() }
        while let last = view.last, last.isSpace || last == "#" || last == "=" { view.removeLast() }
        return String(String.UnicodeScalarView(view.prefix(maximumHeadingScalars)))
    }

    // MARK: - Units

    /// Adds the sentences of a block.
    private mutating func add(_ block: PassageBlock, _ scalars: [Unicode.Scalar], gap: String, everyLine: Bool) {
        var isHeading = false
        if case .heading = block.kind { isHeading = true }
        var previousEnd = 0
        for sentence in SentenceSplitter.sentences(of: scalars, everyLine: everyLine) {
            var start = sentence.lowerBound
            while start < sentence.upperBound {
                let between = string(scalars[previousEnd..<start])
                let gapText = previousEnd == 0 ? pendingTail + gap + between : between
                let gapTokens = TokenCounter.count(gapText)
                // Looked at only as far as a passage reaches, so that a text without any full stop is still read once.
                let reach = Self.cut(scalars, start..<sentence.upperBound, tokens: target)
                makeRoom(for: reach.end < sentence.upperBound ? target : reach.tokens, gap: gapTokens)
                let budget = max(1, target - tokens - (units.isEmpty ? 0 : gapTokens))
                let piece = reach.tokens <= budget ? reach : Self.cut(scalars, start..<sentence.upperBound, tokens: budget)
                let cutEnd = piece.end
                let text = string(scalars[start..<cutEnd])
                push(
                    PassageUnit(
                        gap: gapText, gapTokens: gapTokens, text: text, start: block.start + start, end: block.start + cutEnd,
                        tokens: piece.tokens, page: block.page, row: block.row, isHeading: isHeading))
                pendingTail = ""
                previousEnd = cutEnd
                start = cutEnd
                while start < sentence.upperBound, scalars[start].isSpace { start += 1 }
            }
        }
        // White space at the end of a block belongs to the gap before the next one.
        pendingTail = previousEnd == 0 ? pendingTail + gap + block.text : string(scalars[previousEnd...])
    }

    /// The end of the last block after its last sentence: white space.
    private var pendingTail = ""

    private mutating func push(_ unit: PassageUnit) {
        tokens += unit.tokens + (units.isEmpty ? 0 : unit.gapTokens)
        units.append(unit)
    }

    /// Closes passages until `needed` more tokens fit after the gap, or nothing but headings is left.
    private mutating func makeRoom(for needed: Int, gap: Int) {
        while !units.isEmpty, tokens + gap + needed > target {
            if let shared {
                let rest = Array(units[shared.unit...])
                emit(units[..<shared.unit], headings: shared.headings)
                restart(with: rest, repeated: 0)
            } else if isOnlyHeadings {
                // A heading stays with its text, of which the room that is left takes a part; unless the heading fills the passage itself.
                if tokens + gap <= target / 2 { return }
                close()
            } else if units.count == repeated {
                restart(with: Array(units.dropFirst()), repeated: repeated - 1)
            } else {
                emit(units[...], headings: headings)
                let kept = units.last?.row == nil ? overlapUnits : []
                restart(with: kept, repeated: kept.count)
            }
        }
    }

    /// The sentences at the end that the next passage repeats: as many as come closest to the overlap, up to a heading, never all of them.
    private var overlapUnits: [PassageUnit] {
        var taken = 0
        var first = units.count
        while first > 1, !units[first - 1].isHeading {
            let more = units[first - 1].tokens
            if abs(taken + more - overlap) >= abs(taken - overlap) { break }
            taken += more
            first -= 1
        }
        return Array(units[first...])
    }

    private mutating func close() {
        if units.count > repeated {
            // Sections that share a passage stand under the path they have in common.
            emit(units[...], headings: shared == nil ? headings : headings.dropLast())
        }
        restart(with: [], repeated: 0)
    }

    private mutating func restart(with kept: [PassageUnit], repeated: Int) {
        units = kept
        self.repeated = repeated
        shared = nil
        tokens = 0
        for (index, unit) in units.enumerated() { tokens += unit.tokens + (index == 0 ? 0 : unit.gapTokens) }
    }

    private mutating func emit(_ units: ArraySlice<PassageUnit>, headings: [String]) {
        guard let first = units.first, let last = units.last else { return }
        var text = first.text
        for unit in units.dropFirst() {
            text += unit.gap
            text += unit.text
        }
        finished.append(
            Passage(
                text: text, start: first.start, end: last.end, page: first.page, row: first.row, headings: headings,
                tokens: TokenCounter.count(text)))
    }

    // MARK: - Cutting

    /// The end and the tokens of the longest front part of `range` with at most `tokens` tokens: before white space if there is any, else
    /// between two scalars. Never empty.
    static func cut(_ scalars: [Unicode.Scalar], _ range: Range<Int>, tokens: Int) -> (end: Int, tokens: Int) {
        var counter = TokenCounter()
        var wordEnd: (end: Int, tokens: Int)?
        for index in range {
            if scalars[index].isSpace, index > range.lowerBound, !scalars[index - 1].isSpace { wordEnd = (index, counter.count) }
            let before = counter.count
            counter.add(scalars[index])
            if counter.count > tokens { return wordEnd ?? (index > range.lowerBound ? (index, before) : (index + 1, counter.count)) }
        }
        return (range.upperBound, counter.count)
    }

    private func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }
}

/// A sentence, or a piece of one, with the source text before it.
private struct PassageUnit {
    var gap: String
    var gapTokens: Int
    var text: String
    var start: Int
    var end: Int
    var tokens: Int
    var page: Int?
    var row: Int?
    var isHeading: Bool
}

/// Whether a place in a Markdown text stands in code, told scalar by scalar as the text streams.
///
/// Code is what stands in a fence of three or more backticks or tildes, in a code span between backticks (which ends with its line at the
/// latest), and in lines that are indented by four columns behind a blank line (CommonMark 0.31 §4.4, §4.5, §6.1). Inside of a list
/// four columns are counted from where the item's text begins, as its further paragraphs are indented too.
struct CodeRegion: Sendable {
    /// Columns of indentation that make a line code.
    static let codeIndent = 4
    /// Characters of the shortest fence.
    static let shortestFence = 3

    private struct Run: Sendable {
        let scalar: Unicode.Scalar
        var length = 0
        /// Whether nothing but white space and quotation marks stands before it in its line.
        let beginsLine: Bool
    }

    /// A line as far as it was read.
    private struct Line: Sendable {
        var indent = 0
        /// Whether only white space and marks of quotations were seen.
        var isBlank = true
        var isCode = false
        /// What may yet turn out to be the mark of a list's item.
        var mark = ""
        var mayBeMark = true
    }

    private var line = Line()
    private var followsBlank = true
    private var followsCode = false
    /// The column at which the text of the newest item begins; nil outside of lists.
    private var itemText: Int?
    private var run: Run?
    /// The run that opened the fence, or the span, that is open.
    private var fence: Run?
    private var span: Int?

    /// Takes the next scalar; returns whether it is code. The marks around code count as code.
    mutating func contains(next scalar: Unicode.Scalar) -> Bool {
        if let open = run, open.scalar == scalar {
            run?.length += 1
            step(over: scalar)
            return true
        }
        endRun()
        let isMark = scalar == "`" || (scalar == "~" && line.isBlank)
        let beginsLine = line.isBlank
        step(over: scalar)
        if isMark, !line.isCode {
            run = Run(scalar: scalar, length: 1, beginsLine: beginsLine)
            return true
        }
        return fence != nil || span != nil || line.isCode
    }

    /// A run of marks is over: opens or closes what it can.
    private mutating func endRun() {
        guard let ended = run else { return }
        run = nil
        let mayFence = ended.length >= Self.shortestFence && (ended.scalar == "`" || ended.beginsLine)
        if let open = fence {
            if open.scalar == ended.scalar, ended.length >= open.length, mayFence { fence = nil }
        } else if mayFence, span == nil {
            fence = ended
        } else if ended.scalar == "`" {
            if span == nil { span = ended.length } else if span == ended.length { span = nil }
        }
    }

    private mutating func step(over scalar: Unicode.Scalar) {
        switch scalar {
        case "\r": break
        case "\n":
            // A fence's lines say nothing of the text around it.
            if fence == nil {
                followsCode = line.isCode
                followsBlank = line.isBlank
            } else {
                (followsCode, followsBlank) = (false, false)
            }
            line = Line()
            span = nil
        case " " where line.isBlank: line.indent += 1
        case "\t" where line.isBlank: line.indent += Self.codeIndent - line.indent % Self.codeIndent
        case ">" where line.isBlank && line.indent < Self.codeIndent: line.indent = 0
        case _ where line.isBlank: begin(with: scalar)
        default: mark(scalar)
        }
    }

    /// The line's first scalar that is not white space.
    private mutating func begin(with scalar: Unicode.Scalar) {
        line.isBlank = false
        guard fence == nil else { return }
        if let text = itemText, line.indent < text, followsBlank, !Self.mayBeginItem(scalar) { itemText = nil }
        let margin = itemText.map { line.indent >= $0 ? $0 : 0 } ?? 0
        line.isCode = (followsBlank || followsCode) && line.indent >= margin + Self.codeIndent
        mark(scalar)
    }

    /// Reads what may be the mark of an item: `-`, `*`, `+`, `1.` or `1)`, and a space.
    private mutating func mark(_ scalar: Unicode.Scalar) {
        guard line.mayBeMark, fence == nil, !line.isCode else { return }
        switch scalar {
        case "0"..."9" where line.mark.utf8.count < 9 && line.mark.unicodeScalars.allSatisfy { ("0"..."9").contains($0) }:
            line.mark.unicodeScalars.append(scalar)
        case ".", ")":
            line.mayBeMark = !line.mark.isEmpty && line.mark.unicodeScalars.allSatisfy { ("0"..."9").contains($0) }
            line.mark.unicodeScalars.append(scalar)
        case "-", "*", "+":
            line.mayBeMark = line.mark.isEmpty
            line.mark.unicodeScalars.append(scalar)
        case " ", "\t":
            line.mayBeMark = false
            if let last = line.mark.unicodeScalars.last, !("0"..."9").contains(last) {
                itemText = line.indent + line.mark.utf8.count + 1
            }
        default: line.mayBeMark = false
        }
    }

    private static func mayBeginItem(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "-", "*", "+", "0"..."9": true
        default: false
        }
    }
}

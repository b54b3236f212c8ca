/// A stretch of a text that is either prose, which may be cleaned, or code, which may not.
struct ProsePiece {
    enum Kind {
        case prose
        /// Between fences, with the lines of the fences.
        case fence
        /// Between backticks, or a line indented like code.
        case code
    }

    var kind: Kind
    var text: String

    static func joined(_ pieces: [ProsePiece]) -> String { pieces.map(\.text).joined() }

    /// Cuts a text whose lines end with "\n". Without a closing fence everything to the end is code.
    static func split(_ text: String) -> [ProsePiece] {
        var pieces: [ProsePiece] = []
        var fence: (mark: Character, count: Int)?
        for line in linesWithEnds(text) {
            if let open = fence {
                append(line, .fence, to: &pieces)
                if let mark = fenceMark(line), mark.mark == open.mark, mark.count >= open.count, mark.isBare { fence = nil }
            } else if let mark = fenceMark(line) {
                fence = (mark.mark, mark.count)
                append(line, .fence, to: &pieces)
            } else if line.hasPrefix("    ") || line.hasPrefix("\t") {
                append(line, .code, to: &pieces)
            } else {
                appendProse(line, to: &pieces)
            }
        }
        return pieces
    }

    static func linesWithEnds(_ text: String) -> [Substring] {
        var lines: [Substring] = []
        var start = text.unicodeScalars.startIndex
        for place in text.unicodeScalars.indices where text.unicodeScalars[place] == "\n" {
            let end = text.unicodeScalars.index(after: place)
            lines.append(text[start..<end])
            start = end
        }
        if start < text.unicodeScalars.endIndex { lines.append(text[start...]) }
        return lines
    }

    private static func append(_ text: Substring, _ kind: Kind, to pieces: inout [ProsePiece]) {
        if pieces.last?.kind == kind {
            pieces[pieces.count - 1].text += text
        } else if !text.isEmpty {
            pieces.append(ProsePiece(kind: kind, text: String(text)))
        }
    }

    /// Three or more backticks or tildes, after at most three spaces.
    private static func fenceMark(_ line: Substring) -> (mark: Character, count: Int, isBare: Bool)? {
        let content = line.drop { $0 == " " }
        guard line.count - content.count <= 3, let mark = content.first, mark == "`" || mark == "~" else { return nil }
        let rest = content.drop { $0 == mark }
        let count = content.count - rest.count
        // A line such as ```code``` is no fence.
        guard count >= 3, !(mark == "`" && rest.contains("`")) else { return nil }
        return (mark, count, rest.allSatisfy(\.isWhitespace))
    }

    /// Cuts a line at its code between runs of backticks of one length.
    private static func appendProse(_ line: Substring, to pieces: inout [ProsePiece]) {
        var rest = line
        while let start = rest.firstIndex(of: "`") {
            let count = rest[start...].prefix { $0 == "`" }.count
            let inner = rest.index(start, offsetBy: count)
            guard let end = closing(rest[inner...], count) else {
                append(rest[..<inner], .prose, to: &pieces)
                rest = rest[inner...]
                continue
            }
            append(rest[..<start], .prose, to: &pieces)
            append(rest[start..<end], .code, to: &pieces)
            rest = rest[end...]
        }
        append(rest, .prose, to: &pieces)
    }

    private static func closing(_ text: Substring, _ count: Int) -> Substring.Index? {
        var place = text.startIndex
        while let start = text[place...].firstIndex(of: "`") {
            let found = text[start...].prefix { $0 == "`" }.count
            place = text.index(start, offsetBy: found)
            if found == count { return place }
        }
        return nil
    }
}

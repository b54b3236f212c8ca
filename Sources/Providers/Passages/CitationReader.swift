/// Reads the markers of passages in an answer as it streams, and numbers them anew in the order of their first use, so that `[1]` is the
/// first source that the answer cites. `CitationMarker` has the shapes that are understood; all are written as `[1]`.
///
/// What names no passage stays as it is: numbers above those of the passages cannot be taken for renumbered ones. That holds for a marker
/// of its own (`[99]`, `[1-99]`) as for an entry of a list, which gets brackets of its own: of three passages `[3, 99]` names one, and
/// becomes `[1][99]`.
///
/// What stands in code is no marker: in what `CodeRegion` tells, and as a subscript outside of it. A bracket directly behind a word is a
/// subscript when `Subscript` takes what follows for code, and so is every later one behind the same word; other brackets behind words
/// are markers, as many models put no space there.
package struct CitationReader: Sendable {
    /// Scalars of a chain of brackets that are held back at most until it shows what they are.
    static let longestChain = 40
    /// Words that are remembered as names in code at most, and the scalars of one.
    static let mostNames = 100
    static let longestName = 64

    private let passages: Int
    /// Indices into the passages, in the order of their markers.
    package private(set) var cited: [Int] = []
    private var code = CodeRegion()
    /// What was shown last, if names in code are made of it: the word that a bracket may stand behind.
    private var word = ""
    /// Words that turned out to be names in code.
    private var names: Set<String> = []
    /// A bracket that is open, or the backslash before one.
    private var open = ""
    /// Closed brackets directly behind the word, and what followed them so far.
    private var chain: [String] = []
    private var following: [(scalar: Unicode.Scalar, isCode: Bool)] = []
    /// A bracket behind a word that is no marker whatever follows, as in `a[i] = 1`: it is shown at once, and looked at for the word's sake.
    private var passing: Passing?

    private struct Passing: Sendable {
        let name: String
        var length = 0
        /// What followed the bracket; nil while it is open.
        var following: [Unicode.Scalar]?
    }

    /// - Parameter passages: how many there are; with none, text passes untouched.
    package init(passages: Int) { self.passages = passages }

    /// Takes the next piece of the answer; returns the text that can be shown.
    package mutating func read(_ piece: String) -> String {
        if passages == 0 { return piece }
        var text = ""
        for scalar in piece.unicodeScalars {
            let isCode = code.contains(next: scalar)
            if passing != nil { pass(scalar) }
            take(scalar, isCode: isCode, into: &text)
        }
        return text
    }

    /// What is left at the end of the answer: brackets of which nothing more can be learned.
    package mutating func end() -> String {
        var text = ""
        settle(.prose, into: &text)
        show(open, into: &text)
        open = ""
        return text
    }

    private mutating func take(_ scalar: Unicode.Scalar, isCode: Bool, into text: inout String) {
        if !open.isEmpty {
            extend(with: scalar, isCode: isCode, into: &text)
        } else if !chain.isEmpty, !(following.isEmpty && scalar == "[" && !isCode) {
            following.append((scalar, isCode))
            settle(Subscript.verdict(following.map(\.scalar)), into: &text)
        } else if !isCode, CitationMarker.opens(scalar) || scalar == "\\" {
            open = String(scalar)
        } else {
            show(String(scalar), into: &text)
        }
    }

    /// One more scalar of an open bracket.
    private mutating func extend(with scalar: Unicode.Scalar, isCode: Bool, into text: inout String) {
        let isEscape = open == "\\" && scalar == "["
        if isEscape || (open != "\\" && !CitationMarker.opens(scalar)) {
            open.unicodeScalars.append(scalar)
            if CitationMarker.isClosed(open) { return close(into: &text) }
            if open.hasPrefix("\\["), scalar == "]" {
                // The bracket's end is not escaped, so the backslash before it is text.
                show("\\", into: &text)
                open.removeFirst()
                return close(into: &text)
            }
            if CitationMarker.mayBecomeMarker(open) { return }
            open.unicodeScalars.removeLast()
        }
        // It was text, and what follows it is read anew.
        if open.hasPrefix("["), scalar != "\n", standsBehindName { passing = Passing(name: word) }
        settle(.prose, into: &text)
        show(open, into: &text)
        open = ""
        take(scalar, isCode: isCode, into: &text)
    }

    /// Whether what was shown last may be a name in code.
    private var standsBehindName: Bool { word.unicodeScalars.first.map { !Subscript.isDigit($0) } ?? false }

    private mutating func pass(_ scalar: Unicode.Scalar) {
        guard var bracket = passing else { return }
        bracket.length += 1
        if var following = bracket.following {
            following.append(scalar)
            bracket.following = following
            let verdict = Subscript.verdict(following)
            if verdict == .code { remember(bracket.name) }
            passing = verdict == .undecided ? bracket : nil
        } else {
            if scalar == "]" { bracket.following = [] }
            passing = scalar == "\n" || bracket.length > Self.longestChain ? nil : bracket
        }
    }

    private mutating func remember(_ name: String) {
        if names.count < Self.mostNames { names.insert(name) }
    }

    /// The bracket that was open is closed.
    private mutating func close(into text: inout String) {
        let marker = open
        open = ""
        guard marker.hasPrefix("["), standsBehindName else {
            settle(.prose, into: &text)
            return show(rewritten(marker), into: &text)
        }
        if names.contains(word) {
            // A further bracket may follow: it stands behind the same name.
            text += marker
            return
        }
        chain.append(marker)
        if chain.reduce(0, { $0 + $1.utf8.count }) > Self.longestChain { settle(.prose, into: &text) }
    }

    /// Shows the brackets behind the word, once it is known what they are, and then reads what followed them.
    private mutating func settle(_ verdict: Subscript.Verdict, into text: inout String) {
        if chain.isEmpty || verdict == .undecided { return }
        if verdict == .code {
            remember(word)
            text += chain.joined()
        } else {
            for marker in chain { show(rewritten(marker), into: &text) }
        }
        chain = []
        let read = following
        following = []
        for (scalar, isCode) in read { take(scalar, isCode: isCode, into: &text) }
    }

    /// Text as it is.
    private mutating func show(_ shown: String, into text: inout String) {
        text += shown
        for scalar in shown.unicodeScalars {
            if !Subscript.isIdentifier(scalar) {
                word = ""
            } else if word.utf8.count < Self.longestName {
                word.unicodeScalars.append(scalar)
            }
        }
    }

    private mutating func rewritten(_ text: String) -> String {
        guard let marker = CitationMarker(text, passages: passages) else { return text }
        var written = ""
        var numbers: Set<Int> = []
        for entry in marker.entries {
            switch entry {
            case .unknown(let text): written += "[\(text)]"
            case .passages(let range):
                for passage in range {
                    let place = cited.firstIndex(of: passage - 1) ?? cited.count
                    if place == cited.count { cited.append(passage - 1) }
                    if numbers.insert(place).inserted { written += "[\(place + 1)]" }
                }
            }
        }
        return written
    }
}

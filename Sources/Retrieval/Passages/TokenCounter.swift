/// Counts about as many tokens as a word-piece tokenizer makes, without its vocabulary. The rule: a run of Latin letters counts 1 for each
/// started 7 letters, a run of digits 1 for each started 3, a run of any other script's letters or marks 1 for each started 3, each
/// character of an unspaced script 1, each punctuation mark or symbol 1, and white space 1 for each full 32 (so that no amount of it is
/// free).
///
/// A text is never counted longer than the sum of its parts, wherever it is cut: a cut can only begin runs anew.
package struct TokenCounter: Sendable {
    private enum Run { case none, latin, digits, other, space }

    /// The tokens of what was added so far.
    package private(set) var count = 0
    private var run = Run.none
    private var length = 0

    package init() {}

    /// The tokens of a text.
    package static func count(_ text: some StringProtocol) -> Int {
        var counter = TokenCounter()
        for scalar in text.unicodeScalars { counter.add(scalar) }
        return counter.count
    }

    /// Adds the next scalar of the text.
    package mutating func add(_ scalar: Unicode.Scalar) {
        if scalar.value < 0x80 {
            if scalar.isASCIILetter {
                extend(.latin, each: 7)
            } else if scalar.isASCIIDigit {
                extend(.digits, each: 3)
            } else if scalar.isSpace {
                addSpace()
            } else {
                addSingle()
            }
        } else if scalar.isSpace {
            addSpace()
        } else if scalar.isUnspacedScript {
            addSingle()
        } else if scalar.value < 0x250, scalar.isLetterOrNumber {
            extend(.latin, each: 7)
        } else if scalar.isLetterOrNumber || scalar.isMark || scalar.properties.generalCategory == .format {
            extend(.other, each: 3)
        } else {
            addSingle()
        }
    }

    private mutating func extend(_ kind: Run, each: Int) {
        if run != kind {
            run = kind
            length = 0
        }
        if length % each == 0 { count += 1 }
        length += 1
    }

    private mutating func addSpace() {
        if run != .space {
            run = .space
            length = 0
        }
        length += 1
        if length % 32 == 0 { count += 1 }
    }

    private mutating func addSingle() {
        run = .none
        count += 1
    }
}

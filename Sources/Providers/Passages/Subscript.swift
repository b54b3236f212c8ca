/// Whether a bracket that stands directly behind a word is a subscript of code, told by what follows it.
enum Subscript {
    enum Verdict: Sendable, Hashable { case code, prose, undecided }

    /// Spaces between the bracket and an operator at most.
    static let mostSpaces = 4

    /// An assignment, an operation or a member behind the bracket makes it code; what a sentence or Markdown may go on with does not:
    /// punctuation, words behind a space, the marks that end emphasis, and tags.
    ///
    /// - Parameter following: what came behind the bracket so far; at most `mostSpaces` and three scalars are asked for.
    static func verdict(_ following: some Sequence<Unicode.Scalar>) -> Verdict {
        let all = Array(following)
        let rest = all.drop { $0 == " " }
        let isSpaced = rest.count < all.count
        guard let first = rest.first else { return all.count > mostSpaces ? .prose : .undecided }
        let second = rest.dropFirst().first
        let third = rest.dropFirst(2).first
        switch first {
        case "=", "+", "%", ">": return .code
        case "*": return star(second, third, isSpaced: isSpaced)
        case "<": return less(second, third)
        case "-", "/", "|", "&", "^", "!", ":":
            guard let second else { return .undecided }
            let isOperator = second == "=" || (first == "&" && second == "&") || (first == "-" && second == ">" && !isSpaced)
            return isOperator ? .code : .prose
        case ".":
            if isSpaced { return .prose }
            guard let second else { return .undecided }
            return isIdentifier(second) && !isDigit(second) ? .code : .prose
        case "_":
            if isSpaced { return .prose }
            guard let second else { return .undecided }
            if second != "_" { return isIdentifier(second) ? .code : .prose }
            guard let third else { return .undecided }
            return isIdentifier(third) ? .code : .prose
        default: return !isSpaced && isIdentifier(first) ? .code : .prose
        }
    }

    /// A product, or the end or beginning of emphasis.
    private static func star(_ second: Unicode.Scalar?, _ third: Unicode.Scalar?, isSpaced: Bool) -> Verdict {
        guard let second else { return .undecided }
        if second == "=" { return .code }
        if second == "*" {
            guard let third else { return .undecided }
            return isSpaced ? (third == " " ? .code : .prose) : (isDigit(third) ? .code : .prose)
        }
        if isSpaced { return second == " " || isDigit(second) ? .code : .prose }
        return isIdentifier(second) || second == "(" ? .code : .prose
    }

    /// A comparison, or a tag: one that closes, or the end of a line in a table.
    private static func less(_ second: Unicode.Scalar?, _ third: Unicode.Scalar?) -> Verdict {
        guard let second else { return .undecided }
        if second == "/" { return .prose }
        guard second == "b" || second == "B" else { return .code }
        guard let third else { return .undecided }
        return third == "r" || third == "R" ? .prose : .code
    }

    /// What names in code are made of. Letters of scripts that put no spaces between words do not count: a citation stands between
    /// two of them as a matter of course.
    static func isIdentifier(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "$": true
        default: scalar.value >= 0x80 && scalar.value < 0x0530 && scalar.properties.isAlphabetic
        }
    }

    static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
}
